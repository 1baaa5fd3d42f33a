#include "vsi/session.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

namespace legroom::vsi {
namespace {

using namespace std::chrono_literals;
using Frames = std::vector<std::string>;
using Ending = api::Channel::Ending;

/// One session in virtual time. Its client takes each frame at once, unless `stuck`. A command is answered
/// with its route's segments at once, unless `defers`.
struct Talk {
    explicit Talk(std::size_t buffer = 16) {
        session = std::make_unique<Session>(
            EventQueue{buffer, {}, ledger, std::nullopt},
            [this](Instant, const api::Call& call, api::Answer answer) { return perform(call, answer); },
            [this](Session&) { gone = true; });
        session->start(now, [this] { ++wakes; });
    }

    std::function<void()> perform(const api::Call& call, const api::Answer& answer) {
        performed.push_back(std::string{call.method} + " " + std::string{call.pattern});
        if (!defers) {
            answer(api::status_word("done"));
            return {};
        }
        answers.push_back(answer);
        return [this] { ++called_off; };
    }

    /// What the client has been sent since the last time.
    Frames heard() {
        Frames frames;
        while (!stuck) {
            auto frame = session->poll(now);
            if (!frame) break;
            frames.push_back(std::move(*frame));
            session->written(now);
        }
        return frames;
    }
    Frames say(const std::string& text) {
        session->receive(now, text);
        return heard();
    }
    void happen(int count) {
        for (int i = 0; i < count; ++i)
            session->offer(ledger.append({ledger.next(), "", "event " + std::to_string(ledger.next())}));
    }
    Frames run_for(Duration time) {
        const Instant end = now + time;
        Frames frames;
        while (session->deadline() && *session->deadline() <= end && session->ending() == Ending::none) {
            now = *session->deadline();
            session->handle_timeout(now);
            for (auto& frame : heard()) frames.push_back(std::move(frame));
        }
        now = end;
        return frames;
    }

    events::Ledger ledger{{}, 1};
    std::unique_ptr<Session> session;
    Instant now{};
    bool stuck = false;
    bool defers = false;
    bool gone = false;
    int wakes = 0;
    int called_off = 0;
    Frames performed;
    std::vector<api::Answer> answers;
};

const std::string kConnected = R"({"type":"connected"})";

TEST(Session, GreetsFirstWhateverElseThereIsToSay) {
    Talk talk;
    talk.happen(1);
    EXPECT_EQ(talk.say(R"({"type":"list_legs"})"),
              (Frames{kConnected, R"({"type":"list_legs.result","data":{"status":"done"}})", "event 1"}));
}

struct FrameCase {
    const char* name;
    const char* said;
    const char* heard;  ///< "": nothing
};

const FrameCase kFrameCases[] = {
    {"a command", R"({"type":"mute_leg","request_id":"r1","payload":{"id":"x"}})",
     R"({"type":"mute_leg.result","request_id":"r1","data":{"status":"done"}})"},
    {"without a request_id", R"({"type":"mute_leg","payload":{"id":"x"}})",
     R"({"type":"mute_leg.result","data":{"status":"done"}})"},
    {"null is absent", R"({"type":"list_legs","request_id":null,"payload":null})",
     R"({"type":"list_legs.result","data":{"status":"done"}})"},
    {"a request_id is echoed verbatim", R"({"type":"list_legs","request_id":"\"\\ é"})",
     R"({"type":"list_legs.result","request_id":"\"\\ é","data":{"status":"done"}})"},
    {"unknown members are ignored", R"({"type":"list_legs","more":[1]})",
     R"({"type":"list_legs.result","data":{"status":"done"}})"},
    {"unknown command", R"({"type":"leg_tts","request_id":"r"})",
     R"({"type":"error","request_id":"r","data":{"code":400,"message":"unknown command: leg_tts"}})"},
    {"no type", "{}", R"({"type":"error","data":{"code":400,"message":"unknown command: "}})"},
    {"payload of the wrong type", R"({"type":"list_legs","payload":[]})",
     R"({"type":"error","data":{"code":400,"message":"invalid payload: it must be an object"}})"},
    {"a place of the wrong type", R"({"type":"get_leg","payload":{"id":7}})",
     R"({"type":"error","data":{"code":400,"message":"invalid payload: id must be a string"}})"},
    {"not JSON", "hello", R"({"type":"error","data":{"message":"invalid JSON"}})"},
    {"nothing", "", R"({"type":"error","data":{"message":"invalid JSON"}})"},
    {"half of it", R"({"type":"stop")", R"({"type":"error","data":{"message":"invalid JSON"}})"},
    {"no object", "[]", R"({"type":"error","data":{"message":"invalid JSON"}})"},
    {"request_id of the wrong type", R"({"type":"list_legs","request_id":1})",
     R"({"type":"error","data":{"message":"invalid JSON"}})"},
    {"type of the wrong type", R"({"type":1})", R"({"type":"error","data":{"message":"invalid JSON"}})"},
    {"pong", R"({"type":"pong"})", ""},
};

