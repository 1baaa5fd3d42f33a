// Who speaks, with real media in virtual time; and what an offer says of a leg, from its first frame on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

#include "call/admission.hpp"
#include "scenario/world.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Ge;
using testing::Le;

constexpr double kVoice = 440;

/// Milliseconds of an event after the cause, for readable failures.
long ms(Duration time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time).count(); }

ClientConfig voice() {
    ClientConfig config;
    config.tone_hz = kVoice;
    return config;
}

/// One who may speak and the events about it. By level: its packets say how loud they are.
struct Speech {
    explicit Speech(bool by_level, std::uint64_t seed = 51)
        : world(seed), speaker(world.browser(config(by_level))) {
        world.server().listen([this](const call::Event& event) {
            const auto type = call::type_name(event);
            if (!type.starts_with("speaking.")) return;
            events.push_back({event.at, std::string{type}, event.room.value});
        });
        speaker.options.speech_detection = true;
        world.call(speaker);
        world.join(speaker, "lobby");
        connected = world.run_until_connected({&speaker});
        world.run_for(500ms);
    }
    static ClientConfig config(bool by_level) {
        ClientConfig config;
        if (by_level) config.audio_level_extension = 3;
        return config;
    }

    struct Told {
        Instant at;
        std::string type;
        std::string room;
    };
    /// "started stopped", since the last time.
    std::string story() {
        std::string text;
        for (const Told& told : std::exchange(events, {}))
            text +=
                (text.empty() ? "" : " ") + told.type.substr(9) + (told.room.empty() ? "" : "@" + told.room);
        return text;
    }
    /// How long after now an event comes; within a second.
    Duration until_event() {
        const Instant began = world.now();
        const std::size_t before = events.size();
        for (int i = 0; i < 1'000 && events.size() == before; ++i) world.run_for(1ms);
        return world.now() - began;
    }
    bool mute(bool muted) {
        world.server().on_timeout(world.now());
        const bool done = world.server().legs().set_muted(world.now(), speaker.leg, muted).has_value();
        world.pump_server();
        return done;
    }

    World world;
    Browser& speaker;
    bool connected = false;
    std::vector<Told> events;
};

class SpeakingBy : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Way, SpeakingBy, testing::Bool(),
                         [](const auto& way) { return way.param ? "Level" : "Signal"; });

/// 60 ms of voice after what waits in the jitter buffer (40 ms), 300 ms of none.
TEST_P(SpeakingBy, IsToldSoonAfterItBeginsAndEnds) {
    Speech speech{GetParam()};
    ASSERT_TRUE(speech.connected);
    EXPECT_EQ(speech.story(), "") << "silence";
    for (int i = 0; i < 5; ++i) {
        speech.speaker.client.say(kVoice);
        EXPECT_THAT(ms(speech.until_event()), AllOf(Ge(60), Le(160))) << i;
        speech.world.run_for(2s);
        EXPECT_EQ(speech.story(), "started@lobby");
        speech.speaker.client.say(std::nullopt);
        EXPECT_THAT(ms(speech.until_event()), AllOf(Ge(300), Le(400))) << i;
        speech.world.run_for(2s);
        EXPECT_EQ(speech.story(), "stopped@lobby");
    }
}

TEST_P(SpeakingBy, FaintSoundIsNoVoice) {
    Speech speech{GetParam()};
    ASSERT_TRUE(speech.connected);
    speech.speaker.client.say(kVoice, 0.005F);  // RMS 116 of 32768; 300 are wanted
    speech.world.run_for(3s);
    EXPECT_EQ(speech.story(), "");
    speech.speaker.client.say(kVoice, 0.03F);  // RMS 695
    speech.world.run_for(1s);
    EXPECT_EQ(speech.story(), "started@lobby");
}

TEST_P(SpeakingBy, APauseBetweenWordsIsNoEnd) {
    Speech speech{GetParam()};
    ASSERT_TRUE(speech.connected);
    for (int word = 0; word < 10; ++word) {
        speech.speaker.client.say(kVoice);
        speech.world.run_for(400ms);
        speech.speaker.client.say(std::nullopt);
        speech.world.run_for(200ms);
    }
    EXPECT_EQ(speech.story(), "started@lobby");
    speech.world.run_for(400ms);
    EXPECT_EQ(speech.story(), "stopped@lobby");
}

/// With DTX nothing is sent in silence. What the server invents meanwhile is no voice.
TEST_P(SpeakingBy, ASenderThatPausesIsSilent) {
    Speech speech{GetParam()};
    ASSERT_TRUE(speech.connected);
    speech.speaker.client.say(kVoice);
    speech.world.run_for(1s);
    EXPECT_EQ(speech.story(), "started@lobby");
    speech.speaker.client.set_sending(false);
    EXPECT_THAT(ms(speech.until_event()), AllOf(Ge(280), Le(420)));
    EXPECT_EQ(speech.story(), "stopped@lobby");
    speech.world.run_for(2s);
    speech.speaker.client.set_sending(true);
    speech.world.run_for(1s);
    EXPECT_EQ(speech.story(), "started@lobby");
}

TEST_P(SpeakingBy, AMutedLegDoesNotSpeak) {
    Speech speech{GetParam()};
    ASSERT_TRUE(speech.connected);
    speech.speaker.client.say(kVoice);
    speech.world.run_for(1s);
    ASSERT_TRUE(speech.mute(true));
    EXPECT_EQ(speech.story(), "started@lobby stopped@lobby") << "at once";
    speech.world.run_for(2s);
    EXPECT_EQ(speech.story(), "");
    ASSERT_TRUE(speech.mute(false));
    EXPECT_THAT(ms(speech.until_event()), AllOf(Ge(40), Le(80))) << "three frames";
    EXPECT_EQ(speech.story(), "started@lobby");
}

