#include <gmock/gmock.h>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using test::plain_offer;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::string line_at(int port) {
    return "candidate:1 1 udp 2122260223 198.51.100.1 " + std::to_string(port) + " typ host";
}

sdp::Fragment fragment_of(const std::string& ufrag, std::vector<std::string> lines) {
    return {ufrag, "0123456789abcdefghijkl", std::move(lines), false};
}

TEST(Trickle, SeveralAtOnceReachTheEngineInOrder) {
    World world;
    const LegId leg = world.add_leg();
    ASSERT_TRUE(world.legs.add_remote_candidates(leg, {line_at(1), "", line_at(2)}));
    const auto sent = world.sent<engine::AddRemoteCandidate>();
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_EQ(sent[0].candidate.endpoint.port, 1);
    EXPECT_EQ(sent[1].candidate.endpoint.port, 2);
}

TEST(Trickle, OneThatIsNoCandidateKeepsTheOthersOut) {
    World world;
    const LegId leg = world.add_leg();
    EXPECT_EQ(world.legs.add_remote_candidates(leg, {line_at(1), "nonsense"}).error(), Error::bad_candidate);
    EXPECT_EQ(world.legs.add_fragment(leg, fragment_of("peer", {line_at(1), "candidate:x"})).error(),
              Error::bad_candidate);
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), IsEmpty());
}

TEST(Trickle, IsBounded) {
    World world;
    const LegId leg = world.add_leg();
    const std::vector<std::string> most(kMaxCandidatesAtOnce, line_at(1));
    std::vector<std::string> more = most;
    more.push_back(line_at(2));
    EXPECT_EQ(world.legs.add_remote_candidates(leg, more).error(), Error::too_many_candidates);
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), IsEmpty());

    for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.legs.add_remote_candidates(leg, most));
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), SizeIs(kMaxRemoteCandidates));
    EXPECT_EQ(world.legs.counters().remote_candidates_over_limit,
              3 * kMaxCandidatesAtOnce - kMaxRemoteCandidates);
}

TEST(Trickle, AFragmentIsOfOneIceSession) {
    World world;
    const LegId leg = world.add_leg();
    EXPECT_EQ(world.legs.add_fragment(leg, fragment_of("other", {line_at(1)})).error(),
              Error::other_ice_session);
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), IsEmpty());
    EXPECT_TRUE(world.legs.add_fragment(leg, fragment_of("peer", {line_at(1)})));
    EXPECT_THAT(world.sent<engine::AddRemoteCandidate>(), SizeIs(1));
    EXPECT_TRUE(world.legs.add_fragment(leg, fragment_of("peer", {line_at(2) + " ufrag old"})));
    EXPECT_EQ(world.legs.counters().remote_candidates_stale, 1U) << "a line may say otherwise of itself";
}

TEST(Trickle, NeedsALeg) {
    World world;
    EXPECT_EQ(world.legs.add_remote_candidates(LegId{"nobody"}, {"nonsense"}).error(), Error::leg_not_found);
    EXPECT_EQ(world.legs.add_fragment(LegId{"nobody"}, {}).error(), Error::leg_not_found);
}

TEST(Trickle, TheWatcherIsToldOfEveryLegWithNews) {
    World world;
    const LegId first = world.add_leg();
    const LegId second = world.add_leg();
    std::vector<LegId> told;
    world.legs.watch([&](const LegId& leg) {
        told.push_back(leg);
        EXPECT_EQ(world.legs.find(leg) == nullptr, world.legs.drain_candidates(leg).has_error());
    });
    world.engine_says(engine::CandidateGathered{test::gathered_candidate()});
    EXPECT_THAT(std::exchange(told, {}), UnorderedElementsAre(first, second));
    world.engine_says(engine::CandidateGathered{test::gathered_candidate()});
    EXPECT_THAT(told, IsEmpty()) << "known already";
    world.engine_says(engine::GatheringDone{});
    EXPECT_THAT(std::exchange(told, {}), UnorderedElementsAre(first, second));
    ASSERT_TRUE(world.legs.hang_up(world.now, first));
    EXPECT_THAT(std::exchange(told, {}), ElementsAre(first));
    world.legs.watch({});
    ASSERT_TRUE(world.legs.hang_up(world.now, second));
    EXPECT_THAT(told, IsEmpty());
}

struct PurposeCase {
    Purpose purpose;
    const char* offered;
    std::optional<sdp::Direction> ours;  ///< nullopt: refused
};

TEST(Purpose, PublishersSpeakAndListenersHear) {
    using sdp::Direction;
    const PurposeCase cases[] = {
        {Purpose::publish, "sendrecv", Direction::recvonly},
        {Purpose::publish, "sendonly", Direction::recvonly},
        {Purpose::publish, "recvonly", std::nullopt},
        {Purpose::publish, "inactive", std::nullopt},
        {Purpose::listen, "sendrecv", Direction::sendonly},
        {Purpose::listen, "recvonly", Direction::sendonly},
        {Purpose::listen, "sendonly", std::nullopt},
        {Purpose::listen, "inactive", std::nullopt},
        {Purpose::call, "inactive", Direction::inactive},
        {Purpose::call, "sendrecv", Direction::sendrecv},
    };
    for (const PurposeCase& c : cases) {
        SCOPED_TRACE(testing::Message() << static_cast<int>(c.purpose) << c.offered);
        World world;
        std::string offer = plain_offer();
        offer.replace(offer.find("sendrecv"), 8, c.offered);
        const auto leg = world.legs.create(world.now, offer, {}, {c.purpose, RoomId{"r"}});
        ASSERT_EQ(leg.has_value(), c.ours.has_value());
        if (!c.ours) {
            EXPECT_EQ(leg.error(), Error::wrong_direction);
            EXPECT_THAT(world.legs.all(), IsEmpty());
            EXPECT_THAT(world.commands, IsEmpty());
            continue;
        }
        EXPECT_EQ(world.sent<engine::CreateLeg>().at(0).negotiated.direction, *c.ours);
        EXPECT_EQ(world.legs.find(leg->id)->origin.purpose, c.purpose);
        EXPECT_EQ(world.legs.find(leg->id)->origin.room, RoomId{"r"});
    }
}

TEST(Purpose, AnOpenRoomIsOneThatIsThereOrCanBeMade) {
    World world{{}, RoomConfig{.max_rooms = 1}};
    EXPECT_TRUE(world.rooms.check_open(RoomId{"r"}));
    EXPECT_THAT(world.rooms.all(), IsEmpty());
    EXPECT_EQ(world.rooms.check_open(RoomId{std::string(kMaxRoomIdBytes + 1, 'x')}).error(),
              Error::room_id_too_long);
    ASSERT_TRUE(world.rooms.create(world.now, {RoomId{"r"}, "", 0}));
    EXPECT_TRUE(world.rooms.check_open(RoomId{"r"}));
    EXPECT_EQ(world.rooms.check_open(RoomId{"s"}).error(), Error::too_many_rooms);
    EXPECT_EQ(world.rooms.counters().refused, 1U);
}

}  // namespace
}  // namespace legroom::call