TEST(Session, AnswersEachFrameAsTheContractSays) {
    Talk talk;
    talk.heard();
    for (const auto& one : kFrameCases) {
        const Frames expected = std::string{one.heard}.empty() ? Frames{} : Frames{one.heard};
        EXPECT_EQ(talk.say(one.said), expected) << one.name;
        EXPECT_EQ(talk.session->ending(), Ending::none) << one.name;
    }
}

TEST(Session, ARefusalIsAnErrorWithTheStatusAndTheTextOfTheRoute) {
    Talk talk;
    talk.defers = true;
    talk.heard();
    talk.say(R"({"type":"get_leg","request_id":"r"})");
    talk.answers.at(0)(api::refusal(api::Status::not_found, "leg not found"));
    EXPECT_EQ(talk.heard(),
              Frames{R"({"type":"error","request_id":"r","data":{"code":404,"message":"leg not found"}})"});
    talk.say(R"({"type":"webrtc_offer","payload":{"sdp":1}})");
    talk.answers.at(1)(api::refusal(api::Status::bad_request, "invalid JSON"));
    EXPECT_EQ(
        talk.heard(),
        Frames{
            R"({"type":"error","data":{"code":400,"message":"invalid payload: a member has the wrong type"}})"});
}

TEST(Session, CommandsRunOneAfterTheOtherEvenIfARouteAnswersLater) {
    Talk talk;
    talk.defers = true;
    talk.heard();
    talk.say(R"({"type":"list_legs","request_id":"1"})");
    talk.say(R"({"type":"nonsense","request_id":"2"})");
    talk.say(R"({"type":"list_rooms","request_id":"3"})");
    EXPECT_EQ(talk.performed, Frames{"GET /v1/legs"});
    talk.happen(1);
    EXPECT_EQ(talk.heard(), Frames{"event 1"}) << "events go on meanwhile";

    const int before = talk.wakes;
    talk.answers.at(0)(api::status_word("first"));
    EXPECT_GT(talk.wakes, before);
    EXPECT_EQ(
        talk.heard(),
        (Frames{
            R"({"type":"list_legs.result","request_id":"1","data":{"status":"first"}})",
            R"({"type":"error","request_id":"2","data":{"code":400,"message":"unknown command: nonsense"}})"}));
    EXPECT_EQ(talk.performed, (Frames{"GET /v1/legs", "GET /v1/rooms"}));
    talk.answers.at(1)(api::status_word("third"));
    EXPECT_EQ(talk.heard(),
              Frames{R"({"type":"list_rooms.result","request_id":"3","data":{"status":"third"}})"});
}

TEST(Session, TakesNoFramesWhileTooManyCommandsWait) {
    Talk talk;
    talk.defers = true;
    talk.heard();
    for (std::size_t i = 0; i <= kMaxCommandsWaiting; ++i) {
        ASSERT_TRUE(talk.session->takes_frames()) << i;
        talk.say(R"({"type":"list_legs"})");
    }
    EXPECT_FALSE(talk.session->takes_frames());
    EXPECT_EQ(talk.run_for(10min).size(), 20U) << "pings; silence that we make ourselves is not idleness";
    EXPECT_EQ(talk.session->ending(), Ending::none);
    talk.answers.at(0)(api::status_word("done"));
    talk.heard();
    EXPECT_TRUE(talk.session->takes_frames());
    EXPECT_EQ(talk.performed.size(), 2U);
}

