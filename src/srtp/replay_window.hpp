#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.hpp"

namespace legroom::srtp {

/// Packets an index may be behind the highest one and still be let in: 20 s of 20 ms frames.
inline constexpr std::size_t kReplayWindow = 1024;

/// Remembers which of the latest indices were used (RFC 3711 §3.3.2): the replay list of a receiver, and
/// a sender's guard against using a nonce twice.
class ReplayWindow {
public:
    /// Neither seen before nor kReplayWindow or more behind the highest.
    [[nodiscard]] bool is_fresh(std::uint64_t index) const;
    /// To be called with a fresh index once its packet has proved authentic.
    void mark(std::uint64_t index);
    [[nodiscard]] std::optional<std::uint64_t> highest() const { return highest_; }

private:
    std::optional<std::uint64_t> highest_;
    std::bitset<kReplayWindow> seen_;  ///< At index mod kReplayWindow.
};

/// 48-bit packet index (ROC * 65536 + sequence number) of a packet with `sequence`, given the highest index
/// authenticated so far: the nearest one (RFC 3711 §3.3.1, appendix A). The first packet has ROC 0.
/// Error::replayed: it would lie before the first; Error::key_exhausted: after the last possible one.
[[nodiscard]] Result<std::uint64_t> guess_index(std::optional<std::uint64_t> highest, std::uint16_t sequence);

}  // namespace legroom::srtp
