#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"

namespace legroom::app {

/// A program that has a port.
struct PortHolder {
    std::string name;  ///< "legroom"
    int pid = 0;
};

/// Who has a local port open, of those whose descriptors this user may see (its own programs; root sees all).
/// Looks through /proc, which takes milliseconds to tens of them.
std::optional<PortHolder> port_holder(Transport transport, std::uint16_t port);

/// The sockets of a table like /proc/net/udp that are bound to the port and have no other end yet, by inode.
/// A line that is none is skipped.
std::vector<std::string> socket_inodes(std::string_view table, std::uint16_t port);

}  // namespace legroom::app
