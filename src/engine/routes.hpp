#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/units.hpp"
#include "ice/check_list.hpp"

namespace legroom::engine {

using LegNumber = std::uint32_t;  ///< A leg of one shard; never reused while the shard lives.

/// Which leg a datagram on the shared port is for.
///
/// A STUN request names its leg by our ufrag, a STUN response by the tag our transaction id began with; both
/// prove themselves by MESSAGE-INTEGRITY later. Everything else belongs to the leg that has validated the
/// address pair by a check of its own, so nobody can claim another's path by merely sending from it. Media
/// from an address nobody has may be that of a leg whose NAT moved it: its SSRC says whose, its
/// authentication proves it.
class Routes {
public:
    /// A leg has an ICE generation, and during a restart two.
    void add(LegNumber leg, std::string_view ufrag, std::uint32_t transaction_tag);
    /// All generations but the newest, or the newest alone, are over.
    void drop_older(LegNumber leg);
    void drop_newest(LegNumber leg);
    /// The leg's check on this path succeeded. A path has one owner, the latest to prove it.
    void claim(LegNumber leg, const Path& path);
    /// The leg has older proof of this path, or none of its own yet but was heard there: it gets it if nobody
    /// has it.
    void keep(LegNumber leg, const Path& path);
    /// The leg sends an authentic stream with this SSRC. The first to say so has it.
    void know_ssrc(LegNumber leg, Ssrc ssrc);
    /// The path is the leg's no longer.
    void forget(LegNumber leg, const Path& path);
    void remove(LegNumber leg);

    [[nodiscard]] std::optional<LegNumber> owner(const Path& path) const;  ///< Who has claimed or kept it.
    /// nullopt: nobody's; such a datagram is dropped unanswered.
    [[nodiscard]] std::optional<LegNumber> find(const Path& path, Bytes datagram) const;
    [[nodiscard]] bool has_tag(std::uint32_t tag) const { return by_tag_.contains(tag); }
    [[nodiscard]] std::size_t size() const { return by_ufrag_.size(); }

    static constexpr std::size_t kMaxPathsPerLeg = ice::kMaxPairs;  ///< The oldest gives way.
    static constexpr std::size_t kMaxSsrcsPerLeg = 4;               ///< Likewise.

private:
    struct Generation {
        std::string ufrag;
        std::uint32_t transaction_tag = 0;
    };
    struct Entry {
        std::vector<Generation> generations;  ///< The newest last.
        std::vector<Path> paths;
        std::vector<Ssrc> ssrcs;
    };

    void drop(const Generation& generation);

    void forget_path(LegNumber leg, const Path& path);

    std::unordered_map<LegNumber, Entry> entries_;
    std::unordered_map<std::string, LegNumber> by_ufrag_;
    std::unordered_map<std::uint32_t, LegNumber> by_tag_;
    std::unordered_map<Path, LegNumber> by_path_;
    std::unordered_map<Ssrc, LegNumber> by_ssrc_;
};

}  // namespace legroom::engine
