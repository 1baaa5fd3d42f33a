// Calls over the server's own relays, and what becomes of calls and relays when the machine's addresses or
// the list of servers change, in virtual time.
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/world.hpp"
#include "sim/turn_server.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Endpoint at(const std::string& text) { return *Endpoint::parse(text); }

const Endpoint kFirst = Server::address();
const Endpoint kSecond = at("10.0.0.2:10000");
const Endpoint kSixth = at("[2001:db8::1]:10000");
const Endpoint kTurn = at("198.51.100.10:3478");
const Endpoint kTurn6 = at("[2001:db8:51::10]:3478");
const Endpoint kBrowser6 = at("[2001:db8:1::1]:5000");
const std::string kRelay = "198.51.100.11";
const std::string kRelay6 = "2001:db8:51::11";

sim::TurnServerConfig turn(const Endpoint& address, const std::string& relay_ip) {
    sim::TurnServerConfig config;
    config.address = address;
    config.relay_ip = *IpAddress::parse(relay_ip);
    return config;
}

engine::TurnServer entry(std::vector<Endpoint> endpoints) {
    return {std::move(endpoints), Transport::udp, "user", "password"};
}

/// Announced as they are; the machine has them and no others.
engine::SetHostCandidates hosts(const std::vector<Endpoint>& bases) {
    engine::SetHostCandidates all;
    for (const Endpoint& base : bases) {
        const auto preference = static_cast<std::uint16_t>(65'535 - all.candidates.size());
        all.candidates.push_back(ice::host_candidate(base, preference));
        all.addresses.push_back(base.ip);
    }
    return all;
}

/// The server at one address or more, and callers, some of whom only a relay reaches.
struct Premises {
    explicit Premises(const std::vector<Endpoint>& bases = {kFirst}) {
        for (const Endpoint& base : bases) world.network().attach(base, world.server());
        set(hosts(bases));
    }

    void set(const engine::SetHostCandidates& all) {
        world.server().set_hosts(world.now(), all);
        world.pump_server();
    }
    void gather(const std::vector<engine::TurnServer>& servers, Duration wait = 1s) {
        world.server().gather(world.now(), engine::StartGathering{{}, servers});
        world.pump_server();
        world.run_for(wait);
    }
    /// None of our own addresses reaches it.
    Browser& far_browser(const std::string& address) {
        ClientConfig config;
        config.addresses = {at(address)};
        config.listens = false;
        for (const Endpoint& ours : {kFirst, kSecond, kSixth})
            world.network().set_link(config.addresses[0].ip, ours.ip, {.loss = 1});
        return world.browser(config);
    }
    Browser& call(Browser& browser) {
        world.call(browser);
        EXPECT_TRUE(world.run_until_connected({&browser}));
        world.run_for(2s);
        browser.client.take_longest_gap();
        return browser;
    }
    /// Where the browser sends to.
    [[nodiscard]] Endpoint server_end(const Browser& browser) const {
        const auto selected = browser.client.peer().report(world.now()).ice.selected;
        return selected ? selected->remote : Endpoint{};
    }
    ice::AgentReport server_side(const Browser& browser) {
        ice::AgentReport side;
        world.server().ask(browser.leg, [&](const peer::PeerReport& report) { side = report.ice; });
        return side;
    }
    /// What a browser that calls now would be told.
    std::vector<std::string> lines_of_a_new_leg() {
        Browser& browser = world.browser();
        world.call(browser);
        std::vector<std::string> lines;
        for (const auto& one : world.server().legs().drain_candidates(browser.leg).value().candidates)
            lines.push_back(one.line);
        world.hang_up(browser);
        return lines;
    }
    /// The call went on all the while, on the same path.
    void expect_undisturbed(Browser& browser, const Endpoint& server) {
        EXPECT_LE(browser.client.take_longest_gap(), 100ms);
        EXPECT_EQ(server_end(browser), server);
        const ice::AgentReport side = server_side(browser);
        EXPECT_EQ(side.selected.value_or(Path{}).local, server);
        EXPECT_TRUE(std::any_of(side.local.begin(), side.local.end(), [&](const ice::Candidate& one) {
            return one.base == server && one.type != ice::CandidateType::peer_reflexive;
        })) << "it was not taken away and learnt anew";
        EXPECT_EQ(world.server().legs().find(browser.leg)->connection, call::Connection::connected);
    }

    World world{1, {.delay = 20ms}, true};
};

TEST(Relays, CarryACall) {
    Premises site;
    sim::TurnServer server{site.world.network(), turn(kTurn, kRelay)};
    site.gather({entry({kTurn})});
    Browser& browser = site.call(site.far_browser("10.0.1.1:5000"));
    site.world.join(browser, "lobby");
    site.world.run_for(1min);
    site.expect_undisturbed(browser, at(kRelay + ":49152"));
    EXPECT_GT(browser.client.packets_heard(), 3000U);
    EXPECT_GT(server.counters().by_channel, 3000U) << "and not by indications, which are longer";
}

TEST(Relays, ThatComeLateServeLegsThatAreThere) {
    Premises site;
    sim::TurnServer server{site.world.network(), turn(kTurn, kRelay)};
    Browser& browser = site.far_browser("10.0.1.1:5000");
    site.world.call(browser);
    site.world.run_for(1s);
    EXPECT_FALSE(browser.client.connected());
    site.gather({entry({kTurn})});
    EXPECT_TRUE(site.world.run_until_connected({&browser}, 10s));
}

TEST(Relays, AnotherListOfServersLeavesCallsOnThoseThatStay) {
    Premises site;
    const Endpoint other = at("198.51.100.20:3478");
    sim::TurnServer stays{site.world.network(), turn(kTurn, kRelay)};
    sim::TurnServer goes{site.world.network(), turn(other, "198.51.100.21")};
    site.gather({entry({kTurn}), entry({other})});
    Browser& browser = site.call(site.far_browser("10.0.1.1:5000"));
    ASSERT_EQ(site.server_end(browser), at(kRelay + ":49152"));
    EXPECT_THAT(site.lines_of_a_new_leg(), Contains(HasSubstr("198.51.100.21 49152 typ relay")));

    site.gather({entry({other}), entry({at("198.51.100.9:3478"), kTurn})}, 30s);
    site.expect_undisturbed(browser, at(kRelay + ":49152"));
    site.gather({entry({kTurn})}, 30s);
    site.expect_undisturbed(browser, at(kRelay + ":49152"));
    EXPECT_EQ(stays.granted(stun::kAllocate), 1U);
    EXPECT_EQ(goes.granted(stun::kAllocate), 1U);
    EXPECT_EQ(goes.allocation_count(site.world.now()), 0U) << "given back";
    const auto lines = site.lines_of_a_new_leg();
    EXPECT_THAT(lines, Contains(HasSubstr(kRelay + " 49152 typ relay")));
    EXPECT_THAT(lines, Not(Contains(HasSubstr("198.51.100.21"))));

    site.gather({}, 1s);
    EXPECT_EQ(stays.allocation_count(site.world.now()), 0U);
    EXPECT_THAT(site.lines_of_a_new_leg(), Not(Contains(HasSubstr("relay"))));
    EXPECT_THAT(site.world.server().relay_failures(), testing::IsEmpty());
}

TEST(Relays, AnAddressChangeLeavesCallsOnWhatIsStillThere) {
    Premises site{{kSecond, kFirst}};
    sim::TurnServer server{site.world.network(), turn(kTurn, kRelay)};
    site.gather({entry({kTurn})});
    Browser& far = site.call(site.far_browser("10.0.1.1:5000"));
    Browser& near = site.call(site.world.browser());
    ASSERT_EQ(site.server_end(near), kSecond);
    far.client.take_longest_gap();
    const Endpoint relayed = site.server_end(far);
    const auto expect_undisturbed = [&] {
        site.world.run_for(30s);
        site.expect_undisturbed(far, relayed);
        site.expect_undisturbed(near, kSecond);
        EXPECT_EQ(server.granted(stun::kAllocate), 1U);
    };

    site.set(hosts({kFirst, kSecond}));
    expect_undisturbed();
    site.world.network().attach(kSixth, site.world.server());
    site.set(hosts({kSixth, kFirst, kSecond}));
    expect_undisturbed();

    // WEBRTC_EXTERNAL_IPS learns its address late, and announces it in the place of all others.
    auto outside = hosts({kFirst, kSecond, kSixth});
    outside.candidates.resize(1);
    outside.candidates[0].endpoint = at("203.0.113.9:10000");
    site.set(outside);
    expect_undisturbed();
    EXPECT_EQ(site.lines_of_a_new_leg().size(), 2U) << "outside, and the relay";
}

TEST(Relays, AnAddressThatVanishesTakesOnlyWhatStoodOnIt) {
    Premises site{{kFirst, kSecond}};
    sim::TurnServer server{site.world.network(), turn(kTurn, kRelay)};
    site.gather({entry({kTurn})});
    Browser& far = site.call(site.far_browser("10.0.1.1:5000"));
    Browser& near = site.call(site.world.browser());
    ASSERT_EQ(site.server_end(near), kFirst);

    site.world.network().detach(kFirst);
    site.set(hosts({kSecond}));
    site.world.run_for(5s);
    EXPECT_EQ(site.server_end(near), kSecond);
    EXPECT_LE(near.client.take_longest_gap(), 1s);
    EXPECT_EQ(server.granted(stun::kAllocate), 2U) << "from the other address";
    EXPECT_TRUE(site.world.run_until_connected({&far}));
    site.world.run_for(2s);
    far.client.take_longest_gap();
    site.world.run_for(10s);
    site.expect_undisturbed(far, at(kRelay + ":49153"));
    EXPECT_THAT(site.lines_of_a_new_leg(), Not(Contains(HasSubstr("49152"))));
}

/// A leg has room for 32 candidates of ours: the old ones go first.
TEST(Relays, ARenumberedMachineIsFoundAtEveryNewAddress) {
    std::vector<Endpoint> before;
    std::vector<Endpoint> after;
    for (int i = 1; i <= 20; ++i) {
        before.push_back(at(fmt::format("10.0.2.{}:10000", i)));
        after.push_back(at(fmt::format("10.0.3.{}:10000", i)));
    }
    Premises site{before};
    site.gather({});
    Browser& browser = site.call(site.world.browser());
    for (const Endpoint& old : before) site.world.network().detach(old);
    site.world.network().attach(after.back(), site.world.server());  // the others are behind a firewall
    site.set(hosts(after));
    EXPECT_TRUE(
        site.world.network().run_while_not([&] { return site.server_end(browser) == after.back(); }, 10s));
    site.world.run_for(1s);
    browser.client.take_longest_gap();
    site.world.run_for(5s);
    site.expect_undisturbed(browser, after.back());
}

TEST(Relays, AServerOfBothFamiliesRelaysBoth) {
    Premises site{{kFirst, kSixth}};
    sim::TurnServer four{site.world.network(), turn(kTurn, kRelay)};
    sim::TurnServer six{site.world.network(), turn(kTurn6, kRelay6)};
    site.gather({entry({kTurn6, kTurn})});
    Browser& v4 = site.call(site.far_browser("10.0.1.1:5000"));
    Browser& v6 = site.call(site.far_browser(kBrowser6.to_string()));
    EXPECT_EQ(site.server_end(v4), at(kRelay + ":49152"));
    EXPECT_EQ(site.server_end(v6), at("[" + kRelay6 + "]:49152"));
    v4.client.take_longest_gap();

    site.world.network().detach(kSixth);
    site.set(hosts({kFirst}));
    site.world.run_for(10s);
    site.expect_undisturbed(v4, at(kRelay + ":49152"));
    EXPECT_EQ(four.granted(stun::kAllocate), 1U);
    EXPECT_THAT(site.lines_of_a_new_leg(), Not(Contains(HasSubstr(kRelay6))));
    EXPECT_THAT(site.world.server().relay_failures(), testing::IsEmpty());
}

TEST(Relays, AMachineOfOneFamilyUsesTheServerByIt) {
    Premises site;
    sim::TurnServer four{site.world.network(), turn(kTurn, kRelay)};
    site.gather({entry({kTurn6, kTurn})});
    site.call(site.far_browser("10.0.1.1:5000"));
    EXPECT_THAT(site.world.server().relay_failures(), testing::IsEmpty());
}

TEST(Relays, AServerReachedByIPv6MayRelayEither) {
    for (const std::string& relay_ip : {kRelay, kRelay6}) {
        SCOPED_TRACE(relay_ip);
        Premises site{{kSixth}};
        sim::TurnServer server{site.world.network(), turn(kTurn6, relay_ip)};
        site.gather({entry({kTurn6})});
        const Browser& browser = site.call(
            site.far_browser(relay_ip == kRelay ? std::string{"10.0.1.1:5000"} : kBrowser6.to_string()));
        EXPECT_EQ(site.server_end(browser).ip.to_string(), relay_ip);
        EXPECT_THAT(site.world.server().relay_failures(), testing::IsEmpty());
    }
}

TEST(Relays, AServerWeHaveNoAddressForIsReportedOnceAndUsedWhenThereIsOne) {
    Premises site;
    sim::TurnServer six{site.world.network(), turn(kTurn6, kRelay6)};
    site.gather({entry({kTurn6})});
    site.set(hosts({kFirst, kSecond}));
    ASSERT_EQ(site.world.server().relay_failures().size(), 1U);
    EXPECT_THAT(site.world.server().relay_failures()[0], HasSubstr(kTurn6.to_string()));

    site.world.network().attach(kSixth, site.world.server());
    site.set(hosts({kFirst, kSixth}));
    site.world.run_for(1s);
    EXPECT_THAT(site.lines_of_a_new_leg(), Contains(HasSubstr(kRelay6)));
}

}  // namespace
}  // namespace legroom::scenario
