#include "call/dtmf_service.hpp"

#include <gtest/gtest.h>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using test::offer_with_digits;
using test::plain_offer;
using test::World;

/// Legs whose transport is up.
struct Keypad : World {
    LegId leg(const std::string& offer = offer_with_digits()) {
        const LegId id = legs.create(now, offer, {.app_id = "tag"})->id;
        engine_says(engine::LegConnected{id});
        events.clear();
        return id;
    }
    void join(const LegId& leg, const std::string& room) {
        Joining joining;
        joining.leg = leg;
        ASSERT_TRUE(rooms.join(now, RoomId{room}, joining));
        events.clear();
    }
    void press(const LegId& leg, char digit) { engine_says(engine::DigitReceived{leg, digit}); }

    /// All digits ordered for a leg so far.
    std::string ordered(const LegId& leg) const {
        std::string digits;
        for (const auto& command : sent<engine::SendDigits>()) {
            if (command.leg == leg) digits += command.digits;
        }
        return digits;
    }
};

TEST(DtmfService, SendsWhatCanBePressedAndSkipsTheRest) {
    Keypad world;
    const LegId leg = world.leg();
    EXPECT_TRUE(world.dtmf.send(leg, "01 23-456x789*#ABCDabcd,EFé"));
    EXPECT_EQ(world.ordered(leg), "0123456789*#ABCDABCD");
    EXPECT_TRUE(world.dtmf.send(leg, "xyz"));
    EXPECT_EQ(world.sent<engine::SendDigits>().size(), 1U) << "nothing to press";
    EXPECT_EQ(world.story(), "");
}

TEST(DtmfService, RefusesWithAReason) {
    Keypad world;
    const LegId leg = world.leg();
    EXPECT_EQ(world.dtmf.send(LegId{"nobody"}, "").error(), Error::leg_not_found);
    EXPECT_EQ(world.dtmf.send(leg, "").error(), Error::digits_missing);
    EXPECT_EQ(world.dtmf.send(leg, std::string(engine::kMaxDigitsWaiting + 1, '1')).error(),
              Error::too_many_digits);
    EXPECT_EQ(world.dtmf.send(world.leg(plain_offer()), "1").error(), Error::dtmf_not_negotiated);
    const LegId publisher = world.legs.create(world.now, offer_with_digits(), {}, {Purpose::publish, {}})->id;
    EXPECT_EQ(world.dtmf.send(publisher, "1").error(), Error::peer_does_not_receive);
    EXPECT_EQ(world.sent<engine::SendDigits>().size(), 0U);
    EXPECT_EQ(world.dtmf.set_accepting(LegId{"nobody"}, true).error(), Error::leg_not_found);
}

TEST(DtmfService, ASecondOfferChangesWhatCanBeSent) {
    Keypad world;
    const LegId leg = world.leg(plain_offer());
    const auto offer_again = [&](std::string offer, const std::string& direction) {
        offer.replace(offer.find("a=sendrecv"), 10, "a=" + direction);
        ASSERT_TRUE(world.legs.reoffer(world.now, leg, offer));
    };
    offer_again(offer_with_digits(), "sendrecv");
    EXPECT_TRUE(world.dtmf.send(leg, "1"));
    offer_again(offer_with_digits(), "sendonly");  // hold
    EXPECT_EQ(world.dtmf.send(leg, "2").error(), Error::peer_does_not_receive);
    offer_again(offer_with_digits(), "recvonly");
    EXPECT_TRUE(world.dtmf.send(leg, "3"));
    offer_again(plain_offer(), "sendrecv");
    EXPECT_EQ(world.dtmf.send(leg, "4").error(), Error::dtmf_not_negotiated);
    EXPECT_EQ(world.ordered(leg), "13");
}

