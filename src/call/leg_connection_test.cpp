#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using namespace std::chrono_literals;
using test::plain_offer;
using test::World;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using TransportChange = engine::ChangeLeg::Transport;

std::string with(std::string text, std::string_view what, std::string_view instead) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), instead);
}

/// plain_offer() after the browser's restartIce().
std::string restart_offer(const std::string& ufrag = "again") {
    return with(with(plain_offer(), "a=ice-ufrag:peer", "a=ice-ufrag:" + ufrag), "0123456789abcdefghijkl",
                "lkjihgfedcba9876543210");
}

/// The same page, loaded again.
std::string reloaded_offer() {
    return with(with(restart_offer("reload"), "o=- 1 1", "o=- 77 1"), "41:11:F5", "42:22:A5");
}

std::string line_of(const std::string& sdp, const std::string& begin) {
    const auto at = sdp.find(begin);
    if (at == std::string::npos) return "";
    return sdp.substr(at, sdp.find("\r\n", at) - at);
}

const sdp::Fragment kFragment{
    "whip", "0123456789abcdefghijkl", {"candidate:1 1 udp 1 192.0.2.9 4000 typ host"}, false};

TEST(SecondOffer, ThatOnlyHoldsKeepsTheTransport) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    const auto held = world.legs.reoffer(world.now, leg->id, with(plain_offer(), "sendrecv", "sendonly"));
    ASSERT_TRUE(held);
    EXPECT_EQ(held->id, leg->id);
    for (const char* same : {"a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:"})
        EXPECT_EQ(line_of(held->answer, same), line_of(leg->answer, same));
    EXPECT_THAT(held->answer, HasSubstr("a=recvonly"));
    EXPECT_THAT(line_of(leg->answer, "o="), HasSubstr(" 1 IN"));
    EXPECT_THAT(line_of(held->answer, "o="), HasSubstr(" 2 IN")) << "RFC 3264 §8";

    const auto change = world.sent<engine::ChangeLeg>().at(0);
    EXPECT_EQ(change.transport, TransportChange::kept);
    EXPECT_EQ(change.negotiated.direction, sdp::Direction::recvonly);
    EXPECT_TRUE(world.legs.reoffer(world.now, leg->id, plain_offer())) << "nothing is pending";
}

TEST(SecondOffer, MayBringCandidatesTheFirstDidNotHave) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    const std::string full = plain_offer() + "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n";
    ASSERT_TRUE(world.legs.reoffer(world.now, leg->id, full));
    const auto change = world.sent<engine::ChangeLeg>().at(0);
    EXPECT_EQ(change.transport, TransportChange::kept);
    EXPECT_THAT(change.remote_candidates, SizeIs(1));
    EXPECT_EQ(world.legs.find(leg->id)->signalling.remote_candidates, 1U);
}

TEST(SecondOffer, WithNewCredentialsRestartsIce) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    ASSERT_TRUE(world.legs.drain_candidates(leg->id));
    const auto answer = world.legs.reoffer(world.now, leg->id, restart_offer());
    ASSERT_TRUE(answer);
    EXPECT_NE(line_of(answer->answer, "a=ice-ufrag:"), line_of(leg->answer, "a=ice-ufrag:"));
    EXPECT_NE(line_of(answer->answer, "a=ice-pwd:"), line_of(leg->answer, "a=ice-pwd:"));
    for (const char* same : {"a=fingerprint:", "a=setup:", "a=msid:"})
        EXPECT_EQ(line_of(answer->answer, same), line_of(leg->answer, same));

    const auto change = world.sent<engine::ChangeLeg>().at(0);
    EXPECT_EQ(change.transport, TransportChange::restarted);
    EXPECT_EQ(change.negotiated.remote_ufrag, "again");
    const auto drained = world.legs.drain_candidates(leg->id);
    ASSERT_THAT(drained->candidates, SizeIs(1)) << "all candidates again, for the new generation";
    EXPECT_EQ("a=ice-ufrag:" + drained->candidates[0].ufrag, line_of(answer->answer, "a=ice-ufrag:"));

    ASSERT_TRUE(
        world.legs.add_remote_candidate(leg->id, "candidate:1 1 udp 1 192.0.2.9 9 typ host ufrag peer"));
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), IsEmpty()) << "of the old generation";
}

