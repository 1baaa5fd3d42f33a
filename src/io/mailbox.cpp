#include "io/mailbox.hpp"

#include <algorithm>
#include <iterator>
#include <sys/eventfd.h>
#include <system_error>

namespace legroom::io {

Mailbox::Mailbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Mailbox::post(engine::Command command) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(command));
    }
    wake();
}

void Mailbox::wake() {
    const std::uint64_t one = 1;
    // The only failure is a counter about to overflow, and then the reader is awake anyway.
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

std::vector<engine::Command> Mailbox::take(std::size_t most) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(most, waiting_.size()));
    std::vector<engine::Command> taken(std::move_iterator(waiting_.begin()), std::move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    if (!waiting_.empty()) wake();
    return taken;
}

}  // namespace legroom::io
