#include "io/resolver.hpp"

#include <gtest/gtest.h>

namespace legroom::io {
namespace {

std::vector<Resolved> resolve(std::vector<HostPort> names, int* calls = nullptr) {
    boost::asio::io_context context;
    std::vector<Resolved> results;
    resolve_all(context, std::move(names), std::chrono::seconds{5}, [&](std::vector<Resolved> found) {
        results = std::move(found);
        if (calls != nullptr) ++*calls;
    });
    context.run();
    return results;
}

TEST(Resolver, TakesAddressesAndLocalNamesInOrder) {
    const auto results = resolve({{"127.0.0.1", 1}, {"::1", 2}, {"localhost", 3}});
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].endpoints, (std::vector<Endpoint>{*Endpoint::parse("127.0.0.1:1")}));
    EXPECT_EQ(results[1].endpoints, (std::vector<Endpoint>{*Endpoint::parse("[::1]:2")}));
    ASSERT_FALSE(results[2].endpoints.empty());
    EXPECT_TRUE(results[2].endpoints[0].ip.is_loopback());
}

TEST(Resolver, CallsBackOnceWhateverIsAsked) {
    int calls = 0;
    EXPECT_TRUE(resolve({}, &calls).empty());
    EXPECT_EQ(calls, 1);
    const auto results = resolve({{"not a host name", 1}}, &calls);
    EXPECT_EQ(calls, 2);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_TRUE(results[0].endpoints.empty());
}

}  // namespace
}  // namespace legroom::io