TEST(SecondOffer, OfAReloadedPageReplacesTheTransport) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    const auto answer = world.legs.reoffer(world.now, leg->id, reloaded_offer());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->id, leg->id);
    const auto change = world.sent<engine::ChangeLeg>().at(0);
    EXPECT_EQ(change.transport, TransportChange::replaced);
    EXPECT_THAT(change.remote_fingerprints, SizeIs(1));
    EXPECT_NE(change.ssrc, world.sent<engine::CreateLeg>().at(0).ssrc);
    EXPECT_NE(line_of(answer->answer, "o="), line_of(leg->answer, "o="));
}

TEST(SecondOffer, FromAnotherSessionWithTheSameCertificateReplacesTheTransportToo) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    ASSERT_TRUE(world.legs.reoffer(world.now, leg->id, with(restart_offer(), "o=- 1 1", "o=- 2 1")));
    EXPECT_EQ(world.sent<engine::ChangeLeg>().at(0).transport, TransportChange::replaced);
}

TEST(SecondOffer, OfOneThatMakesANewSessionForEachOfferStillOnlyHolds) {  // aiortc
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    const auto offer = with(with(plain_offer(), "o=- 1 1", "o=- 2 1"), "sendrecv", "sendonly");
    ASSERT_TRUE(world.legs.reoffer(world.now, leg->id, offer));
    EXPECT_EQ(world.sent<engine::ChangeLeg>().at(0).transport, TransportChange::kept);
}

TEST(SecondOffer, WaitsForTheOneBefore) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    for (const bool succeeded : {true, false}) {
        ASSERT_TRUE(world.legs.reoffer(world.now, leg->id, restart_offer(succeeded ? "first" : "third")));
        EXPECT_EQ(world.legs.reoffer(world.now, leg->id, restart_offer("second")).error(),
                  Error::change_pending);
        EXPECT_EQ(world.legs.restart_ice(world.now, leg->id, kFragment).error(), Error::change_pending);
        world.engine_says(engine::TransportChanged{leg->id, succeeded});
    }
    EXPECT_TRUE(world.legs.reoffer(world.now, leg->id, restart_offer("second")));
}

TEST(SecondOffer, WhoseTransportNeverComesUpIsTakenBack) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    ASSERT_TRUE(world.legs.reoffer(world.now, leg->id, restart_offer()));
    world.engine_says(engine::TransportChanged{leg->id, false});
    EXPECT_EQ("a=ice-ufrag:" + world.legs.find(leg->id)->signalling.local_ufrag,
              line_of(leg->answer, "a=ice-ufrag:"));
    ASSERT_TRUE(
        world.legs.add_remote_candidate(leg->id, "candidate:1 1 udp 1 192.0.2.9 9 typ host ufrag peer"));
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), SizeIs(1)) << "the old generation goes on";
    ASSERT_TRUE(world.legs.reoffer(world.now, leg->id, restart_offer()));
    EXPECT_EQ(world.sent<engine::ChangeLeg>().back().transport, TransportChange::restarted);
}

TEST(SecondOffer, WhoseRestartFailsStillHolds) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    const auto held = world.legs.reoffer(world.now, leg->id, with(restart_offer(), "sendrecv", "sendonly"));
    world.engine_says(engine::TransportChanged{leg->id, false});
    const Signalling& signalling = world.legs.find(leg->id)->signalling;
    EXPECT_EQ(signalling.negotiated.direction, sdp::Direction::recvonly) << "as the shard has it";
    EXPECT_EQ(signalling.negotiated.remote_ufrag, "peer");
    const auto next = world.legs.reoffer(world.now, leg->id, plain_offer());
    ASSERT_TRUE(held && next);
    EXPECT_NE(line_of(held->answer, "o="), line_of(next->answer, "o=")) << "no version twice";
}

