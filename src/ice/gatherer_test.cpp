#include "ice/gatherer.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "sim/network.hpp"
#include "stun/builder.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

Endpoint at(const char* text) { return *Endpoint::parse(text); }

const Endpoint kBase = at("10.0.0.4:5000");
const Endpoint kBase6 = at("[2001:db8::4]:5000");
const Endpoint kServer = at("198.51.100.10:3478");
const Endpoint kServer6 = at("[2001:db8::10]:3478");
const Endpoint kOutside = at("203.0.113.7:61000");

class Host final : public sim::Node {
public:
    Host(const std::vector<Endpoint>& bases, const std::vector<Endpoint>& servers, Instant now)
        : gatherer(bases, servers, random_, now) {}

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        consumed += gatherer.handle_datagram(now, path, datagram) ? 1 : 0;
    }
    void on_timeout(Instant now) override { gatherer.handle_timeout(now); }
    std::optional<Instant> deadline() const override { return gatherer.deadline(); }
    std::optional<Transmit> poll() override {
        while (auto output = gatherer.poll()) {
            if (auto* transmit = std::get_if<Transmit>(&*output)) return std::move(*transmit);
            if (const auto* candidate = std::get_if<Candidate>(&*output)) candidates.push_back(*candidate);
            if (const auto* gone = std::get_if<CandidateLost>(&*output)) lost.push_back(gone->candidate);
            if (std::holds_alternative<GatheringDone>(*output)) ++dones;
        }
        return std::nullopt;
    }

private:
    SeededRandom random_{1};

public:
    Gatherer gatherer;
    std::vector<Candidate> candidates;
    std::vector<Candidate> lost;
    int dones = 0;
    int consumed = 0;
};

/// Answers with the source it sees, or with what the test makes of the answer.
class StunServer final : public sim::Node {
public:
    using Reply = std::function<Transmit(const Path&, const stun::Header&)>;
    explicit StunServer(Reply reply = plain) : reply_(std::move(reply)) {}

    static Transmit plain(const Path& path, const stun::Header& header) {
        stun::Builder out{{stun::Class::success, header.method, header.transaction}};
        return {path, out.xor_mapped_address(path.remote).fingerprint().take()};
    }

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        asked.push_back(now);
        const auto request = stun::Message::parse(datagram);
        ASSERT_TRUE(request);
        EXPECT_FALSE(request->username);
        EXPECT_FALSE(request->has_integrity());
        out_.push_back(reply_(path, request->header));
    }
    void on_timeout(Instant) override {}
    std::optional<Instant> deadline() const override { return std::nullopt; }
    std::optional<Transmit> poll() override {
        if (out_.empty()) return std::nullopt;
        Transmit transmit = std::move(out_.back());
        out_.pop_back();
        return transmit;
    }

    std::vector<Instant> asked;

private:
    Reply reply_;
    std::vector<Transmit> out_;
};

/// A host behind a NAT and a server outside.
struct World {
    explicit World(StunServer::Reply reply = StunServer::plain, sim::Link link = {})
        : network(1, link), server(std::move(reply)), host({kBase}, {kServer}, network.now()) {
        network.attach(kServer, server);
        network.attach(kBase, host);
        network.translate(kBase, kOutside);
    }
    sim::Network network;
    StunServer server;
    Host host;
};

TEST(Gatherer, LearnsTheAddressOutsideTheNat) {
    World world;
    world.network.run_for(1s);
    ASSERT_EQ(world.host.candidates.size(), 1U);
    const Candidate& candidate = world.host.candidates.front();
    EXPECT_EQ(candidate.type, CandidateType::server_reflexive);
    EXPECT_EQ(candidate.endpoint, kOutside);
    EXPECT_EQ(candidate.base, kBase);
    EXPECT_EQ(candidate.related, kBase);
    EXPECT_EQ(candidate.priority, candidate_priority(CandidateType::server_reflexive, 65535));
    EXPECT_EQ(world.host.dones, 1);
    EXPECT_TRUE(world.host.gatherer.done());
}

TEST(Gatherer, HasNothingToReportWithoutANat) {
    sim::Network network{1};
    StunServer server;
    Host host{{kBase}, {kServer}, network.now()};
    network.attach(kServer, server);
    network.attach(kBase, host);
    network.run_for(1min);
    EXPECT_TRUE(host.candidates.empty());
    EXPECT_EQ(host.dones, 1);
    EXPECT_GE(host.consumed, 3);
}

