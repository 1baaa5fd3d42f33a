#pragma once

#include <cstdint>
#include <span>
#include <sys/epoll.h>

#include "base/result.hpp"
#include "io/descriptor.hpp"
#include "io/socket.hpp"

namespace legroom::io {

/// Many sockets behind one descriptor, which is readable while one of them wants something. Level-triggered:
/// what is not dealt with is told again, after all others.
class Epoll {
public:
    static Result<Epoll> open() {
        Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
        if (!set) return last_error();
        return Epoll{std::move(set)};
    }

    [[nodiscard]] int descriptor() const { return set_.get(); }

    /// `owner` comes back with the events of `socket`, which leaves the set when it is closed.
    Result<void> add(int socket, std::uint32_t events, void* owner) {
        return control(EPOLL_CTL_ADD, socket, events, owner);
    }
    Result<void> change(int socket, std::uint32_t events, void* owner) {
        return control(EPOLL_CTL_MOD, socket, events, owner);
    }

    /// What there is right now, as much as fits; never waits.
    [[nodiscard]] std::span<const epoll_event> ready(std::span<epoll_event> space) const {
        const int count = ::epoll_wait(set_.get(), space.data(), static_cast<int>(space.size()), 0);
        return space.first(count > 0 ? static_cast<std::size_t>(count) : 0);
    }

private:
    explicit Epoll(Descriptor set) : set_(std::move(set)) {}

    Result<void> control(int what, int socket, std::uint32_t events, void* owner) {
        epoll_event event{};
        event.events = events;
        event.data.ptr = owner;
        if (::epoll_ctl(set_.get(), what, socket, &event) != 0) return last_error();
        return {};
    }

    Descriptor set_;
};

}  // namespace legroom::io
