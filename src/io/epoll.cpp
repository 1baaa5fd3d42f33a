#include "io/epoll.hpp"

#include <cerrno>
#include <chrono>
#include <ctime>

#include "io/socket.hpp"

namespace legroom::io {
namespace {

timespec to_timespec(Duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return {static_cast<std::time_t>(seconds.count()),
            static_cast<long>(std::chrono::nanoseconds{duration - seconds}.count())};
}

std::span<const epoll_event> first_of(std::span<epoll_event> space, int count) {
    return space.first(count > 0 ? static_cast<std::size_t>(count) : 0);
}

}  // namespace

Result<Epoll> Epoll::open() {
    Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
    if (!set) return last_error();
    return Epoll{std::move(set)};
}

Result<void> Epoll::add(int descriptor, std::uint32_t events, void* owner) {
    return control(EPOLL_CTL_ADD, descriptor, events, owner);
}

Result<void> Epoll::change(int descriptor, std::uint32_t events, void* owner) {
    return control(EPOLL_CTL_MOD, descriptor, events, owner);
}

Result<void> Epoll::control(int what, int descriptor, std::uint32_t events, void* owner) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = owner;
    if (::epoll_ctl(set_.get(), what, descriptor, &event) != 0) return last_error();
    return {};
}

std::span<const epoll_event> Epoll::ready(std::span<epoll_event> space) const {
    return first_of(space, ::epoll_wait(set_.get(), space.data(), static_cast<int>(space.size()), 0));
}

std::span<const epoll_event> Epoll::wait(std::span<epoll_event> space, Duration longest) {
    const auto size = static_cast<int>(space.size());
    if (!whole_milliseconds_) {
        const timespec timeout = to_timespec(longest);
        const int count = ::epoll_pwait2(set_.get(), space.data(), size, &timeout, nullptr);
        // Linux before 5.11, or a container whose list of allowed calls is older.
        whole_milliseconds_ = count < 0 && (errno == ENOSYS || errno == EPERM);
        if (!whole_milliseconds_) return first_of(space, count);
    }
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(longest);
    return first_of(space, ::epoll_wait(set_.get(), space.data(), size, static_cast<int>(timeout.count())));
}

}  // namespace legroom::io
