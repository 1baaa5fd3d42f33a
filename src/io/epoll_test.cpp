#include "io/epoll.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>

#include "io/clock.hpp"

namespace legroom::io {
namespace {

using namespace std::chrono_literals;

/// From now on this thread has the system of an older container: epoll_pwait2 is not allowed. False: nor is
/// this.
bool forbid_exact_waits() {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// Waits at least as long as it is told to when nothing comes, and not at all when something is there.
void expect_it_waits() {
    auto epoll = Epoll::open();
    ASSERT_TRUE(epoll);
    const Descriptor event{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    int owner = 0;
    ASSERT_TRUE(epoll->add(event.get(), EPOLLIN, &owner));
    std::array<epoll_event, 2> space{};

    for (const Duration longest : {Duration{0us}, Duration{300us}, Duration{2500us}}) {
        const Instant begun = now();
        EXPECT_TRUE(epoll->wait(space, longest).empty());
        EXPECT_GE(now() - begun, longest);
    }
    ASSERT_EQ(::eventfd_write(event.get(), 1), 0);
    const auto events = epoll->wait(space, 1h);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].data.ptr, &owner);
    EXPECT_EQ(epoll->ready(space).size(), 1U) << "told until it is dealt with";
}

TEST(Epoll, WaitsAsLongAsItIsTold) { expect_it_waits(); }

TEST(Epoll, WaitsInWholeMillisecondsWhereTheSystemCanDoNoBetter) {
    bool forbidden = false;
    std::thread([&] {
        forbidden = forbid_exact_waits();
        if (forbidden) expect_it_waits();
    }).join();
    if (!forbidden) GTEST_SKIP() << "needs seccomp";
}

}  // namespace
}  // namespace legroom::io
