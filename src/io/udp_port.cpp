#include "io/udp_port.hpp"

#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

#include "io/socket.hpp"
#include "io/socket_address.hpp"

namespace legroom::io {
namespace {

constexpr int kSocketBuffer = 4 << 20;  ///< Bytes: 200 ms of two thousand legs.
constexpr int kTriesForAnyPort = 16;
constexpr std::size_t kControlSize = CMSG_SPACE(sizeof(in6_pktinfo));

Result<Descriptor> open_udp_socket(int family, std::uint16_t number) {
    auto socket = make_socket(family, SOCK_DGRAM);
    if (!socket) return socket;
    set_option(socket->get(), SOL_SOCKET, SO_RCVBUF, kSocketBuffer);
    set_option(socket->get(), SOL_SOCKET, SO_SNDBUF, kSocketBuffer);
    if (family == AF_INET) {
        set_option(socket->get(), IPPROTO_IP, IP_PKTINFO, 1);
    } else {
        set_option(socket->get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    }
    const IpAddress unspecified = family == AF_INET ? IpAddress{} : IpAddress::v6({});
    const auto bound = bind_to(socket->get(), {unspecified, number});
    if (!bound) return bound.error();
    return socket;
}

/// Which of our addresses the datagram came to.
IpAddress arrival_address(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(part), sizeof info);
            std::array<std::uint8_t, 4> bytes{};
            std::memcpy(bytes.data(), &info.ipi_addr, bytes.size());
            return IpAddress::v4(bytes);
        }
        if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(part), sizeof info);
            std::array<std::uint8_t, 16> bytes{};
            std::memcpy(bytes.data(), &info.ipi6_addr, bytes.size());
            const IpAddress ip = IpAddress::v6(bytes);
            // Anywhere but on its link an address is the same by every interface, and the way back is for the
            // routing table to say.
            return ip.is_link_local() ? IpAddress::v6(bytes, info.ipi6_ifindex) : ip;
        }
    }
    return {};
}

template <class Info>
void put_control(msghdr& message, int level, int type, const Info& info) {
    message.msg_controllen = CMSG_SPACE(sizeof info);
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = level;
    part->cmsg_type = type;
    part->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(part), &info, sizeof info);
}

/// Makes the kernel send from `local`.
void put_departure_address(msghdr& message, const IpAddress& local) {
    if (local.is_v4()) {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, local.bytes().data(), 4);
        put_control(message, IPPROTO_IP, IP_PKTINFO, info);
    } else {
        in6_pktinfo info{};
        std::memcpy(&info.ipi6_addr, local.bytes().data(), 16);
        info.ipi6_ifindex = local.scope();
        put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
}

}  // namespace

struct UdpPort::Buffers {
    struct Slot {
        std::array<std::uint8_t, kMaxDatagram> bytes;
        alignas(cmsghdr) std::array<std::uint8_t, kControlSize> control;
        sockaddr_storage remote;
        iovec vector;
    };
    std::array<Slot, kBatch> slots;
    std::array<mmsghdr, kBatch> messages;

    void prepare_receive() {
        for (std::size_t i = 0; i < kBatch; ++i) {
            Slot& slot = slots[i];
            slot.vector = {slot.bytes.data(), slot.bytes.size()};
            fill_header(i);
        }
    }
    void prepare_send(std::size_t i, const Transmit& datagram) {
        Slot& slot = slots[i];
        // sendmmsg only reads the bytes; the C interface has no const.
        slot.vector = {const_cast<std::uint8_t*>(datagram.bytes.data()), datagram.bytes.size()};
        slot.control.fill(0);
        fill_header(i);
        messages[i].msg_hdr.msg_namelen = to_sockaddr(datagram.path.remote, slot.remote);
        put_departure_address(messages[i].msg_hdr, datagram.path.local.ip);
    }

private:
    void fill_header(std::size_t i) {
        Slot& slot = slots[i];
        messages[i] = {};
        msghdr& header = messages[i].msg_hdr;
        header.msg_name = &slot.remote;
        header.msg_namelen = sizeof slot.remote;
        header.msg_iov = &slot.vector;
        header.msg_iovlen = 1;
        header.msg_control = slot.control.data();
        header.msg_controllen = slot.control.size();
    }
};

