#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "ice/turn_lease.hpp"
#include "ice/turn_requests.hpp"
#include "stun/channel_data.hpp"

namespace legroom::ice {

inline constexpr std::size_t kMaxPermissions = 1024;  ///< peer addresses of one allocation
inline constexpr std::size_t kMaxChannels = 1024;  ///< of one allocation, those not to be reused yet included
inline constexpr std::size_t kMaxHeldPackets = 256;  ///< of one allocation, waiting for permissions
inline constexpr std::size_t kMaxHeldForOneAddress = 8;

/// A packet that waits for its peer's permission.
struct HeldPacket {
    Endpoint peer;
    ByteVector bytes;
};

struct TurnPeerCounters {
    std::uint64_t dropped_addresses = 0;  ///< wanted beyond kMaxPermissions
    std::uint64_t dropped_channels = 0;   ///< wanted beyond kMaxChannels
    std::uint64_t dropped_held = 0;       ///< packets beyond what may wait, or that waited in vain
    std::uint64_t refused = 0;            ///< permissions and channels the server refused
};

/// What one allocation has been granted for which peers: permissions by address (RFC 8656 §9), channels by
/// address and port (§12). Knows no server: requests go out, their answers come in.
///
/// A permission or channel is wanted for a minute after want() or want_channel() last named it, which whoever
/// uses it does all the time: consent checks come every five seconds. What is wanted is renewed in time; the
/// rest runs out by itself, so nobody has to count who uses what. What the server refused is asked for again
/// after half a minute, if it is still wanted then.
class TurnPeers {
public:
    /// Says that this peer is to be let through. False: kMaxPermissions are wanted by others already.
    bool want(Instant now, const IpAddress& peer);
    /// Says that a channel to this peer is worth its while. False: there is none to be had.
    bool want_channel(Instant now, const Endpoint& peer);

    /// Whether packets to this address get through now.
    [[nodiscard]] bool open(Instant now, const IpAddress& peer) const;
    /// Whether the server has been asked to let it through and may still do so.
    [[nodiscard]] bool pending(const IpAddress& peer) const;
    /// Keeps a packet until pending() is decided; drops and counts it when too many wait.
    void hold(const Endpoint& peer, Bytes bytes);

    /// The channel that carries packets to this peer now.
    [[nodiscard]] std::optional<std::uint16_t> channel_to(Instant now, const Endpoint& peer) const;
    /// Whose packets come by this channel, also while the server's answer is still under way.
    [[nodiscard]] std::optional<Endpoint> peer_behind(std::uint16_t channel) const;
    /// Whether packets from this address are welcome: we asked for the permission.
    [[nodiscard]] bool knows(const IpAddress& peer) const { return permissions_.contains(peer); }

    /// Renews what is due and drops what ran out.
    void handle_timeout(Instant now);
    [[nodiscard]] std::optional<Instant> deadline(Instant now) const;
    /// What is to be asked of the server now; to be taken after every call that says `now`.
    [[nodiscard]] std::vector<TurnRequest> take_requests() { return std::exchange(requests_, {}); }
    [[nodiscard]] bool has_requests() const { return !requests_.empty(); }
    /// What became of one of those. The packets that may go now.
    [[nodiscard]] std::vector<HeldPacket> handle_answer(Instant now, const TurnAnswer& answer);
    /// The allocation is gone, and everything with it.
    void clear();

    [[nodiscard]] std::size_t permission_count() const { return permissions_.size(); }
    [[nodiscard]] std::size_t channel_count() const { return channels_.size(); }
    [[nodiscard]] const TurnPeerCounters& counters() const { return counters_; }

private:
    struct Permission {
        TurnLease lease;
        std::vector<HeldPacket> held;
    };
    struct Channel {
        TurnLease lease;
        std::uint16_t number = 0;
        Instant reusable;  ///< The number may not go to another peer before (RFC 8656 §12).
    };

    bool make_room(Instant now);
    std::uint16_t free_number();
    void ask(const IpAddress& peer, Permission& permission);
    void ask(const Endpoint& peer, Channel& channel);
    void settle_channel(Instant now, const TurnAnswer& answer);
    void drop_held(Permission& permission);
    std::vector<HeldPacket> release_held(Permission& permission);

    std::unordered_map<IpAddress, Permission> permissions_;
    std::unordered_map<Endpoint, Channel> channels_;
    std::unordered_map<std::uint16_t, Endpoint> numbers_;
    std::vector<TurnRequest> requests_;
    std::uint16_t next_number_ = stun::kFirstChannel;
    std::size_t held_ = 0;
    TurnPeerCounters counters_;
};

}  // namespace legroom::ice
