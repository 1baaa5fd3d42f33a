#pragma once

#include <cstdint>
#include <span>
#include <sys/epoll.h>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/descriptor.hpp"

namespace legroom::io {

/// Many descriptors behind one, which is readable while one of them wants something. Level-triggered: what is
/// not dealt with is told again, after all others.
class Epoll {
public:
    static Result<Epoll> open();

    [[nodiscard]] int descriptor() const { return set_.get(); }

    /// `owner` comes back with the events of `descriptor`, which leaves the set when it is closed.
    Result<void> add(int descriptor, std::uint32_t events, void* owner);
    Result<void> change(int descriptor, std::uint32_t events, void* owner);

    /// What there is right now, as much as fits.
    [[nodiscard]] std::span<const epoll_event> ready(std::span<epoll_event> space) const;
    /// The same, but waits until there is something, for `longest` at most.
    std::span<const epoll_event> wait(std::span<epoll_event> space, Duration longest);

private:
    explicit Epoll(Descriptor set) : set_(std::move(set)) {}
    Result<void> control(int what, int descriptor, std::uint32_t events, void* owner);

    Descriptor set_;
    bool whole_milliseconds_ = false;  ///< The system cannot wait more exactly.
};

}  // namespace legroom::io