TEST(SecondOffer, ThatIsBadLeavesTheCallAsItWas) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    const std::string bad[] = {
        "",
        "v=0",
        with(plain_offer(), "41:11:F5", "42:22:A5"),  // another certificate, the same ICE
        with(plain_offer(), "actpass", "active"),     // we are active in this association
        with(restart_offer(), "a=fingerprint:sha-256", "a=nothing"),
        restart_offer() + "a=candidate:nonsense\r\n",
    };
    for (const std::string& offer : bad)
        EXPECT_EQ(world.legs.reoffer(world.now, leg->id, offer).error(), Error::invalid_offer) << offer;
    EXPECT_EQ(
        world.legs.reoffer(world.now, leg->id, with(plain_offer(), "opus/48000/2", "VP8/90000/22")).error(),
        Error::no_common_codec);
    EXPECT_EQ(world.legs.reoffer(world.now, LegId{"nobody"}, plain_offer()).error(), Error::leg_not_found);
    EXPECT_THAT(world.sent<engine::ChangeLeg>(), IsEmpty());
    EXPECT_TRUE(world.legs.reoffer(world.now, leg->id, plain_offer()));
}

TEST(IceRestart, WithoutAnOfferNeedsCredentialsOnly) {
    World world;
    const auto leg = world.legs.create(world.now, plain_offer());
    const auto restart = world.legs.restart_ice(world.now, leg->id, kFragment);
    ASSERT_TRUE(restart);
    EXPECT_THAT(restart->candidates, SizeIs(1));
    const auto change = world.sent<engine::ChangeLeg>().at(0);
    EXPECT_EQ(change.transport, TransportChange::restarted);
    EXPECT_EQ(change.local.ufrag, restart->ufrag);
    EXPECT_EQ(change.negotiated.remote_ufrag, "whip");
    EXPECT_THAT(change.remote_candidates, SizeIs(1));
    EXPECT_THAT(change.remote_fingerprints, SizeIs(1));
}

TEST(Interruption, IsToldAndLeavesTheLegWhereItIs) {
    World world;
    const LegId leg = world.add_leg();
    EXPECT_EQ(world.legs.find(leg)->connection, Connection::connecting);
    world.engine_says(engine::LegConnected{leg});
    EXPECT_EQ(world.legs.find(leg)->connection, Connection::connected);
    world.engine_says(engine::LegInterrupted{leg});
    EXPECT_EQ(world.legs.find(leg)->connection, Connection::interrupted);
    EXPECT_EQ(std::get<LegInterrupted>(world.events.at(1).what).grace, 30s);
    world.engine_says(engine::LegResumed{leg});
    EXPECT_EQ(world.legs.find(leg)->connection, Connection::connected);
    EXPECT_EQ(world.story(), "leg.connected leg.interrupted leg.resumed");
}

TEST(Interruption, WaitsAsLongAsTheLegSays) {
    World world;
    const LegId leg = world.add_leg();
    ASSERT_TRUE(world.legs.set_reconnect_grace(leg, 2min));
    EXPECT_EQ(world.sent<engine::SetReconnectGrace>().at(0).grace, Duration{2min});
    world.engine_says(engine::LegInterrupted{leg});
    EXPECT_EQ(std::get<LegInterrupted>(world.events.at(0).what).grace, 2min);
    for (const Duration wrong : {Duration{-1s}, Duration{kMaxReconnectGrace + 1s}})
        EXPECT_EQ(world.legs.set_reconnect_grace(leg, wrong).error(), Error::bad_reconnect_grace);
    EXPECT_EQ(world.legs.set_reconnect_grace(LegId{"nobody"}, 1s).error(), Error::leg_not_found);
}