TEST(Session, BeginsNoCommandWhileTooManyResultsWait) {
    Talk talk;
    talk.heard();
    talk.stuck = true;
    for (int i = 0; i < 10; ++i) talk.say(R"({"type":"list_legs"})");
    EXPECT_EQ(talk.performed.size(), kMaxRepliesWaiting);
    talk.stuck = false;
    EXPECT_EQ(talk.heard().size(), 10U);
}

TEST(Session, PingsEveryHalfMinuteAndCountsThem) {
    Talk talk;
    talk.heard();
    Frames frames;
    for (int i = 0; i < 9; ++i) {
        for (auto& frame : talk.run_for(10s)) frames.push_back(std::move(frame));
        talk.say(R"({"type":"pong"})");
    }
    EXPECT_EQ(frames,
              (Frames{R"({"type":"ping","seq":1,"event_id":1})", R"({"type":"ping","seq":2,"event_id":2})",
                      R"({"type":"ping","seq":3,"event_id":3})"}));
}

TEST(Session, ClosesAfterAMinuteWithoutAFrame) {
    Talk talk;
    talk.heard();
    talk.run_for(50s);
    talk.session->heard(talk.now);  // a WebSocket ping, or a binary frame
    talk.run_for(59s);
    EXPECT_EQ(talk.session->ending(), Ending::none);
    talk.run_for(1s);
    EXPECT_EQ(talk.session->ending(), Ending::close);
}

TEST(Session, AFrameThatIsNotTakenInFiveSecondsIsTheEnd) {
    Talk talk;
    ASSERT_TRUE(talk.session->poll(talk.now));
    talk.stuck = true;
    talk.run_for(4s);
    EXPECT_EQ(talk.session->ending(), Ending::none);
    talk.run_for(1s);
    EXPECT_EQ(talk.session->ending(), Ending::abort);
    EXPECT_EQ(talk.session->deadline(), std::nullopt);
}

TEST(Session, AStuckClientOfAClosingSessionIsAbortedToo) {
    Talk talk;
    ASSERT_TRUE(talk.session->poll(talk.now));
    talk.session->shut_down();
    ASSERT_TRUE(talk.session->deadline());
    talk.session->handle_timeout(*talk.session->deadline());
    EXPECT_EQ(talk.session->ending(), Ending::abort);
}

TEST(Session, StopEndsItAfterWhatWasAskedBefore) {
    Talk talk;
    talk.defers = true;
    talk.heard();
    talk.say(R"({"type":"list_legs"})");
    talk.say(R"({"type":"stop"})");
    talk.say(R"({"type":"list_rooms"})");
    EXPECT_EQ(talk.session->ending(), Ending::none);
    talk.answers.at(0)(api::status_word("done"));
    talk.happen(1);
    EXPECT_EQ(talk.heard(), Frames{R"({"type":"list_legs.result","data":{"status":"done"}})"});
    EXPECT_EQ(talk.session->ending(), Ending::close);
    EXPECT_EQ(talk.performed.size(), 1U);
}

TEST(Session, ASlowClientCostsItsBufferAndIsToldWhatItMissed) {
    Talk talk{16};
    talk.heard();
    talk.stuck = true;
    talk.happen(1'000);
    EXPECT_EQ(talk.session->events().size(), 16U);
    talk.stuck = false;
    const Frames frames = talk.heard();
    ASSERT_EQ(frames.size(), 17U);
    EXPECT_EQ(frames.front(), R"({"type":"events_dropped","count":984})");
    EXPECT_EQ(frames.at(1), "event 1");
    EXPECT_EQ(frames.back(), "event 16");
    talk.happen(1);
    EXPECT_EQ(talk.heard(), Frames{"event 1001"});
}

TEST(Session, ItsEndCallsOffTheCommandItIsAt) {
    Talk talk;
    talk.defers = true;
    talk.say(R"({"type":"list_legs"})");
    talk.session.reset();
    EXPECT_EQ(talk.called_off, 1);
    EXPECT_TRUE(talk.gone);
}

}  // namespace
}  // namespace legroom::vsi