TEST(DtmfService, BoundsWhatWaitsUntilItIsDone) {
    Keypad world;
    const LegId leg = world.leg();
    EXPECT_TRUE(world.dtmf.send(leg, std::string(engine::kMaxDigitsWaiting, '1')));
    EXPECT_EQ(world.dtmf.send(leg, "2").error(), Error::digits_waiting);
    world.engine_says(engine::DigitsDone{leg, 1, 2});
    EXPECT_EQ(world.dtmf.send(leg, "2345").error(), Error::digits_waiting);
    EXPECT_TRUE(world.dtmf.send(leg, "234"));
    world.engine_says(engine::DigitsDone{LegId{"gone"}, 1, 0});
    EXPECT_EQ(world.dtmf.counters().sent, 2U);
    EXPECT_EQ(world.dtmf.counters().dropped, 2U);
}

TEST(DtmfService, TellsOfEachPressWithANumberPerLeg) {
    Keypad world;
    const LegId one = world.leg();
    const LegId other = world.leg();
    world.join(one, "r");
    ASSERT_TRUE(world.dtmf.set_accepting(one, false));  // its own are told of all the same
    for (const char digit : {'5', '5', '#'}) world.press(one, digit);
    world.press(other, 'D');
    world.press(LegId{"gone"}, '1');

    ASSERT_EQ(world.events.size(), 4U);
    const auto check = [&](std::size_t index, const LegId& leg, char digit, std::uint64_t seq) {
        const Event& event = world.events[index];
        EXPECT_EQ(type_name(event), "dtmf.received");
        EXPECT_EQ(event.leg, leg);
        EXPECT_EQ(event.room, RoomId{}) << "scope L, in a room too";
        EXPECT_EQ(event.app_id, "tag");
        EXPECT_EQ(std::get<DtmfReceived>(event.what).digit, digit);
        EXPECT_EQ(std::get<DtmfReceived>(event.what).seq, seq);
    };
    check(0, one, '5', 1);
    check(1, one, '5', 2);
    check(2, one, '#', 3);
    check(3, other, 'D', 1);
}

TEST(DtmfService, PassesOnToRoomMatesThatAcceptAndCanBeTold) {
    Keypad world;
    const LegId presses = world.leg();
    const LegId accepts = world.leg();
    const LegId rejects = world.leg();
    const LegId elsewhere = world.leg();
    const LegId takes_none = world.leg(plain_offer());
    const LegId not_up = world.legs.create(world.now, offer_with_digits())->id;
    for (const LegId& leg : {presses, accepts, rejects, takes_none, not_up}) world.join(leg, "r");
    world.join(elsewhere, "other");
    ASSERT_TRUE(world.dtmf.set_accepting(rejects, false));

    world.press(presses, '7');
    EXPECT_EQ(world.ordered(accepts), "7");
    EXPECT_EQ(world.sent<engine::SendDigits>().size(), 1U);
    ASSERT_TRUE(world.dtmf.set_accepting(rejects, true));
    world.press(presses, '8');
    EXPECT_EQ(world.ordered(rejects), "8");
    EXPECT_EQ(world.ordered(presses), "") << "not to itself";
}

TEST(DtmfService, DigitsSentByRequestAreNotPassedOn) {
    Keypad world;
    const LegId one = world.leg();
    const LegId other = world.leg();
    world.join(one, "r");
    world.join(other, "r");
    ASSERT_TRUE(world.dtmf.send(one, "123"));
    EXPECT_EQ(world.ordered(one), "123");
    EXPECT_EQ(world.ordered(other), "");
}

TEST(DtmfService, ARoomMateThatFallsBehindIsSkippedAndCounted) {
    Keypad world;
    const LegId one = world.leg();
    const LegId slow = world.leg();
    world.join(one, "r");
    world.join(slow, "r");
    for (std::size_t i = 0; i < engine::kMaxDigitsWaiting + 3; ++i) world.press(one, '1');
    EXPECT_EQ(world.ordered(slow).size(), engine::kMaxDigitsWaiting);
    EXPECT_EQ(world.dtmf.counters().not_forwarded, 3U);
    EXPECT_EQ(world.dtmf.counters().received, engine::kMaxDigitsWaiting + 3);
}

}  // namespace
}  // namespace legroom::call
