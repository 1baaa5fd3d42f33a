#include "net/tunnel.hpp"

#include <cstring>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

namespace legroom::net {
namespace {

int checked(int result, const std::string& what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

io::Descriptor opened(const std::string& path, int flags) {
    return io::Descriptor{checked(::open(path.c_str(), flags | O_CLOEXEC), path)};
}

}  // namespace

Tunnel::Tunnel(const std::string& network_namespace) {
    const io::Descriptor home = opened("/proc/self/ns/net", O_RDONLY);
    const io::Descriptor there = opened(network_namespace, O_RDONLY);
    checked(::setns(there.get(), CLONE_NEWNET), network_namespace);
    device_ = opened("/dev/net/tun", O_RDWR | O_NONBLOCK);
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    std::strncpy(request.ifr_name, "wire", IFNAMSIZ - 1);
    checked(::ioctl(device_.get(), TUNSETIFF, &request), "TUNSETIFF");
    checked(::setns(home.get(), CLONE_NEWNET), "setns");
}

std::optional<ByteVector> Tunnel::read() const {
    ByteVector packet(kMaxPacket);
    const ssize_t length = ::read(device_.get(), packet.data(), packet.size());
    if (length <= 0) return std::nullopt;
    packet.resize(static_cast<std::size_t>(length));
    return packet;
}

void Tunnel::write(Bytes packet) const {
    [[maybe_unused]] const ssize_t written = ::write(device_.get(), packet.data(), packet.size());
}

}  // namespace legroom::net
