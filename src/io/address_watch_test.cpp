#include "io/address_watch.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <sched.h>
#include <thread>

namespace legroom::io {
namespace {

using namespace std::chrono_literals;

constexpr AddressWatchSettings kTold{true, 1ms, 1h};
constexpr AddressWatchSettings kPolling{false, 1h, 1ms};

/// Runs `test` on a thread in a network namespace of its own, which ends with it. False: not allowed here.
bool in_own_network(const std::function<void()>& test) {
    bool allowed = false;
    std::thread([&] {
        allowed = ::unshare(CLONE_NEWNET) == 0;
        if (allowed) test();
    }).join();
    return allowed;
}

void ip(const std::string& arguments) { EXPECT_EQ(std::system(("ip " + arguments).c_str()), 0) << arguments; }

/// What the watch says after `change`; nothing after two seconds.
std::vector<HostAddress> after(const AddressWatchSettings& settings, const std::function<void()>& change) {
    boost::asio::io_context context;
    std::vector<HostAddress> told;
    const AddressWatch watch{context,
                             [&](const std::vector<HostAddress>& now) {
                                 told = now;
                                 context.stop();
                             },
                             settings};
    EXPECT_EQ(watch.is_told(), settings.netlink);
    change();
    context.run_for(2s);
    return told;
}

class AddressWatchBy : public testing::TestWithParam<AddressWatchSettings> {};

TEST_P(AddressWatchBy, TellsOfAddressesThatComeAndGo) {
    const bool allowed = in_own_network([] {
        ip("link set lo up");
        const HostAddress home{*IpAddress::parse("10.9.8.7"), "lo"};
        const HostAddress more{*IpAddress::parse("2001:db8::7"), "lo"};
        EXPECT_EQ(after(GetParam(), [] { ip("addr add 10.9.8.7/32 dev lo"); }),
                  std::vector<HostAddress>{home});
        EXPECT_EQ(after(GetParam(), [] { ip("addr add 2001:db8::7/128 dev lo"); }),
                  (std::vector<HostAddress>{home, more}));
        EXPECT_EQ(after(GetParam(), [] { ip("addr del 10.9.8.7/32 dev lo"); }),
                  std::vector<HostAddress>{more});
        EXPECT_EQ(after(GetParam(), [] { ip("link set lo down"); }), std::vector<HostAddress>{});
    });
    if (!allowed) GTEST_SKIP() << "needs the right to make a network namespace";
}

INSTANTIATE_TEST_SUITE_P(Both, AddressWatchBy, testing::Values(kTold, kPolling));

TEST(AddressWatch, SaysOnceWhatChangesTogether) {
    const bool allowed = in_own_network([] {
        ip("link set lo up");
        boost::asio::io_context context;
        int calls = 0;
        const AddressWatch watch{context, [&](const std::vector<HostAddress>&) { ++calls; }, kTold};
        for (int i = 1; i <= 3; ++i) ip("addr add 10.0.0." + std::to_string(i) + "/32 dev lo");
        ip("link set lo multicast off");  // News, but of no address.
        while (calls == 0 && context.run_one_for(2s) > 0) {
        }
        context.poll();
        EXPECT_EQ(calls, 1);
    });
    if (!allowed) GTEST_SKIP() << "needs the right to make a network namespace";
}

TEST(AddressWatch, MayEndInItsOwnCallAndIsSilentAfterwards) {
    const bool allowed = in_own_network([] {
        ip("link set lo up");
        boost::asio::io_context context;
        int calls = 0;
        std::unique_ptr<AddressWatch> watch;
        const auto on_change = [&](const std::vector<HostAddress>&) {
            ++calls;
            watch.reset();
        };
        watch = std::make_unique<AddressWatch>(context, on_change, kTold);
        ip("addr add 10.0.0.1/32 dev lo");
        context.run();  // Returns, for nothing is waited for any more.
        EXPECT_EQ(calls, 1);
    });
    if (!allowed) GTEST_SKIP() << "needs the right to make a network namespace";
}

}  // namespace
}  // namespace legroom::io
