#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "io/descriptor.hpp"

namespace legroom::net {

/// One end of a wire: a TUN interface named "wire" in a network namespace, without addresses and down, and
/// gone with this object. Whole IP packets come and go.
class Tunnel {
public:
    static constexpr std::size_t kMaxPacket = 65'535;

    /// `network_namespace` is a file such as /proc/PID/ns/net. Throws when the system refuses. The calling
    /// thread is where it was afterwards.
    explicit Tunnel(const std::string& network_namespace);

    [[nodiscard]] int descriptor() const { return device_.get(); }
    /// A packet that waits, if any.
    [[nodiscard]] std::optional<ByteVector> read() const;
    /// Drops the packet when the interface does not take it, as a wire would.
    void write(Bytes packet) const;

private:
    io::Descriptor device_;
};

}  // namespace legroom::net
