#include "io/mailbox.hpp"

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

std::vector<engine::Command> Mailbox::take() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
}

}  // namespace legroom::io
