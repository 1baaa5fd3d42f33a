// Whole calls as a client of the events reads them: every event with its body, from the first request to the
// last (contract 04).
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <regex>
#include <set>

#include "audio/call_tone.hpp"
#include "scenario/world.hpp"
#include "sequences/server.hpp"

#include "api/api_test_client.hpp"

namespace legroom::sequences {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// What the server adds to the name of a file it names itself.
const std::regex kChosen{"multichannel_[0-9a-f]{8}"};

/// A server with its events, and callers on its network.
class Stage {
public:
    explicit Stage(std::uint64_t seed) : random_(seed), network_(seed), server_(random_, 30s) {
        network_.attach(Server::address(), server_);
        server_.listen([this](const events::Record& record) { take(json::parse(record.body).as_object()); });
    }

    /// The caller `name` offers, with these members beside its SDP.
    scenario::Browser& call(const std::string& name, json::object body) {
        scenario::ClientConfig config;
        config.certificate = scenario::shared_certificate();
        config.addresses = {*Endpoint::parse(fmt::format("10.0.1.{}:5000", callers_.size() + 1))};
        config.telephone_event_48k = 110;
        config.listens = false;
        callers_.push_back(std::make_unique<scenario::Browser>(config, random_));
        scenario::Browser& caller = *callers_.back();
        network_.attach(config.addresses.front(), caller);
        body["sdp"] = caller.client.offer();
        const Answer answer = ask("POST", "/v1/webrtc/offer", json::serialize(body));
        names_[std::string{answer.body.at("leg_id").as_string()}] = name;
        EXPECT_TRUE(caller.client.accept(network_.now(), std::string{answer.body.at("sdp").as_string()}));
        network_.pump(caller);
        return caller;
    }
    /// A request; names of callers and of what was kept stand for their ids.
    Answer ask(const std::string& method, std::string target, std::string body = "") {
        for (const auto& [id, name] : names_) {
            target = api::test::replace_all(std::move(target), name, id);
            body = api::test::replace_all(std::move(body), name, id);
        }
        Answer answer;
        server_.request(network_.now(), {method, target, body}, [&](const Answer& what) { answer = what; });
        for (int i = 0; i < 50 && answer.status == 0; ++i) run_for(20ms);
        EXPECT_EQ(answer.status, 200U) << method << ' ' << target << ' ' << json::serialize(answer.body);
        run_for(20ms);
        return answer;
    }
    /// From now on what has this id is called so.
    void name(const json::value& id, const std::string& name) { names_[std::string{id.as_string()}] = name; }

    void run_for(Duration time) {
        for (; time > Duration::zero(); time -= 20ms) {
            cross();
            network_.run_for(20ms);
            cross();
            server_.work(network_.now());
        }
    }
    /// What was told since the last time, a line each.
    std::string told() {
        std::string lines;
        for (std::string line : std::exchange(told_, {})) {
            for (const auto& [id, name] : names_) line = api::test::replace_all(std::move(line), id, name);
            line = api::test::replace_all(std::move(line), audio::call_tone_names(), "TONES");
            lines += std::regex_replace(line, kChosen, "multichannel_XXXXXXXX") + "\n";
        }
        return lines;
    }

private:
    void cross() {
        server_.to_shard(network_.now());
        network_.pump(server_);
        server_.to_control(network_.now());
    }
    /// Of the envelope only the scope is left, once the rest is as it must be.
    void take(const json::object& event) {
        EXPECT_EQ(event.at("event_id").as_string().size(), 36U);
        EXPECT_TRUE(event.at("timestamp").as_string().ends_with("Z"));
        EXPECT_EQ(event.at("instance_id"), "here");
        EXPECT_EQ(event.at("event_seq"), ++seq_);
        const std::string type{event.at("type").as_string()};
        std::set<std::string, std::less<>> envelope{"type", "event_id", "timestamp", "instance_id",
                                                    "event_seq"};
        if (type != "dtmf.received") envelope.insert("seq");
        json::object rest;
        for (const auto& member : event) {
            if (!envelope.contains(std::string{member.key()})) rest[member.key()] = member.value();
        }
        told_.push_back(type + " " + json::serialize(rest));
    }