Result<UdpPort> UdpPort::open(std::uint16_t number) {
    auto port = open_both(number);
    // Any free IPv4 port may be one that somebody uses on IPv6.
    for (int tries = 1; number == 0 && !port && tries < kTriesForAnyPort; ++tries) port = open_both(number);
    return port;
}

Result<UdpPort> UdpPort::open_both(std::uint16_t number) {
    auto v4 = open_udp_socket(AF_INET, number);
    if (!v4) return v4.error();
    const auto bound = local_endpoint(v4->get());
    if (!bound) return bound.error();
    auto v6 = open_udp_socket(AF_INET6, bound->port);
    // A host without IPv6 is served over IPv4; a port taken by somebody else is an error in both.
    if (!v6 && v6.error() == boost::system::errc::address_in_use) return v6.error();
    return UdpPort{std::move(*v4), v6 ? std::move(*v6) : Descriptor{}, bound->port};
}

UdpPort::UdpPort(Descriptor v4, Descriptor v6, std::uint16_t number)
    : v4_(std::move(v4)),
      v6_(std::move(v6)),
      number_(number),
      incoming_(std::make_unique<Buffers>()),
      outgoing_(std::make_unique<Buffers>()) {}
UdpPort::~UdpPort() = default;
UdpPort::UdpPort(UdpPort&&) noexcept = default;
UdpPort& UdpPort::operator=(UdpPort&&) noexcept = default;

std::vector<int> UdpPort::descriptors() const {
    std::vector<int> all{v4_.get()};
    if (v6_) all.push_back(v6_.get());
    return all;
}

std::size_t UdpPort::receive(const std::function<void(const Path&, MutableBytes)>& receive) {
    std::size_t count = 0;
    for (const int socket : descriptors()) count += receive_from(socket, receive);
    return count;
}

std::size_t UdpPort::receive_from(int socket, const std::function<void(const Path&, MutableBytes)>& receive) {
    incoming_->prepare_receive();
    const int count = ::recvmmsg(socket, incoming_->messages.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return 0;
    for (int i = 0; i < count; ++i) {
        mmsghdr& message = incoming_->messages[static_cast<std::size_t>(i)];
        Buffers::Slot& slot = incoming_->slots[static_cast<std::size_t>(i)];
        ++counters_.received;
        if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
            ++counters_.oversized;
            continue;
        }
        const auto remote = from_sockaddr(reinterpret_cast<const sockaddr&>(slot.remote));
        if (!remote) continue;
        const Path path{Endpoint{arrival_address(message.msg_hdr), number_}, *remote};
        receive(path, MutableBytes{slot.bytes}.first(message.msg_len));
    }
    return static_cast<std::size_t>(count);
}

void UdpPort::send(std::span<const Transmit> datagrams) {
    std::array<const Transmit*, kBatch> batch{};
    for (const int socket : descriptors()) {
        std::size_t filled = 0;
        for (const Transmit& datagram : datagrams) {
            if (socket_for(datagram) != socket) continue;
            batch[filled++] = &datagram;
            if (filled == kBatch) send_batch(socket, {batch.data(), std::exchange(filled, 0)});
        }
        send_batch(socket, {batch.data(), filled});
    }
}

int UdpPort::socket_for(const Transmit& datagram) const {
    return datagram.path.remote.ip.is_v4() ? v4_.get() : v6_.get();
}

void UdpPort::send_batch(int socket, std::span<const Transmit* const> batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) outgoing_->prepare_send(i, *batch[i]);
    std::size_t done = 0;
    while (done < batch.size()) {
        const int count = ::sendmmsg(socket, &outgoing_->messages[done],
                                     static_cast<unsigned>(batch.size() - done), MSG_DONTWAIT);
        if (count > 0) {
            counters_.sent += static_cast<std::uint64_t>(count);
            done += static_cast<std::size_t>(count);
        } else {
            ++counters_.unsent;  // This one cannot leave; the next may go elsewhere.
            ++done;
        }
    }
}

}  // namespace legroom::io