TEST(Gatherer, AsksAgainEveryTwentySecondsAndReportsOnlyWhatIsNew) {
    World world;
    world.network.run_for(61s);
    EXPECT_EQ(world.server.asked.size(), 4U);
    EXPECT_EQ(world.host.candidates.size(), 1U);
    const Endpoint other = at("203.0.113.7:62000");
    world.network.translate(kBase, other);
    world.network.run_for(20s);
    ASSERT_EQ(world.host.candidates.size(), 2U);
    EXPECT_EQ(world.host.candidates.back().endpoint, other);
    EXPECT_EQ(world.host.dones, 1) << "the first round is over once";
}

TEST(Gatherer, GivesUpAfterFiveSeconds) {
    World world;
    world.network.detach(kServer);
    std::vector<Duration> sent;
    const Instant start = world.network.now();
    world.network.on_send([&](Instant now, const Transmit&) { sent.push_back(now - start); });
    world.network.run_for(5s - 1us);
    EXPECT_EQ(world.host.dones, 0);
    world.network.run_for(1us);
    EXPECT_EQ(world.host.dones, 1);
    EXPECT_EQ(sent, (std::vector<Duration>{0ms, 500ms, 1500ms, 3500ms}));  // RFC 8489 §6.2.1
    world.network.attach(kServer, world.server);
    world.network.run_for(16s);
    EXPECT_EQ(world.host.candidates.size(), 1U) << "the server came back for the second round";
}

TEST(Gatherer, IsDoneAtOnceWithNobodyToAsk) {
    sim::Network network{1};
    for (auto servers : {std::vector<Endpoint>{}, std::vector<Endpoint>{kServer6}}) {
        Host host{{kBase}, servers, network.now()};
        EXPECT_EQ(host.poll(), std::nullopt);
        EXPECT_EQ(host.dones, 1);
        EXPECT_EQ(host.deadline(), std::nullopt);
    }
}

TEST(Gatherer, AsksServersOfItsBasesFamily) {
    sim::Network network{1};
    Host host{{kBase, kBase6}, {kServer, kServer6}, network.now()};
    network.attach(kBase, host);
    network.attach(kBase6, host);
    std::set<Path> paths;
    network.on_send([&](Instant, const Transmit& transmit) { paths.insert(transmit.path); });
    network.run_for(10s);
    EXPECT_EQ(paths, (std::set<Path>{{kBase, kServer}, {kBase6, kServer6}}));
}

TEST(Gatherer, SurvivesLoss) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        sim::Network network{seed, {.delay = 50ms, .loss = 0.3, .duplicate = 0.2}};
        StunServer server;
        Host host{{kBase}, {kServer}, network.now()};
        network.attach(kServer, server);
        network.attach(kBase, host);
        network.translate(kBase, kOutside);
        network.run_for(5s);
        EXPECT_EQ(host.dones, 1) << seed;
        network.run_for(10min);
        EXPECT_EQ(host.candidates.size(), 1U) << seed;
    }
}

TEST(Gatherer, IgnoresAnswersFromElsewhere) {
    World world{[](const Path& path, const stun::Header& header) {
        Transmit answer = StunServer::plain(path, header);
        answer.path.local = at("198.51.100.66:3478");
        return answer;
    }};
    world.network.attach(at("198.51.100.66:3478"), world.server);
    world.network.run_for(4s);
    EXPECT_GE(world.server.asked.size(), 3U);
    EXPECT_EQ(world.host.consumed, 0);
    EXPECT_TRUE(world.host.candidates.empty());
}

TEST(Gatherer, IgnoresForeignTransactionsAndRequests) {
    World world;
    const Path path{kBase, kServer};
    const auto forged = StunServer::plain(path, {}).bytes;
    EXPECT_FALSE(world.host.gatherer.handle_datagram(world.network.now(), path, forged));
    const auto request = stun::Builder{stun::Header{}}.take();
    EXPECT_FALSE(world.host.gatherer.handle_datagram(world.network.now(), path, request));
    EXPECT_FALSE(world.host.gatherer.handle_datagram(world.network.now(), path, {}));
}