    SeededRandom random_;
    sim::Network network_;
    Server server_;
    std::vector<std::unique_ptr<scenario::Browser>> callers_;
    std::map<std::string, std::string> names_;  ///< By id.
    std::vector<std::string> told_;
    std::uint64_t seq_ = 0;
};

TEST(CallStory, OfALegInARoomThatIsRecordedAndPlayedTo) {
    Stage stage(1);
    scenario::Browser& ann =
        stage.call("ANN", {{"app_id", "shop"}, {"room_id", "desk"}, {"speech_detection", true}});
    stage.run_for(500ms);
    EXPECT_EQ(stage.told(),
              "room.created {\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
              "leg.joined_room {\"leg_id\":\"ANN\",\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
              "leg.connected {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"leg_type\":\"webrtc\"}\n");

    stage.ask("POST", "/v1/legs/ANN/record", R"({"filename":"call"})");
    stage.ask("POST", "/v1/legs/ANN/record/pause");
    stage.ask("POST", "/v1/legs/ANN/record/pause");
    stage.ask("POST", "/v1/legs/ANN/record/resume");
    stage.name(stage.ask("POST", "/v1/legs/ANN/play", R"({"tone":"us_dial"})").body.at("playback_id"),
               "TONE");
    stage.run_for(980ms);
    stage.ask("DELETE", "/v1/legs/ANN/play/TONE");
    ann.client.press("5#");
    stage.run_for(600ms);
    EXPECT_EQ(stage.told(),
              "recording.started {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"file\":\"/recordings/call.wav\"}\n"
              "recording.paused {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"file\":\"\"}\n"
              "recording.resumed {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"file\":\"\"}\n"
              "playback.started {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"playback_id\":\"TONE\"}\n"
              "playback.finished {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"playback_id\":\"TONE\","
              "\"reason\":\"stopped\",\"played_ms\":1000}\n"
              "dtmf.received {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"seq\":1,\"digit\":\"5\"}\n"
              "dtmf.received {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"seq\":2,\"digit\":\"#\"}\n");

    ann.client.say(440);
    stage.run_for(500ms);
    ann.client.say(std::nullopt);
    stage.run_for(500ms);
    ann.client.say(440);
    stage.run_for(500ms);
    stage.ask("POST", "/v1/legs/ANN/mute");
    stage.ask("POST", "/v1/legs/ANN/deaf");
    stage.ask("PATCH", "/v1/legs/ANN/role", R"({"role":"agent"})");
    stage.ask("DELETE", "/v1/legs/ANN");
    EXPECT_EQ(
        stage.told(),
        "speaking.started {\"leg_id\":\"ANN\",\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
        "speaking.stopped {\"leg_id\":\"ANN\",\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
        "speaking.started {\"leg_id\":\"ANN\",\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
        "leg.muted {\"leg_id\":\"ANN\",\"app_id\":\"shop\"}\n"
        "speaking.stopped {\"leg_id\":\"ANN\",\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
        "leg.deaf {\"leg_id\":\"ANN\",\"app_id\":\"shop\"}\n"
        "leg.role_changed {\"leg_id\":\"ANN\",\"room_id\":\"desk\",\"app_id\":\"shop\","
        "\"old_role\":\"\",\"new_role\":\"agent\"}\n"
        "room.routing_changed {\"room_id\":\"desk\",\"app_id\":\"shop\",\"matrix\":{},"
        "\"reason\":\"leg_role_changed\"}\n"
        "leg.left_room {\"leg_id\":\"ANN\",\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
        "recording.finished {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"file\":\"/recordings/call.wav\"}\n"
        "leg.disconnected {\"leg_id\":\"ANN\",\"app_id\":\"shop\",\"cdr\":{\"reason\":\"api_hangup\","
        "\"duration_total\":3.8E0,\"duration_answered\":3.8E0}}\n");
}

TEST(CallStory, OfTwoRoomsABridgeAndAMove) {
    Stage stage(2);
    stage.ask("POST", "/v1/rooms", R"({"id":"desk","app_id":"shop"})");
    stage.ask("POST", "/v1/rooms", R"({"id":"hall"})");
    stage.call("BOB", {});
    stage.run_for(500ms);
    stage.ask("POST", "/v1/rooms/desk/legs", R"({"leg_id":"BOB","role":"customer"})");
    stage.ask("PUT", "/v1/rooms/desk/routing", R"({"matrix":{"customer":["agent"]}})");
    stage.ask("PATCH", "/v1/rooms/desk/routing", R"({"updates":[{"listener_role":"customer"}]})");
    EXPECT_EQ(stage.told(),
              "room.created {\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
              "room.created {\"room_id\":\"hall\"}\n"
              "leg.connected {\"leg_id\":\"BOB\",\"leg_type\":\"webrtc\"}\n"
              "leg.joined_room {\"leg_id\":\"BOB\",\"room_id\":\"desk\"}\n"
              "room.routing_changed {\"room_id\":\"desk\",\"app_id\":\"shop\",\"matrix\":{},"
              "\"reason\":\"leg_joined\"}\n"
              "room.routing_changed {\"room_id\":\"desk\",\"app_id\":\"shop\","
              "\"matrix\":{\"customer\":[\"agent\"]},\"reason\":\"set\"}\n"
              "room.routing_changed {\"room_id\":\"desk\",\"app_id\":\"shop\",\"matrix\":{},"
              "\"reason\":\"update\"}\n");

    stage.ask("POST", "/v1/rooms/desk/bridges", R"({"room_id":"hall","id":"door","direction":"send"})");
    stage.ask("PATCH", "/v1/rooms/hall/bridges/door", R"({"direction":"send"})");
    stage.ask("POST", "/v1/rooms/desk/record", R"({"filename":"mix","multi_channel":true})");
    stage.ask("POST", "/v1/rooms/hall/legs", R"({"leg_id":"BOB","role":"agent"})");
    stage.name(stage.ask("POST", "/v1/rooms/hall/play", R"({"tone":"xx"})").body.at("playback_id"), "TONE");
    stage.ask("DELETE", "/v1/rooms/desk");
    stage.ask("DELETE", "/v1/rooms/hall");
    EXPECT_EQ(
        stage.told(),
        "room.bridged {\"app_id\":\"shop\",\"bridge_id\":\"door\",\"room_a_id\":\"desk\","
        "\"room_b_id\":\"hall\",\"direction\":\"a_to_b\"}\n"
        "room.bridge_updated {\"app_id\":\"shop\",\"bridge_id\":\"door\",\"room_a_id\":\"desk\","
        "\"room_b_id\":\"hall\",\"direction\":\"b_to_a\"}\n"
        "recording.started {\"room_id\":\"desk\",\"app_id\":\"shop\",\"file\":\"/recordings/mix.wav\"}\n"
        "leg.left_room {\"leg_id\":\"BOB\",\"room_id\":\"desk\"}\n"
        "leg.joined_room {\"leg_id\":\"BOB\",\"room_id\":\"hall\"}\n"
        "leg.role_changed {\"leg_id\":\"BOB\",\"room_id\":\"hall\",\"old_role\":\"customer\","
        "\"new_role\":\"agent\"}\n"
        "room.routing_changed {\"room_id\":\"hall\",\"matrix\":{},\"reason\":\"leg_role_changed\"}\n"
        "recording.finished {\"room_id\":\"desk\",\"app_id\":\"shop\",\"file\":\"/recordings/mix.wav\","
        "\"multi_channel_file\":\"/recordings/20260203_040506_multichannel_XXXXXXXX.wav\","
        "\"channels\":{\"BOB\":{\"channel\":0,\"start_ms\":0,\"end_ms\":20}}}\n"
        "playback.error {\"room_id\":\"hall\",\"playback_id\":\"TONE\","
        "\"error\":\"unknown tone \\\"xx\\\": known are TONES\"}\n"
        "room.unbridged {\"app_id\":\"shop\",\"bridge_id\":\"door\",\"room_a_id\":\"desk\","
        "\"room_b_id\":\"hall\",\"reason\":\"room_deleted\"}\n"
        "room.deleted {\"room_id\":\"desk\",\"app_id\":\"shop\"}\n"
        "room.deleted {\"room_id\":\"hall\"}\n"
        "leg.disconnected {\"leg_id\":\"BOB\",\"cdr\":{\"reason\":\"room_deleted\","
        "\"duration_total\":7.2E-1,\"duration_answered\":7.2E-1}}\n");
}

}  // namespace
}  // namespace legroom::sequences