TEST(IceStatus, ComesWhenTheShardHasAnswered) {
    World world;
    const LegId leg = world.add_leg();
    std::optional<IceStatus> status;
    world.legs.ice_status(leg, [&](Result<IceStatus> result) { status = std::move(*result); });
    EXPECT_FALSE(status);

    peer::PeerReport report;
    report.milestones.created = world.now;
    report.milestones.first_valid_pair = world.now + 80ms;
    report.dtls = peer::DtlsState::handshaking;
    world.engine_says(
        engine::IceReported{world.sent<engine::QueryIce>().at(0).query, world.now + 1s, report});
    ASSERT_TRUE(status);
    EXPECT_EQ(status->times.first_valid_pair, Duration{80ms});
    EXPECT_EQ(status->dtls, "handshaking");
    EXPECT_EQ(status->diagnosis->code, ice::FailureCode::dtls_timeout);
    world.engine_says(engine::IceReported{world.sent<engine::QueryIce>().at(0).query, world.now, report});
}

TEST(IceStatus, SaysWhatIsMissing) {
    using ice::FailureCode;
    const auto diagnose = [](const std::string& offer, auto change) {
        World world;
        const LegId leg = world.legs.create(world.now, offer)->id;
        std::optional<IceStatus> status;
        world.legs.ice_status(leg, [&](Result<IceStatus> result) { status = std::move(*result); });
        peer::PeerReport report;
        change(report, world.now);
        world.engine_says(
            engine::IceReported{world.sent<engine::QueryIce>().at(0).query, world.now + 1min, report});
        return status->diagnosis ? std::optional{status->diagnosis->code} : std::nullopt;
    };
    const auto nothing = [](peer::PeerReport&, Instant) {};
    const std::string mdns = plain_offer("a=candidate:1 1 udp 1 6a1b.local 4000 typ host\r\n");
    EXPECT_EQ(diagnose(plain_offer(), nothing), FailureCode::no_remote_candidates);
    EXPECT_EQ(diagnose(mdns, nothing), FailureCode::only_mdns_candidates);
    EXPECT_EQ(diagnose(plain_offer(), [](auto& report, Instant) { report.ice.remote.resize(1); }),
              FailureCode::no_reply);
    EXPECT_EQ(diagnose(plain_offer(), [](auto& report, Instant) { report.ice.unauthenticated = 3; }),
              FailureCode::stun_auth);
    const auto up = [](auto& report, Instant now) { report.milestones.dtls_established = now; };
    EXPECT_EQ(diagnose(plain_offer(), up), FailureCode::no_media);
    EXPECT_EQ(diagnose(with(plain_offer(), "sendrecv", "recvonly"), up), std::nullopt);
    EXPECT_EQ(diagnose(plain_offer(),
                       [&](auto& report, Instant now) {
                           up(report, now);
                           report.last_media = now + 59s;
                       }),
              std::nullopt);
    EXPECT_EQ(diagnose(plain_offer(),
                       [&](auto& report, Instant now) {
                           up(report, now);
                           report.interrupted = true;
                       }),
              FailureCode::consent_expired);
}

TEST(IceStatus, IsBoundedAndFailsForWhoIsGone) {
    World world;
    const LegId leg = world.add_leg();
    std::vector<error_code> errors;
    const auto take = [&](Result<IceStatus> result) {
        errors.push_back(result ? error_code{} : result.error());
    };
    world.legs.ice_status(LegId{"nobody"}, take);
    for (std::size_t i = 0; i <= kMaxIceQueries; ++i) world.legs.ice_status(leg, take);
    EXPECT_EQ(errors, (std::vector<error_code>{Error::leg_not_found, Error::too_many_queries}));

    ASSERT_TRUE(world.legs.hang_up(world.now, leg));
    world.engine_says(
        engine::IceReported{world.sent<engine::QueryIce>().at(0).query, world.now, std::nullopt});
    EXPECT_EQ(errors.back(), Error::leg_not_found);
}

}  // namespace
}  // namespace legroom::call