TEST(Gatherer, RefusesUselessAnswers) {
    const StunServer::Reply replies[] = {
        [](const Path& path, const stun::Header& header) {  // an error
            stun::Builder out{{stun::Class::error, header.method, header.transaction}};
            return Transmit{path, out.error(500, "").take()};
        },
        [](const Path& path, const stun::Header& header) {  // no address
            return Transmit{path,
                            stun::Builder{{stun::Class::success, header.method, header.transaction}}.take()};
        },
        [](const Path& path, const stun::Header& header) {  // another family
            stun::Builder out{{stun::Class::success, header.method, header.transaction}};
            return Transmit{path, out.xor_mapped_address(kBase6).take()};
        },
        [](const Path& path, const stun::Header& header) {  // port zero
            stun::Builder out{{stun::Class::success, header.method, header.transaction}};
            return Transmit{path, out.xor_mapped_address({kOutside.ip, 0}).take()};
        },
    };
    for (const auto& reply : replies) {
        World world{reply};
        world.network.run_for(1s);
        EXPECT_TRUE(world.host.candidates.empty());
        EXPECT_EQ(world.host.dones, 1);
        EXPECT_EQ(world.host.gatherer.counters().refused, 1U);
    }
}

/// What has been said since the last time: "+7 -9" for 203.0.113.7 gathered and 203.0.113.9 lost.
std::string news(Host& host) {
    std::string text;
    const auto tell = [&](char sign, std::vector<Candidate>& candidates) {
        for (const Candidate& one : std::exchange(candidates, {})) {
            text += text.empty() ? "" : " ";
            text += sign + std::to_string(one.endpoint.ip.bytes()[3]);
            EXPECT_EQ(one.endpoint.port, kOutside.port);
        }
    };
    tell('+', host.candidates);
    tell('-', host.lost);
    return text;
}

Endpoint outside(std::uint8_t last) { return {IpAddress::v4({203, 0, 113, last}), kOutside.port}; }

/// Tells every asker that it is seen at the address the test has put there for the server.
struct SeenDifferently {
    StunServer::Reply reply() {
        return [this](const Path& path, const stun::Header& header) {
            stun::Builder out{{stun::Class::success, header.method, header.transaction}};
            return Transmit{path,
                            out.xor_mapped_address(outside(last_byte[path.local])).fingerprint().take()};
        };
    }
    std::map<Endpoint, std::uint8_t> last_byte;
};

const Endpoint kStunServers[] = {kServer, {kServer.ip, 3479}, {kServer.ip, 3480}};

/// Two servers with an opinion each, and a third one to change over to.
struct ManyServers {
    ManyServers() {
        for (const Endpoint& one : kStunServers) network.attach(one, server);
        network.attach(kBase, host);
    }
    void ask(const std::vector<Endpoint>& bases, const std::vector<Endpoint>& servers) {
        host.gatherer.ask(network.now(), bases, servers);
        network.pump(host);
    }
    sim::Network network{1};
    SeenDifferently seen{{{kStunServers[0], 7}, {kStunServers[1], 7}, {kStunServers[2], 7}}};
    StunServer server{seen.reply()};
    Host host{{kBase}, {kStunServers[0], kStunServers[1]}, network.now()};
};

TEST(Gatherer, ComesBackToAnAddressItHadBefore) {
    World world;
    world.network.translate(kBase, outside(7));
    world.network.run_for(1s);
    EXPECT_EQ(news(world.host), "+7");
    for (const auto& [last, said] : {std::pair{9, "+9 -7"}, {7, "+7 -9"}, {9, "+9 -7"}, {7, "+7 -9"}}) {
        world.network.translate(kBase, outside(static_cast<std::uint8_t>(last)));
        world.network.run_for(20s);
        EXPECT_EQ(news(world.host), said);
    }
    world.network.translate(kBase, kBase);  // no NAT any more
    world.network.run_for(20s);
    EXPECT_EQ(news(world.host), "-7");
}

TEST(Gatherer, FollowsEveryChangeForever) {
    std::uint16_t port = 1000;
    World world{[&port](const Path& path, const stun::Header& header) {
        stun::Builder out{{stun::Class::success, header.method, header.transaction}};
        return Transmit{path, out.xor_mapped_address({kOutside.ip, ++port}).take()};
    }};
    world.network.run_for(1h);
    EXPECT_EQ(world.host.candidates.size(), 180U);
    EXPECT_EQ(world.host.candidates.back().endpoint.port, port);
    ASSERT_EQ(world.host.lost.size(), 179U) << "and keeps the latest only";
    EXPECT_EQ(world.host.lost.back().endpoint.port, port - 1);
}

