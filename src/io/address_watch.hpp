#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.hpp"
#include "io/host_addresses.hpp"

namespace legroom::io {

struct AddressWatchSettings {
    bool netlink = true;                                    ///< false: look every poll_time only.
    Duration settle_time = std::chrono::milliseconds{500};  ///< From the first sign of a change to looking.
    Duration poll_time = std::chrono::seconds{10};          ///< Where the kernel does not tell.
};

/// Notices that host_addresses() have changed: a cable, a Wi-Fi, a VPN, a container's network. The kernel
/// tells (rtnetlink(7)); where it is not allowed to, the watch looks from time to time. Several changes soon
/// after each other, as an interface makes that comes up, are one.
class AddressWatch {
public:
    using OnChange = std::function<void(const std::vector<HostAddress>&)>;

    /// Compares with the addresses there are now. `on_change` is called on the context's thread, with all
    /// addresses, and only when they are others than before.
    AddressWatch(boost::asio::io_context& context, OnChange on_change, AddressWatchSettings settings = {});
    ~AddressWatch();  ///< No call after this.

    /// Whether the kernel tells; otherwise changes are noticed after up to poll_time.
    [[nodiscard]] bool is_told() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;  ///< Shared with the callbacks of the context.
};

}  // namespace legroom::io
