#include "call/leg_service.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <set>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using namespace std::chrono_literals;
using test::plain_offer;
using test::World;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> lines(const Drained& drained) {
    std::vector<std::string> lines;
    for (const auto& candidate : drained.candidates) lines.push_back(candidate.line);
    return lines;
}

/// A candidate line of the peer, one port each.
std::string remote_line(int port) {
    return "candidate:1 1 udp 2122260223 198.51.100.1 " + std::to_string(port) + " typ host";
}

TEST(LegService, AnswersRealOffersAndTellsTheEngineWhatItNeeds) {
    for (const char* name : {"aiortc14", "chromium156", "chromium156-mdns-trickle", "firefox153",
                             "firefox153-mdns", "gstreamer122"}) {
        SCOPED_TRACE(name);
        World world;
        const auto leg = world.legs.create(
            world.now, read_file(std::string{"tests/data/offers/"} + name + ".sdp"), {.app_id = "tag"});
        ASSERT_TRUE(leg.has_value()) << leg.error().message();
        EXPECT_THAT(leg->answer, StartsWith("v=0"));

        const auto sent = world.sent<engine::CreateLeg>();
        ASSERT_THAT(sent, SizeIs(1));
        EXPECT_EQ(sent[0].leg, leg->id);
        EXPECT_THAT(sent[0].local.ufrag, SizeIs(8));
        EXPECT_THAT(sent[0].local.password, SizeIs(24));
        EXPECT_THAT(leg->answer, HasSubstr("a=ice-ufrag:" + sent[0].local.ufrag));
        EXPECT_FALSE(sent[0].remote_fingerprints.empty());
        EXPECT_EQ(world.legs.find(leg->id)->app_id, "tag");
        EXPECT_EQ(world.story(), "") << "leg.connected waits for the transport";
    }
}

TEST(LegService, HandsOverTheUsableCandidatesInsideTheOffer) {
    World world;
    ASSERT_TRUE(world.legs.create(world.now, read_file("tests/data/offers/chromium156.sdp")));
    EXPECT_THAT(world.sent<engine::CreateLeg>().at(0).remote_candidates, SizeIs(4)) << "two of them are TCP";
}

TEST(LegService, GivesEachLegItsOwnCredentials) {
    World world;
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) world.add_leg();
    for (const auto& leg : world.sent<engine::CreateLeg>()) {
        seen.insert(leg.local.ufrag);
        seen.insert(leg.local.password);
        seen.insert(leg.cname);
    }
    EXPECT_THAT(seen, SizeIs(300));
}

TEST(LegService, RefusesOffersAndLeavesNothingBehind) {
    struct Case {
        const char* name;
        std::string offer;
        Error error;
    };
    std::string no_fingerprint = plain_offer();
    no_fingerprint.erase(no_fingerprint.find("a=fingerprint"));
    std::string no_opus = plain_offer();
    no_opus.replace(no_opus.find("opus/48000/2"), 12, "VP8/90000/22");
    const Case cases[] = {
        {"empty", "", Error::invalid_offer},
        {"not SDP", "hello", Error::invalid_offer},
        {"no fingerprint", no_fingerprint, Error::invalid_offer},
        {"only an unknown hash", no_fingerprint + "a=fingerprint:md9 41:11\r\n", Error::invalid_offer},
        {"only sha-1",
         no_fingerprint +
             "a=fingerprint:sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13\r\n",
         Error::invalid_offer},
        {"digest too short", no_fingerprint + "a=fingerprint:sha-256 41:11\r\n", Error::invalid_offer},
        {"one good, one short", plain_offer("a=fingerprint:sha-384 41:11\r\n"), Error::invalid_offer},
        {"every candidate unparsable", plain_offer("a=candidate:nonsense\r\na=candidate:1 x udp\r\n"),
         Error::invalid_offer},
        {"no codec of ours", no_opus, Error::no_common_codec},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        World world;
        const auto leg = world.legs.create(world.now, c.offer);
        ASSERT_FALSE(leg.has_value());
        EXPECT_EQ(leg.error(), c.error);
        EXPECT_THAT(world.legs.all(), IsEmpty());
        EXPECT_THAT(world.commands, IsEmpty());
        EXPECT_EQ(world.story(), "");
    }
}