TEST(Gatherer, KeepsItsAddressWhileTheServerIsAway) {
    World world;
    world.network.run_for(1s);
    EXPECT_EQ(news(world.host), "+7");
    world.network.detach(kServer);
    world.network.run_for(10min);
    world.network.attach(kServer, world.server);
    world.network.run_for(1min);
    EXPECT_EQ(news(world.host), "");
}

TEST(Gatherer, ServersThatSeeDifferentAddressesRepeatNothing) {
    ManyServers world;
    world.seen.last_byte[kStunServers[1]] = 9;
    world.network.run_for(1s);
    EXPECT_EQ(news(world.host), "+7 +9");
    world.network.run_for(1h);
    EXPECT_EQ(news(world.host), "");
    world.seen.last_byte[kStunServers[0]] = 8;
    world.network.run_for(20s);
    EXPECT_EQ(news(world.host), "+8 -7");
}

TEST(Gatherer, AgreeingServersSayItOnceAndAllHaveToLeaveIt) {
    ManyServers world;
    world.network.run_for(1min);
    EXPECT_EQ(news(world.host), "+7");
    world.seen.last_byte[kStunServers[0]] = 9;
    world.network.run_for(1min);
    EXPECT_EQ(news(world.host), "+9") << "one still sees the old address";
    world.seen.last_byte[kStunServers[0]] = 7;
    world.network.run_for(1min);
    EXPECT_EQ(news(world.host), "+7 -9") << "it is the latest again, though never lost";
    world.seen.last_byte[kStunServers[0]] = world.seen.last_byte[kStunServers[1]] = 9;
    world.network.run_for(1min);
    EXPECT_EQ(news(world.host), "+9 -7");
}

TEST(Gatherer, KeepsWhatIsStillTrueWhenOtherServersAreAsked) {
    ManyServers world;
    world.seen.last_byte[kStunServers[1]] = 9;
    world.network.run_for(1s);
    EXPECT_EQ(news(world.host), "+7 +9");
    world.ask({kBase}, {kStunServers[2], kStunServers[0]});
    world.network.run_for(4s);
    EXPECT_EQ(news(world.host), "-9") << "nobody sees it, all have answered";
    world.network.detach(kStunServers[1]);
    world.ask({kBase}, {kStunServers[1]});
    world.network.run_for(10min);
    EXPECT_EQ(news(world.host), "") << "nobody who answers";
    world.network.attach(kStunServers[1], world.server);
    world.network.run_for(1min);
    EXPECT_EQ(news(world.host), "+9 -7");
}

TEST(Gatherer, ForgetsABaseThatIsGone) {
    ManyServers world;
    world.network.run_for(1s);
    EXPECT_EQ(news(world.host), "+7");
    world.ask({at("10.0.0.5:5000")}, {kStunServers[0]});
    world.network.run_for(6s);
    EXPECT_EQ(news(world.host), "-7");
}

TEST(Gatherer, BoundsWhatItKnowsWhenItIsAskedAnewWithinARound) {
    ManyServers world;
    world.network.detach(kStunServers[2]);
    std::set<Endpoint> known;
    std::size_t most = 0;
    for (std::uint8_t i = 1; i < 200; ++i) {
        world.seen.last_byte[kStunServers[i % 2]] = i;
        world.ask({kBase}, {kStunServers[i % 2], kStunServers[2]});
        world.network.run_for(1s);
        for (const Candidate& one : std::exchange(world.host.candidates, {})) known.insert(one.endpoint);
        for (const Candidate& one : std::exchange(world.host.lost, {})) known.erase(one.endpoint);
        most = std::max(most, known.size());
    }
    EXPECT_GE(most, kMaxQueries);
    EXPECT_LE(most, kMaxQueries + 2);
}

TEST(Gatherer, BoundsItsQueries) {
    std::vector<Endpoint> servers;
    for (std::uint16_t port = 1; port <= 100; ++port) servers.push_back({kServer.ip, port});
    sim::Network network{1};
    Host host{{kBase}, servers, network.now()};
    network.attach(kBase, host);
    network.run_for(5s);
    EXPECT_EQ(network.counters().sent, kMaxQueries * 4);
    EXPECT_EQ(host.gatherer.counters().dropped, 100 - kMaxQueries);
    EXPECT_EQ(host.dones, 1);
}

}  // namespace
}  // namespace legroom::ice
