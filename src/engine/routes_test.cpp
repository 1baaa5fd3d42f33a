#include "engine/routes.hpp"

#include <gtest/gtest.h>

namespace legroom::engine {
namespace {

Path path(const char* remote) { return {*Endpoint::parse("10.0.0.1:10000"), *Endpoint::parse(remote)}; }

/// A Binding message of this type with this transaction tag and, in a request, this USERNAME.
ByteVector stun_message(std::uint16_t type, std::uint32_t tag, std::string_view username = {}) {
    ByteVector bytes;
    ByteWriter out(bytes);
    const std::size_t padded = (username.size() + 3) / 4 * 4;
    out.u16(type);
    out.u16(static_cast<std::uint16_t>(username.empty() ? 0 : 4 + padded));
    out.u32(0x2112a442);
    out.u32(tag);
    out.u64(7);
    if (username.empty()) return bytes;
    out.u16(0x0006);
    out.u16(static_cast<std::uint16_t>(username.size()));
    out.bytes(as_bytes(username));
    out.zeros(padded - username.size());
    return bytes;
}

const ByteVector kMedia{0x80, 111, 0, 1};

TEST(Routes, ARequestNamesItsLegByOurUfrag) {
    Routes routes;
    routes.add(1, "alice", 11);
    routes.add(2, "bob", 22);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), stun_message(0x0001, 99, "alice:x")), 1U);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), stun_message(0x0001, 99, "bob:x")), 2U);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), stun_message(0x0001, 99, "eve:x")), std::nullopt);
}

TEST(Routes, AResponseComesHomeByItsTag) {
    Routes routes;
    routes.add(1, "alice", 11);
    routes.add(2, "bob", 22);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), stun_message(0x0101, 22)), 2U);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), stun_message(0x0111, 11)), 1U);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), stun_message(0x0101, 33)), std::nullopt);
}

TEST(Routes, MediaBelongsToWhoProvedThePath) {
    Routes routes;
    routes.add(1, "alice", 11);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), std::nullopt);
    routes.claim(1, path("10.0.1.1:1"));
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), 1U);
    EXPECT_EQ(routes.find(path("10.0.1.1:2"), kMedia), std::nullopt);
}

TEST(Routes, TheLatestProofWinsAPathAndTheLoserKeepsItsOthers) {
    Routes routes;
    routes.add(1, "alice", 11);
    routes.add(2, "bob", 22);
    routes.claim(1, path("10.0.1.1:1"));
    routes.claim(1, path("10.0.1.1:2"));
    routes.claim(2, path("10.0.1.1:1"));
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), 2U);
    EXPECT_EQ(routes.find(path("10.0.1.1:2"), kMedia), 1U);
    routes.remove(1);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), 2U);
}

TEST(Routes, WhoWasOnlyHeardGetsAPathThatNobodyProvedAndNoOther) {
    Routes routes;
    routes.add(1, "alice", 11);
    routes.add(2, "bob", 22);
    routes.keep(1, path("10.0.1.1:1"));
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), 1U);
    routes.claim(2, path("10.0.1.1:1"));
    routes.keep(1, path("10.0.1.1:1"));
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), 2U);
}

TEST(Routes, ALegsPathsAreBounded) {
    Routes routes;
    routes.add(1, "alice", 11);
    for (std::size_t i = 0; i <= Routes::kMaxPathsPerLeg; ++i) {
        routes.claim(1, path(("10.0.1.1:" + std::to_string(i + 1)).c_str()));
    }
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), std::nullopt);
    EXPECT_EQ(routes.find(path("10.0.1.1:2"), kMedia), 1U);
}

TEST(Routes, APathWhoseConnectionIsGoneIsNobodys) {
    Routes routes;
    routes.add(1, "alice", 11);
    routes.add(2, "bob", 22);
    routes.claim(1, path("10.0.1.1:1"));
    EXPECT_EQ(routes.owner(path("10.0.1.1:1")), 1U);
    routes.forget(2, path("10.0.1.1:1"));
    EXPECT_EQ(routes.owner(path("10.0.1.1:1")), 1U) << "not bob's to lose";
    routes.forget(1, path("10.0.1.1:1"));
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), std::nullopt);
    routes.keep(2, path("10.0.1.1:1"));
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), 2U);
}

TEST(Routes, NothingOfALegStays) {
    Routes routes;
    routes.add(1, "alice", 11);
    routes.claim(1, path("10.0.1.1:1"));
    routes.remove(1);
    routes.remove(1);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), kMedia), std::nullopt);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), stun_message(0x0001, 99, "alice:x")), std::nullopt);
    EXPECT_EQ(routes.find(path("10.0.1.1:1"), stun_message(0x0101, 11)), std::nullopt);
    EXPECT_EQ(routes.size(), 0U);
}

}  // namespace
}  // namespace legroom::engine