TEST(LegService, AcceptsOffersThatAreHalfUnderstood) {
    World world;
    const std::string offers[] = {
        plain_offer("a=fingerprint:md9 41:11\r\n"),
        plain_offer("a=candidate:nonsense\r\na=" + remote_line(4000) + "\r\n"),
        plain_offer("a=candidate:1 1 udp 1 6a1b.local 4000 typ host\r\n"),
        plain_offer("a=end-of-candidates\r\n"),
    };
    for (const std::string& offer : offers) EXPECT_TRUE(world.legs.create(world.now, offer)) << offer;
    EXPECT_THAT(world.sent<engine::CreateLeg>().at(1).remote_candidates, SizeIs(1));
    EXPECT_THAT(world.sent<engine::CreateLeg>().at(2).remote_candidates, IsEmpty());
}

TEST(LegService, RefusesBeyondTheLimitAndCounts) {
    World world{LegConfig{.max_legs = 2}};
    const LegId first = world.add_leg();
    world.add_leg();
    EXPECT_EQ(world.legs.create(world.now, plain_offer()).error(), Error::too_many_legs);
    EXPECT_EQ(world.legs.counters().refused, 1U);

    ASSERT_TRUE(world.legs.hang_up(world.now, first));
    EXPECT_TRUE(world.legs.create(world.now, plain_offer())) << "a place is free again";
}

TEST(LegService, RefusesWithoutAnAddressOfItsOwn) {
    World world;
    world.legs.set_local_candidates({});
    EXPECT_EQ(world.legs.create(world.now, plain_offer()).error(), Error::no_transport);
}

TEST(LegService, BoundsTheTag) {
    World world;
    EXPECT_TRUE(world.legs.create(world.now, plain_offer(), {.app_id = std::string(kMaxAppIdBytes, 'x')}));
    EXPECT_EQ(
        world.legs.create(world.now, plain_offer(), {.app_id = std::string(kMaxAppIdBytes + 1, 'x')}).error(),
        Error::app_id_too_long);
}

TEST(LegService, HandsOutHostCandidatesInTheAnswerAndOnceByPoll) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    const std::string host = test::host_candidate().to_line();
    EXPECT_THAT(leg->answer, HasSubstr("a=" + host));

    const auto first = world.legs.drain_candidates(leg->id);
    ASSERT_THAT(lines(*first), ElementsAre(host));
    EXPECT_EQ(first->candidates[0].mid, "0");
    EXPECT_EQ(first->candidates[0].mline_index, 0);
    EXPECT_EQ(first->candidates[0].ufrag, world.sent<engine::CreateLeg>()[0].local.ufrag);
    EXPECT_THAT(lines(*world.legs.drain_candidates(leg->id)), IsEmpty());
}

TEST(LegService, TwoPollersSplitTheCandidatesAndDoneComesLast) {
    World world;
    const LegId leg = world.add_leg();
    std::vector<std::string> delivered;
    const auto poll = [&] {
        const auto drained = *world.legs.drain_candidates(leg);
        for (const auto& line : lines(drained)) delivered.push_back(line);
        return drained.done;
    };
    EXPECT_FALSE(poll());
    world.engine_says(engine::CandidateGathered{test::gathered_candidate(1)});
    EXPECT_FALSE(poll());
    EXPECT_FALSE(poll());
    world.engine_says(engine::CandidateGathered{test::gathered_candidate(2)});
    world.engine_says(engine::GatheringDone{});
    EXPECT_TRUE(poll()) << "the last candidates may come together with done";
    EXPECT_TRUE(poll()) << "and done stays";

    EXPECT_THAT(delivered,
                ElementsAre(test::host_candidate().to_line(), test::gathered_candidate(1).to_line(),
                            test::gathered_candidate(2).to_line()));
}

