#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/address.hpp"

namespace legroom::app {

/// An address outside as it is known now, with the rest of its ExternalAddress.
struct ExternalIp {
    IpAddress ip;
    std::optional<IpAddress> internal;
    bool add = false;

    friend bool operator==(const ExternalIp&, const ExternalIp&) = default;
};

inline constexpr std::size_t kMaxAddressesOfAName = 8;  ///< Those after it are not announced.
inline constexpr std::size_t kMaxDiscovered = 16;       ///< Bases; the oldest makes room.
inline constexpr std::size_t kMaxSeenOfABase = 16;      ///< Likewise.

/// What WEBRTC_EXTERNAL_IPS comes to: its addresses at once, its names when they are resolved, and what the
/// STUN servers say where it says `auto`. Asks nobody itself. Not thread-safe.
class ExternalAddresses {
public:
    explicit ExternalAddresses(std::vector<ExternalAddress> configured);

    /// The names to look up, each once.
    [[nodiscard]] std::vector<std::string> names() const;

    /// A name's addresses as a resolver gave them. None at all: no answer, and what is known stays, since an
    /// outage of the DNS moves no server. True when that changes anything.
    bool resolve(const std::string& name, std::vector<IpAddress> ips);

    /// `auto`: a STUN server sees what `base` sends come from `outside`. Takes the place of what was seen of
    /// this base before. True when that changes anything. A NAT that changes the port is of no use here:
    /// nobody could reach the other port unasked.
    bool discover(const Endpoint& outside, const Endpoint& base);
    /// No server sees that any more. What was seen of the base before it, and still is, takes its place; if
    /// there is nothing, the base has no address outside. True when that changes anything.
    bool forget(const Endpoint& outside, const Endpoint& base);

    /// In the order of the setting, then what was discovered, a place for each base in the order they came.
    [[nodiscard]] std::vector<ExternalIp> known() const;

private:
    struct Discovered {
        IpAddress base;
        std::vector<IpAddress> seen;  ///< From outside; the latest counts.
    };

    std::vector<ExternalAddress> configured_;
    std::map<std::string, std::vector<IpAddress>> resolved_;
    std::vector<Discovered> discovered_;
};

}  // namespace legroom::app