TEST_P(SpeakingBy, AMoveEndsItInTheOneRoomAndBeginsItInTheOther) {
    Speech speech{GetParam()};
    ASSERT_TRUE(speech.connected);
    speech.speaker.client.say(kVoice);
    speech.world.run_for(1s);
    speech.world.join(speech.speaker, "stage");
    speech.world.run_for(1s);
    EXPECT_EQ(speech.story(), "started@lobby stopped@lobby started@stage");
    speech.world.hang_up(speech.speaker);
    EXPECT_EQ(speech.story(), "stopped@stage");
    speech.world.run_for(1s);
    EXPECT_EQ(speech.story(), "");
}

TEST_P(SpeakingBy, APeerThatVanishesIsSilent) {
    Speech speech{GetParam()};
    ASSERT_TRUE(speech.connected);
    speech.speaker.client.say(kVoice);
    speech.world.run_for(1s);
    speech.world.network().set_link({.loss = 1.0});
    speech.world.run_for(2min);
    EXPECT_EQ(speech.story(), "started@lobby stopped@lobby");
    EXPECT_EQ(speech.world.server().count("leg.disconnected ice_failure consent_expired"), 1U);
}

/// A tenth of the packets is lost: what is told stays the same.
TEST_P(SpeakingBy, SurvivesLoss) {
    Speech speech{GetParam()};
    ASSERT_TRUE(speech.connected);
    speech.world.network().set_link({.delay = 20ms, .loss = 0.1});
    for (int i = 0; i < 5; ++i) {
        speech.speaker.client.say(kVoice);
        speech.world.run_for(4s);
        EXPECT_EQ(speech.story(), "started@lobby") << i;
        speech.speaker.client.say(std::nullopt);
        speech.world.run_for(2s);
        EXPECT_EQ(speech.story(), "stopped@lobby") << i;
    }
}

TEST(Speaking, IsNotListenedForUnlessAsked) {
    World world(52);
    Browser& speaker = world.browser(voice());
    world.call(speaker);
    ASSERT_TRUE(world.run_until_connected({&speaker}));
    world.run_for(2s);
    EXPECT_EQ(world.server().count("speaking.started"), 0U);
}

/// Makes the browser's leg and puts it into the room, as one offer does.
void call_into(World& world, Browser& browser, const std::string& room) {
    Server& server = world.server();
    server.on_timeout(world.now());
    const auto leg = call::create_in_room(world.now(), server.legs(), server.rooms(), RoomId{room},
                                          browser.client.offer(), browser.options);
    ASSERT_TRUE(leg);
    browser.leg = leg->id;
    ASSERT_TRUE(browser.client.accept(world.now(), leg->answer));
    world.network().pump(server);
    world.network().pump(browser);
}

TEST(OfferOptions, AMutedLegAndASupervisorAreNotHeardForOneFrame) {
    World world(53);
    Browser& customer = world.browser({});
    customer.options.role = "customer";
    call_into(world, customer, "desk");
    ASSERT_TRUE(world.server().rooms().routing().set(world.now(), RoomId{"desk"}, {{"customer", {"agent"}}}));
    ASSERT_TRUE(world.run_until_connected({&customer}));
    const auto call_in = [&](const std::string& role, bool muted) {
        Browser& caller = world.browser(voice());
        caller.options.role = role;
        caller.options.muted = muted;
        call_into(world, caller, "desk");
        EXPECT_TRUE(world.run_until_connected({&caller}));
        world.run_for(700ms);
        const float heard = customer.client.peak(900ms);
        world.hang_up(caller);
        world.run_for(1s);
        return heard;
    };
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(call_in("supervisor", false), 0.0F) << i;
        EXPECT_EQ(call_in("agent", true), 0.0F) << i;
    }
    EXPECT_GT(call_in("agent", false), 0.1F) << "and that is whom it does hear";
}

TEST(OfferOptions, ADeafLegHearsNothing) {
    World world(54);
    Browser& speaker = world.browser(voice());
    Browser& deaf = world.browser({});
    deaf.options.deaf = true;
    for (Browser* browser : {&speaker, &deaf}) call_into(world, *browser, "desk");
    ASSERT_TRUE(world.run_until_connected({&speaker, &deaf}));
    world.run_for(1s);
    EXPECT_EQ(deaf.client.peak(1s), 0.0F);
    EXPECT_GT(deaf.client.packets_heard(), 40U) << "silence it does get";
}

TEST(OfferOptions, MaxDurationEndsALegConnectedOrNot) {
    World world(55);
    Browser& talks = world.browser({});
    Browser& never_comes = world.browser({});
    Browser& stays = world.browser({});
    talks.options.max_duration = never_comes.options.max_duration = 10s;
    const Instant began = world.now();
    world.call(talks);
    world.call(stays);
    world.server().on_timeout(world.now());
    const auto leg =
        world.server().legs().create(world.now(), never_comes.client.offer(), never_comes.options);
    ASSERT_TRUE(leg);
    world.pump_server();
    ASSERT_TRUE(world.run_until_connected({&talks, &stays}));
    const auto ended = [&] { return world.server().count("leg.disconnected max_duration"); };
    while (world.now() < began + 9900ms) world.run_for(10ms);
    EXPECT_EQ(ended(), 0U);
    world.run_for(200ms);
    EXPECT_EQ(ended(), 2U);
    EXPECT_EQ(world.server().legs().all().size(), 1U);
    world.run_for(1min);
    EXPECT_EQ(ended(), 2U);
    EXPECT_TRUE(talks.client.failure()) << "the peer was told goodbye";
}

}  // namespace
}  // namespace legroom::scenario