TEST(LegService, GatheredCandidatesReachEveryLegOnce) {
    World world;
    const LegId early = world.add_leg();
    world.engine_says(engine::CandidateGathered{test::gathered_candidate()});
    world.engine_says(engine::CandidateGathered{test::gathered_candidate()});
    const LegId late = world.add_leg();
    const auto both = ElementsAre(test::host_candidate().to_line(), test::gathered_candidate().to_line());
    EXPECT_THAT(lines(*world.legs.drain_candidates(early)), both);
    EXPECT_THAT(lines(*world.legs.drain_candidates(late)), both);
}

TEST(LegService, NothingFollowsDone) {
    World world;
    const LegId leg = world.add_leg();
    world.engine_says(engine::GatheringDone{});
    EXPECT_TRUE(world.legs.drain_candidates(leg)->done);
    world.engine_says(engine::CandidateGathered{test::gathered_candidate()});  // The NAT's mapping changed.
    EXPECT_THAT(lines(*world.legs.drain_candidates(leg)), IsEmpty());
    EXPECT_THAT(lines(*world.legs.drain_candidates(world.add_leg())), SizeIs(2)) << "coming legs get it";
}

TEST(LegService, ForgetsTheOldestGatheredCandidates) {
    World world{LegConfig{.gathering_done = true}};
    for (std::uint16_t i = 0; i < kMaxGatheredCandidates + 3; ++i) {
        world.engine_says(
            engine::CandidateGathered{test::gathered_candidate(static_cast<std::uint16_t>(40'000 + i))});
    }
    EXPECT_EQ(world.legs.local_candidates().forgotten(), 3U);
    const auto handed_out = lines(*world.legs.drain_candidates(world.add_leg()));
    EXPECT_THAT(handed_out, SizeIs(1 + kMaxGatheredCandidates));
    EXPECT_EQ(handed_out.back(), test::gathered_candidate(40'000 + kMaxGatheredCandidates + 2).to_line());
}

TEST(LegService, ComingLegsAreToldWhatIsTrueNow) {
    World world{LegConfig{.gathering_done = true}};
    const auto told = [&] { return lines(*world.legs.drain_candidates(world.add_leg())); };
    const std::string host = test::host_candidate().to_line();
    const auto one = test::gathered_candidate(1);
    const auto other = test::gathered_candidate(2);
    world.engine_says(engine::CandidateGathered{one});
    world.engine_says(engine::CandidateGathered{test::relayed_candidate()});
    world.engine_says(engine::CandidateGathered{other});
    world.engine_says(engine::CandidateLost{one});
    const std::string relay = test::relayed_candidate().to_line();
    EXPECT_THAT(told(), ElementsAre(host, relay, other.to_line()));
    world.engine_says(engine::CandidateGathered{one});  // The first line is back.
    world.engine_says(engine::CandidateLost{other});
    EXPECT_THAT(told(), ElementsAre(host, relay, one.to_line()));
    world.engine_says(engine::CandidateLost{test::relayed_candidate()});
    EXPECT_THAT(told(), ElementsAre(host, one.to_line()));
}

TEST(LegService, NoRelayMakesRoomForAReflexiveAddress) {
    World world{LegConfig{.gathering_done = true}};
    world.engine_says(engine::CandidateGathered{test::relayed_candidate()});
    for (std::uint16_t i = 0; i < 2 * kMaxGatheredCandidates; ++i)
        world.engine_says(
            engine::CandidateGathered{test::gathered_candidate(static_cast<std::uint16_t>(1 + i))});
    const auto told = lines(*world.legs.drain_candidates(world.add_leg()));
    EXPECT_THAT(told, SizeIs(1 + 1 + kMaxGatheredCandidates));
    EXPECT_THAT(told, Contains(test::relayed_candidate().to_line()));
}

TEST(LegService, PassesUsableCandidatesOnAndAcceptsTheRest) {
    World world;
    const LegId leg = world.add_leg();
    const char* ignored[] = {
        "",
        "candidate:",
        "candidate:1 1 udp 1 6a1b-77.local 4000 typ host",
        "candidate:1 1 udp 1 name.invalid 4000 typ host",
        "candidate:1 1 tcp 1 198.51.100.1 9 typ host",
        "candidate:1 1 udp 1 198.51.100.1 4000 typ host ufrag other",
    };
    for (const char* line : ignored) EXPECT_TRUE(world.legs.add_remote_candidate(leg, line)) << line;
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), IsEmpty());
    EXPECT_EQ(world.legs.counters().remote_candidates_stale, 1U);

    EXPECT_TRUE(world.legs.add_remote_candidate(leg, remote_line(4000)));
    EXPECT_TRUE(
        world.legs.add_remote_candidate(leg, remote_line(4001) + " generation 0 ufrag peer network-id 1"));
    const auto sent = world.sent<engine::AddRemoteCandidate>();
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_EQ(sent[1].candidate.endpoint.port, 4001);
}

TEST(LegService, RefusesWhatIsNoCandidate) {
    World world;
    const LegId leg = world.add_leg();
    for (const char* line : {"nonsense", "a=candidate:1 1 udp 1 198.51.100.1 4000 typ host",
                             "candidate:1 one udp 1 198.51.100.1 4000 typ host",
                             "candidate:1 1 udp 1 example.com 4000 typ host"}) {
        EXPECT_EQ(world.legs.add_remote_candidate(leg, line).error(), Error::bad_candidate) << line;
    }
}

TEST(LegService, DropsAndCountsCandidatesBeyondTheLimit) {
    World world;
    std::string in_offer;
    for (int i = 0; i < 60; ++i) in_offer += "a=" + remote_line(4000 + i) + "\r\n";
    const LegId leg = world.legs.create(world.now, plain_offer(in_offer))->id;
    for (int i = 0; i < 60; ++i) EXPECT_TRUE(world.legs.add_remote_candidate(leg, remote_line(5000 + i)));
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), SizeIs(kMaxRemoteCandidates - 60));
    EXPECT_EQ(world.legs.counters().remote_candidates_over_limit, 120 - kMaxRemoteCandidates);
}

TEST(LegService, BoundsTheCandidatesInsideAnOffer) {
    World world;
    std::string in_offer;
    for (std::size_t i = 0; i < kMaxRemoteCandidates + 5; ++i) {
        in_offer += "a=" + remote_line(static_cast<int>(4000 + i)) + "\r\n";
    }
    ASSERT_TRUE(world.legs.create(world.now, plain_offer(in_offer)));
    EXPECT_THAT(world.sent<engine::CreateLeg>()[0].remote_candidates, SizeIs(kMaxRemoteCandidates));
    EXPECT_EQ(world.legs.counters().remote_candidates_over_limit, 5U);
}

TEST(LegService, SaysConnectedOnce) {
    World world;
    const LegId leg = world.add_leg("tag");
    world.engine_says(engine::LegConnected{leg});
    world.engine_says(engine::LegConnected{leg});
    ASSERT_THAT(world.events, SizeIs(1));
    EXPECT_EQ(world.events[0].leg, leg);
    EXPECT_EQ(world.events[0].app_id, "tag");
    EXPECT_EQ(world.story(), "leg.connected");
}

TEST(LegService, MuteAndDeafAreIdempotentAndEachCallIsAnEvent) {
    World world;
    const LegId leg = world.add_leg();
    for (const bool value : {true, true, false}) {
        EXPECT_TRUE(world.legs.set_muted(world.now, leg, value));
        EXPECT_EQ(world.legs.find(leg)->muted, value);
        EXPECT_TRUE(world.legs.set_deaf(world.now, leg, value));
        EXPECT_EQ(world.legs.find(leg)->deaf, value);
    }
    EXPECT_EQ(world.story(), "leg.muted leg.deaf leg.muted leg.deaf leg.unmuted leg.undeaf");
    EXPECT_EQ(world.sent<engine::SetMuted>().back().muted, false);
    EXPECT_EQ(world.sent<engine::SetDeaf>().back().deaf, false);
}

TEST(LegService, HangUpRemovesAtOnceAndTellsHowLongItLived) {
    World world;
    const LegId leg = world.add_leg("tag");
    world.now += 90s;
    ASSERT_TRUE(world.legs.hang_up(world.now, leg));

    EXPECT_EQ(world.legs.find(leg), nullptr);
    EXPECT_THAT(world.sent<engine::CloseLeg>(), SizeIs(1));
    ASSERT_THAT(world.events, SizeIs(1));
    const auto& cdr = std::get<LegDisconnected>(world.events[0].what);
    EXPECT_EQ(to_string(cdr.reason), "api_hangup");
    EXPECT_EQ(cdr.total, 90s);
    EXPECT_EQ(cdr.answered, 90s);
    EXPECT_EQ(world.events[0].at, world.now);
    EXPECT_EQ(world.events[0].app_id, "tag");
}

TEST(LegService, ATransportThatFailsEndsTheLeg) {
    World world;
    const LegId leg = world.add_leg();
    world.engine_says(
        engine::LegFailed{leg, {ice::FailureCode::consent_expired, "not heard any more"}, {{}}});
    EXPECT_EQ(world.legs.find(leg), nullptr);
    EXPECT_THAT(world.sent<engine::CloseLeg>(), SizeIs(1)) << "the shard keeps it until told";
    const auto& cdr = std::get<LegDisconnected>(world.events.at(0).what);
    EXPECT_EQ(to_string(cdr.reason), "ice_failure");
    ASSERT_TRUE(cdr.failure);
    EXPECT_EQ(cdr.failure->code, ice::FailureCode::consent_expired);
    EXPECT_EQ(cdr.failure->stage, "connected");
    EXPECT_THAT(cdr.failure->pairs, SizeIs(1));
    EXPECT_FALSE(cdr.failure->hint.empty());
}

TEST(LegService, LateReportsAboutLegsThatAreGoneChangeNothing) {
    World world;
    const LegId leg = world.add_leg();
    ASSERT_TRUE(world.legs.hang_up(world.now, leg));
    world.story();
    world.engine_says(engine::LegConnected{leg});
    world.engine_says(engine::LegInterrupted{leg});
    world.engine_says(engine::LegResumed{leg});
    world.engine_says(engine::TransportChanged{leg, true});
    world.engine_says(engine::LegFailed{leg, {ice::FailureCode::no_reply, "late"}, {}});
    EXPECT_EQ(world.story(), "") << "leg.disconnected comes exactly once";
    EXPECT_THAT(world.sent<engine::CloseLeg>(), SizeIs(1));
}

TEST(LegService, EveryCommandOnAnUnknownLegFails) {
    World world;
    const LegId nobody{"nobody"};
    EXPECT_EQ(world.legs.add_remote_candidate(nobody, remote_line(1)).error(), Error::leg_not_found);
    EXPECT_EQ(world.legs.drain_candidates(nobody).error(), Error::leg_not_found);
    EXPECT_EQ(world.legs.set_muted(world.now, nobody, true).error(), Error::leg_not_found);
    EXPECT_EQ(world.legs.set_deaf(world.now, nobody, true).error(), Error::leg_not_found);
    EXPECT_EQ(world.legs.hang_up(world.now, nobody).error(), Error::leg_not_found);
    EXPECT_THAT(world.commands, IsEmpty());
}

}  // namespace
}  // namespace legroom::call
