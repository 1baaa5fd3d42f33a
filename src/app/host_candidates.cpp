#include "app/host_candidates.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "app/values.hpp"

namespace legroom::app {
namespace {

using Origin = AnnouncedAddress::Origin;

constexpr std::array<std::string_view, 10> kContainerBridges{
    "docker*", "br-*", "veth*", "virbr*", "cni*", "podman*", "lxcbr*", "lxdbr*", "flannel*", "cali*"};

bool named_in(const std::vector<std::string>& patterns, std::string_view interface) {
    return std::ranges::any_of(patterns, [=](const auto& pattern) { return matches(pattern, interface); });
}

/// The lower, the sooner a peer should try it.
int rank(const io::HostAddress& address) {
    if (is_container_bridge(address.interface)) return 3;
    if (address.ip.is_link_local()) return 2;
    return address.temporary ? 1 : 0;
}

/// The one it is mapped to; else itself, where it is one of ours; else the first of its family.
const io::HostAddress* base_of(const ExternalIp& external, std::span<const io::HostAddress> usable) {
    const IpAddress wanted = external.internal.value_or(external.ip);
    auto found = std::ranges::find(usable, wanted, &io::HostAddress::ip);
    if (found == usable.end() && !external.internal) {
        found = std::ranges::find_if(
            usable, [&](const io::HostAddress& one) { return one.ip.is_v4() == external.ip.is_v4(); });
    }
    return found == usable.end() ? nullptr : &*found;
}

/// Collects what is announced; says each address once.
class Announcement {
public:
    Announcement(std::span<const io::HostAddress> usable, std::span<const ExternalIp> external)
        : usable_(usable), external_(external) {}

    void put_external(bool add) {
        for (const ExternalIp& one : external_) {
            const auto* base = base_of(one, usable_);
            if (base == nullptr || one.add != add) continue;
            put({one.ip, base->ip, base->interface, add ? Origin::added : Origin::replaced});
        }
    }

    void put_own(bool container_bridges) {
        for (const io::HostAddress& one : usable_) {
            if (is_container_bridge(one.interface) == container_bridges && !is_replaced(one.ip))
                put({one.ip, one.ip, one.interface, Origin::interface});
        }
    }

    std::vector<AnnouncedAddress> take() { return std::move(announced_); }

private:
    [[nodiscard]] bool is_replaced(const IpAddress& ip) const {
        return std::ranges::any_of(announced_, [&](const AnnouncedAddress& one) {
            return one.origin == Origin::replaced && one.ip.is_v4() == ip.is_v4();
        });
    }

    void put(AnnouncedAddress address) {
        const auto same = [&](const AnnouncedAddress& one) { return one.ip == address.ip; };
        if (announced_.size() < kMaxAnnounced && std::ranges::none_of(announced_, same))
            announced_.push_back(std::move(address));
    }

    std::span<const io::HostAddress> usable_;
    std::span<const ExternalIp> external_;
    std::vector<AnnouncedAddress> announced_;
};

ice::Candidate candidate_of(const AnnouncedAddress& address, std::uint16_t port, std::size_t index) {
    auto candidate = ice::host_candidate({address.ip, port}, static_cast<std::uint16_t>(65'535 - index));
    candidate.base = {address.base, port};
    candidate.foundation = std::to_string(index + 1);
    return candidate;
}

/// Of the local preference the lower bits tell the direction (RFC 6544 §4.2).
ice::Candidate tcp_candidate_of(const AnnouncedAddress& address, std::uint16_t port, std::size_t index) {
    auto candidate =
        ice::tcp_host_candidate({address.ip, port}, static_cast<std::uint16_t>(65'535 - 8 * index));
    candidate.base = {address.base, port};
    return candidate;
}

}  // namespace

bool is_container_bridge(std::string_view interface) {
    return std::ranges::any_of(kContainerBridges, [=](auto pattern) { return matches(pattern, interface); });
}

std::vector<io::HostAddress> usable_addresses(std::vector<io::HostAddress> all, const InterfaceLists& lists) {
    std::erase_if(all, [&](const io::HostAddress& one) {
        const bool allowed = lists.allowed.empty() || named_in(lists.allowed, one.interface);
        return !allowed || named_in(lists.denied, one.interface);
    });
    auto usable = io::choose_host_addresses(std::move(all));
    std::ranges::stable_sort(usable, {}, rank);
    return usable;
}

std::vector<AnnouncedAddress> announced_addresses(std::span<const io::HostAddress> usable,
                                                  std::span<const ExternalIp> external) {
    Announcement announcement{usable, external};
    announcement.put_external(/*add=*/false);
    announcement.put_own(/*container_bridges=*/false);
    announcement.put_external(/*add=*/true);
    announcement.put_own(/*container_bridges=*/true);
    return announcement.take();
}

std::vector<ice::Candidate> host_candidates(std::span<const AnnouncedAddress> addresses, std::uint16_t port,
                                            std::optional<std::uint16_t> tcp_port) {
    std::vector<ice::Candidate> candidates;
    for (const AnnouncedAddress& address : addresses)
        candidates.push_back(candidate_of(address, port, candidates.size()));
    if (!tcp_port) return candidates;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (!is_container_bridge(addresses[i].interface))
            candidates.push_back(tcp_candidate_of(addresses[i], *tcp_port, i));
    }
    return candidates;
}

}  // namespace legroom::app
