#include "io/address_watch.hpp"

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "io/descriptor.hpp"

namespace legroom::io {
namespace {

constexpr std::size_t kNetlinkRead = 8192;  // netlink(7): a page, or 8 KB

/// A netlink socket that is told of addresses and interfaces; empty where this is not allowed.
Descriptor open_netlink() {
    Descriptor socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE)};
    sockaddr_nl groups{};
    groups.nl_family = AF_NETLINK;
    groups.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_LINK;
    if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) != 0)
        return {};
    return socket;
}

}  // namespace

struct AddressWatch::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& context, OnChange when_changed, AddressWatchSettings how)
        : settings(how), on_change(std::move(when_changed)), timer(context), told(context) {}

    void start();
    void await_news();
    void drain();
    void look_after(Duration time);
    void look();
    void stop();

    AddressWatchSettings settings;
    OnChange on_change;
    boost::asio::steady_timer timer;
    boost::asio::posix::stream_descriptor told;
    std::vector<HostAddress> known;
    bool looking_soon = false;
};

AddressWatch::AddressWatch(boost::asio::io_context& context, OnChange on_change,
                           AddressWatchSettings settings)
    : impl_(std::make_shared<Impl>(context, std::move(on_change), settings)) {
    impl_->start();
}

AddressWatch::~AddressWatch() { impl_->stop(); }

bool AddressWatch::is_told() const { return impl_->told.is_open(); }

void AddressWatch::Impl::start() {
    Descriptor netlink = settings.netlink ? open_netlink() : Descriptor{};
    // Known only now: what changes meanwhile is told.
    known = host_addresses();
    if (!netlink) return look_after(settings.poll_time);
    told.assign(netlink.release());
    await_news();
}

void AddressWatch::Impl::await_news() {
    told.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const boost::system::error_code& error) {
                        if (error || !self->on_change) return;
                        self->drain();
                        if (!self->looking_soon) self->look_after(self->settings.settle_time);
                        self->await_news();
                    });
}

/// What the messages say does not matter, nor that some were lost: the addresses are read anew.
void AddressWatch::Impl::drain() {
    std::array<std::uint8_t, kNetlinkRead> message{};
    while (::recv(told.native_handle(), message.data(), message.size(), MSG_DONTWAIT) >= 0 ||
           errno == ENOBUFS) {
    }
}

void AddressWatch::Impl::look_after(Duration time) {
    looking_soon = true;
    timer.expires_after(time);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || !self->on_change) return;
        self->looking_soon = false;
        self->look();
    });
}

void AddressWatch::Impl::look() {
    if (!told.is_open()) look_after(settings.poll_time);
    auto found = host_addresses();
    if (found == known) return;
    known = std::move(found);
    const auto call = on_change;  // It may end the watch.
    call(known);
}

void AddressWatch::Impl::stop() {
    on_change = nullptr;
    timer.cancel();
    boost::system::error_code ignored;
    told.close(ignored);
}

}  // namespace legroom::io
