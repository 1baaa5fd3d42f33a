// The server behind a NAT, a STUN server outside, and callers who learn the address from trickled candidates.
#include <gtest/gtest.h>

#include "scenario/world.hpp"
#include "stun/builder.hpp"
#include "stun/message.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

const Endpoint kStun = *Endpoint::parse("198.51.100.1:3478");
const Endpoint kOutside = *Endpoint::parse("203.0.113.7:41000");

/// Tells everybody where they seem to be (RFC 8489 §12).
class StunServer final : public sim::Node {
public:
    void on_datagram(Instant, const Path& path, Bytes datagram) override {
        const auto request = stun::peek_header(datagram);
        if (!request || request->kind != stun::Class::request) return;
        stun::Builder reply{{stun::Class::success, request->method, request->transaction}};
        answers_.push_back({path, reply.xor_mapped_address(path.remote).fingerprint().take()});
    }
    void on_timeout(Instant) override {}
    std::optional<Transmit> poll() override {
        if (answers_.empty()) return std::nullopt;
        Transmit answer = std::move(answers_.back());
        answers_.pop_back();
        return answer;
    }
    [[nodiscard]] std::optional<Instant> deadline() const override { return std::nullopt; }

private:
    std::vector<Transmit> answers_;
};

call::Drained drain(World& world, const Browser& browser) {
    return world.server().legs().drain_candidates(browser.leg).value();
}

TEST(Gathering, ALegThatCameBeforeTheAnswerIsTold) {
    World world(1, {.delay = 20ms}, true);
    StunServer stun;
    world.network().attach(kStun, stun);
    world.network().translate(Server::address(), kOutside);
    Browser& browser = world.browser();
    world.call(browser);

    const auto first = drain(world, browser);
    ASSERT_EQ(first.candidates.size(), 1U) << "the host candidate, at once";
    EXPECT_FALSE(first.done);

    world.server().gather(world.now(), kStun);
    world.pump_server();
    world.run_for(100ms);
    const auto second = drain(world, browser);
    ASSERT_EQ(second.candidates.size(), 1U);
    EXPECT_TRUE(second.done);
    const std::string& line = second.candidates[0].line;
    EXPECT_NE(line.find(" 203.0.113.7 41000 typ srflx raddr 10.0.0.1 rport 10000"), std::string::npos)
        << line;
}

TEST(Gathering, ALaterLegKnowsItFromTheStart) {
    World world(2, {.delay = 20ms}, true);
    StunServer stun;
    world.network().attach(kStun, stun);
    world.network().translate(Server::address(), kOutside);
    world.server().gather(world.now(), kStun);
    world.pump_server();
    world.run_for(100ms);

    Browser& browser = world.browser();
    world.call(browser);
    const auto all = drain(world, browser);
    EXPECT_EQ(all.candidates.size(), 2U);
    EXPECT_TRUE(all.done);
}

TEST(Gathering, ComingLegsAreToldOfTheLineInUse) {
    World world(4, {.delay = 20ms}, true);
    StunServer stun;
    world.network().attach(kStun, stun);
    world.server().gather(world.now(), kStun);
    world.pump_server();
    const Endpoint other = *Endpoint::parse("198.51.100.77:42000");
    for (const Endpoint& line : {kOutside, other, kOutside, other}) {
        world.network().translate(Server::address(), line);
        world.run_for(21s);
        Browser& browser = world.browser();
        world.call(browser);
        const auto all = drain(world, browser);
        ASSERT_EQ(all.candidates.size(), 2U) << "our own address and this one: " << line.to_string();
        EXPECT_NE(all.candidates[1].line.find(" " + line.ip.to_string() + " "), std::string::npos)
            << all.candidates[1].line;
    }
}

TEST(Gathering, ASilentStunServerIsGivenUpAfterFiveSeconds) {
    World world(3, {.delay = 20ms}, true);
    Browser& browser = world.browser();
    world.call(browser);
    world.server().gather(world.now(), kStun);
    world.pump_server();
    world.run_for(4s);
    EXPECT_FALSE(drain(world, browser).done);
    world.run_for(1500ms);
    const auto last = drain(world, browser);
    EXPECT_TRUE(last.candidates.empty());
    EXPECT_TRUE(last.done);
}

}  // namespace
}  // namespace legroom::scenario
