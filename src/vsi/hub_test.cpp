#include "vsi/hub.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <list>

#include "vsi/asyncapi.hpp"
#include "vsi/commands.hpp"

#include "api/event_test_stream.hpp"
#include "api/schema_test_check.hpp"

namespace legroom::vsi {
namespace {

namespace json = boost::json;
using api::Status;

/// What of a frame of the server's is not as described; "": nothing.
std::string misfit(const json::value& frame, const api::Api& api) {
    static const json::value document = asyncapi(api.router().routes());
    static const api::test::SchemaCheck check{document};
    const auto* message =
        document.at("components").at("messages").as_object().if_contains(frame.at("type").as_string());
    return message == nullptr ? "it is not described" : check.misfit(frame, message->at("payload"));
}

/// The real API and its events behind the real hub; connections in one test's hands.
struct World {
    explicit World(HubConfig config = {}, call::LegConfig legs = {})
        : events({}, std::move(legs)), hub(config, events.client.api, events.stream) {}

    api::Channel& open(const std::string& query = "") {
        auto upgrade = hub.open({"GET", "/v1/vsi" + query, ""});
        channels.push_back(std::get<std::unique_ptr<api::Channel>>(std::move(upgrade.value())));
        channels.back()->start(now(), [] {});
        EXPECT_EQ(channels.back()->poll(now()), R"({"type":"connected"})");
        channels.back()->written(now());
        return *channels.back();
    }
    api::Response refused(const std::string& target) {
        return std::get<api::Response>(hub.open({"GET", target, ""}).value());
    }
    std::vector<json::value> heard(api::Channel& channel) {
        std::vector<json::value> frames;
        while (const auto frame = channel.poll(now())) {
            frames.push_back(json::parse(*frame));
            EXPECT_EQ(misfit(frames.back(), events.client.api), "") << *frame;
            channel.written(now());
        }
        return frames;
    }
    /// The result of a command; events are skipped.
    json::value command(api::Channel& channel, const std::string& name, const std::string& payload) {
        channel.receive(now(), R"({"type":")" + name + R"(","payload":)" + payload + "}");
        for (auto& frame : heard(channel)) {
            const auto type = std::string{frame.at("type").as_string()};
            if (type == "error" || type.ends_with(".result")) return std::move(frame);
        }
        return {};
    }
    [[nodiscard]] Instant now() { return events.client.world.now; }

    api::test::EventClient events;
    Hub hub;
    std::list<std::unique_ptr<api::Channel>> channels;
};

std::vector<std::string> types(const std::vector<json::value>& frames) {
    std::vector<std::string> names;
    for (const auto& frame : frames) names.emplace_back(frame.at("type").as_string());
    return names;
}

TEST(Hub, TakesItsOwnPathAndAGoodQuery) {
    World world;
    EXPECT_FALSE(world.hub.open({"GET", "/v1/legs", ""}));
    EXPECT_FALSE(world.hub.open({"GET", "/v1/vsi/", ""}));
    EXPECT_EQ(world.refused("/v1/vsi?app_id=%28").status, Status::bad_request);
    EXPECT_EQ(world.refused("/v1/vsi?app_id=%28").body,
              R"({"instance_id":"here","error":"invalid app_id pattern: missing ): ("})"
              "\n");
    EXPECT_EQ(world.refused("/v1/vsi?after=x").status, Status::bad_request);
    EXPECT_EQ(world.hub.connections(), 0U);
}

TEST(Hub, HasABoundedNumberOfConnections) {
    World world{{.connections = 2}};
    world.open();
    world.open();
    EXPECT_EQ(world.refused("/v1/vsi").status, Status::unavailable);
    EXPECT_EQ(world.hub.counters().refused, 1U);
    world.channels.pop_front();
    EXPECT_EQ(world.hub.connections(), 1U);
    world.open();
    EXPECT_EQ(world.hub.counters().opened, 3U);
}

TEST(Hub, TellsEachConnectionTheEventsItWants) {
    World world;
    api::Channel& all = world.open();
    api::Channel& shop = world.open("?app_id=%5Eshop");
    api::Channel& late = world.open("?after=101");
    world.events.make_room("a", "shop-1");
    world.events.make_room("b");
    const auto frames = world.heard(all);
    EXPECT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames.at(0).at("room_id"), "a");
    EXPECT_EQ(frames.at(0).at("event_seq"), 101);
    EXPECT_EQ(world.heard(shop), std::vector{frames.at(0)}) << "the same object, the same event_id";
    EXPECT_EQ(types(world.heard(late)),
              (std::vector<std::string>{"resync_required", "room.created", "room.created"}))
        << "when it came 101 was not given yet";
    EXPECT_EQ(world.heard(world.open("?after=101")), std::vector{frames.at(1)});
}

TEST(Hub, ASlowConnectionCostsNobodyElseAnEvent) {
    World world{{.event_buffer = 16}};
    world.open();
    api::Channel& quick = world.open();
    for (int i = 0; i < 100; ++i) {
        world.events.make_room(std::to_string(i));
        EXPECT_EQ(world.heard(quick).size(), 1U);
    }
    world.channels.clear();
    EXPECT_EQ(world.hub.counters().events_dropped, 84U);
}

/// Payload and REST twin of each command, on a stage with $L in no room and $M in "full".
struct Twin {
    const char* command;
    const char* payload;
    const char* method;
    const char* target;
    const char* body;
};

const Twin kTwins[] = {
    {"list_legs", "{}", "GET", "/v1/legs", ""},
    {"list_rooms", "{}", "GET", "/v1/rooms", ""},
    {"get_leg", R"({"id":"$M"})", "GET", "/v1/legs/$M", ""},
    {"get_leg", R"({"id":"x"})", "GET", "/v1/legs/x", ""},
    {"get_leg", "{}", "GET", "/v1/legs/x", ""},
    {"get_room", R"({"id":"full"})", "GET", "/v1/rooms/full", ""},
    {"get_room", R"({"id":"x"})", "GET", "/v1/rooms/x", ""},
    {"delete_leg", R"({"id":"$L","reason":"busy"})", "DELETE", "/v1/legs/$L", R"({"reason":"busy"})"},
    {"delete_leg", R"({"id":"x"})", "DELETE", "/v1/legs/x", ""},
    {"mute_leg", R"({"id":"$L"})", "POST", "/v1/legs/$L/mute", ""},
    {"mute_leg", R"({"id":"x"})", "POST", "/v1/legs/x/mute", ""},
    {"unmute_leg", R"({"id":"$L"})", "DELETE", "/v1/legs/$L/mute", ""},
    {"deaf_leg", R"({"id":"$L"})", "POST", "/v1/legs/$L/deaf", ""},
    {"undeaf_leg", R"({"id":"$L"})", "DELETE", "/v1/legs/$L/deaf", ""},
    {"send_leg_dtmf", R"({"id":"$L","digits":"12"})", "POST", "/v1/legs/$L/dtmf", R"({"digits":"12"})"},
    {"send_leg_dtmf", R"({"id":"$L"})", "POST", "/v1/legs/$L/dtmf", "{}"},
    {"accept_leg_dtmf", R"({"id":"$L"})", "POST", "/v1/legs/$L/dtmf/accept", ""},
    {"reject_leg_dtmf", R"({"id":"$L"})", "POST", "/v1/legs/$L/dtmf/reject", ""},
    {"webrtc_offer", R"({"sdp":"nonsense"})", "POST", "/v1/webrtc/offer", R"({"sdp":"nonsense"})"},
    {"webrtc_add_candidate", R"({"id":"$L","candidate":{"candidate":""}})", "POST",
     "/v1/legs/$L/ice-candidates", R"({"candidate":""})"},
    {"webrtc_add_candidate", R"({"id":"$L","candidate":{"candidate":"nonsense"}})", "POST",
     "/v1/legs/$L/ice-candidates", R"({"candidate":"nonsense"})"},
    {"webrtc_get_candidates", R"({"id":"$L"})", "GET", "/v1/legs/$L/ice-candidates", ""},
    {"leg_play_start", R"({"id":"$L","tone":"busy","volume":1})", "POST", "/v1/legs/$L/play",
     R"({"tone":"busy","volume":1})"},
    {"leg_play_start", R"({"id":"$L"})", "POST", "/v1/legs/$L/play", "{}"},
    {"leg_play_start", R"({"id":"x"})", "POST", "/v1/legs/x/play", "{}"},
    {"leg_play_volume", R"({"id":"$L","playback_id":"$P","volume":-1})", "PATCH", "/v1/legs/$L/play/$P",
     R"({"volume":-1})"},
    {"leg_play_volume", R"({"id":"$L","playback_id":"$P","volume":9})", "PATCH", "/v1/legs/$L/play/$P",
     R"({"volume":9})"},
    {"leg_play_stop", R"({"id":"$L","playback_id":"$P"})", "DELETE", "/v1/legs/$L/play/$P", ""},
    {"leg_play_stop", R"({"id":"$L","playback_id":"$Q"})", "DELETE", "/v1/legs/$L/play/$Q", ""},
    {"create_room", R"({"id":"new","app_id":"a"})", "POST", "/v1/rooms", R"({"id":"new","app_id":"a"})"},
    {"create_room", R"({"id":"full"})", "POST", "/v1/rooms", R"({"id":"full"})"},
    {"create_room", R"({"sample_rate":1})", "POST", "/v1/rooms", R"({"sample_rate":1})"},
    {"delete_room", R"({"id":"full"})", "DELETE", "/v1/rooms/full", ""},
    {"delete_room", R"({"id":"x"})", "DELETE", "/v1/rooms/x", ""},
    {"add_leg_to_room", R"({"room_id":"full","leg_id":"$L","mute":true})", "POST", "/v1/rooms/full/legs",
     R"({"leg_id":"$L","mute":true})"},
    {"add_leg_to_room", R"({"room_id":"full","leg_id":"$M"})", "POST", "/v1/rooms/full/legs",
     R"({"leg_id":"$M"})"},
    {"add_leg_to_room", R"({"room_id":"full"})", "POST", "/v1/rooms/full/legs", "{}"},
    {"remove_leg_from_room", R"({"room_id":"full","leg_id":"$M"})", "DELETE", "/v1/rooms/full/legs/$M", ""},
    {"remove_leg_from_room", R"({"room_id":"x","leg_id":"$M"})", "DELETE", "/v1/rooms/x/legs/$M", ""},
    {"set_leg_role", R"({"leg_id":"$L","role":"agent"})", "PATCH", "/v1/legs/$L/role", R"({"role":"agent"})"},
    {"set_leg_role", R"({"leg_id":"x","role":"agent"})", "PATCH", "/v1/legs/x/role", R"({"role":"agent"})"},
    {"room_play_start", R"({"id":"full","url":"http://a/b"})", "POST", "/v1/rooms/full/play",
     R"({"url":"http://a/b"})"},
    {"room_play_start", R"({"id":"other","tone":"busy"})", "POST", "/v1/rooms/other/play",
     R"({"tone":"busy"})"},
    {"room_play_volume", R"({"id":"full","playback_id":"$Q","volume":8})", "PATCH", "/v1/rooms/full/play/$Q",
     R"({"volume":8})"},
    {"room_play_volume", R"({"id":"full","playback_id":"$P"})", "PATCH", "/v1/rooms/full/play/$P", "{}"},
    {"room_play_stop", R"({"id":"full","playback_id":"$Q"})", "DELETE", "/v1/rooms/full/play/$Q", ""},
    {"room_routing_get", R"({"id":"full"})", "GET", "/v1/rooms/full/routing", ""},
    {"room_routing_set", R"({"room_id":"full","matrix":{"a":["b"]}})", "PUT", "/v1/rooms/full/routing",
     R"({"matrix":{"a":["b"]}})"},
    {"room_routing_update", R"({"room_id":"full","updates":[{"sources":[]}]})", "PATCH",
     "/v1/rooms/full/routing", R"({"updates":[{"sources":[]}]})"},
    {"bridge_create", R"({"room_id":"full","peer_room_id":"other","bridge_id":"b","direction":"send"})",
     "POST", "/v1/rooms/full/bridges", R"({"room_id":"other","id":"b","direction":"send"})"},
    {"bridge_create", R"({"room_id":"full"})", "POST", "/v1/rooms/full/bridges", "{}"},
    {"bridge_create", R"({"room_id":"full","peer_room_id":"peer"})", "POST", "/v1/rooms/full/bridges",
     R"({"room_id":"peer"})"},
    {"bridge_list", R"({"room_id":"full"})", "GET", "/v1/rooms/full/bridges", ""},
    {"bridge_get", R"({"room_id":"peer","bridge_id":"up"})", "GET", "/v1/rooms/peer/bridges/up", ""},
    {"bridge_get", R"({"room_id":"peer","bridge_id":"x"})", "GET", "/v1/rooms/peer/bridges/x", ""},
    {"bridge_update", R"({"room_id":"full","bridge_id":"up","direction":"none"})", "PATCH",
     "/v1/rooms/full/bridges/up", R"({"direction":"none"})"},
    {"bridge_update", R"({"room_id":"full","bridge_id":"up"})", "PATCH", "/v1/rooms/full/bridges/up", "{}"},
    {"bridge_delete", R"({"room_id":"full","bridge_id":"up"})", "DELETE", "/v1/rooms/full/bridges/up", ""},
    {"leg_record_start", R"({"id":"$M","storage":"tape"})", "POST", "/v1/legs/$M/record",
     R"({"storage":"tape"})"},
    {"leg_record_stop", R"({"id":"$M"})", "DELETE", "/v1/legs/$M/record", ""},
    {"leg_record_stop", R"({"id":"x"})", "DELETE", "/v1/legs/x/record", ""},
    {"leg_record_pause", R"({"id":"$M"})", "POST", "/v1/legs/$M/record/pause", ""},
    {"leg_record_resume", R"({"id":"$M"})", "POST", "/v1/legs/$M/record/resume", ""},
    {"room_record_start", R"({"id":"full","storage":"tape"})", "POST", "/v1/rooms/full/record",
     R"({"storage":"tape"})"},
    {"room_record_start", R"({"id":"full","format":"ogg"})", "POST", "/v1/rooms/full/record",
     R"({"format":"ogg"})"},
    {"room_record_stop", R"({"id":"full"})", "DELETE", "/v1/rooms/full/record", ""},
    {"room_record_stop", R"({"id":"x"})", "DELETE", "/v1/rooms/x/record", ""},
    {"room_record_pause", R"({"id":"full"})", "POST", "/v1/rooms/full/record/pause", ""},
    {"room_record_resume", R"({"id":"full"})", "POST", "/v1/rooms/full/record/resume", ""},
};

/// A world of its own, from the same seed: the same ids every time.
struct Stage {
    World world;
    LegId loose = world.events.client.world.add_leg();
    LegId member = world.events.client.world.add_leg("tag");
    Stage() {
        call::Joining joining;
        joining.leg = member;
        call::RoomService& rooms = world.events.client.world.rooms;
        static_cast<void>(rooms.join(world.now(), RoomId{"full"}, joining));
        for (const char* room : {"peer", "other"})
            static_cast<void>(rooms.create(world.now(), {RoomId{room}, "", 0}));
        static_cast<void>(
            rooms.bridges().create(world.now(), RoomId{"full"}, {RoomId{"peer"}, BridgeId{"up"}, "send"}));
        call::PlaybackService& playbacks = world.events.client.world.playbacks;
        at_leg = *playbacks.start(loose, {"", "busy", "", 0, 0});
        at_room = *playbacks.start(RoomId{"full"}, {"", "busy", "", 0, 0});
    }
    PlaybackId at_leg;
    PlaybackId at_room;
    [[nodiscard]] std::string fill(const std::string& text) const {
        using api::test::replace_all;
        const std::string legs = replace_all(replace_all(text, "$L", loose.value), "$M", member.value);
        return replace_all(replace_all(legs, "$P", at_leg.value), "$Q", at_room.value);
    }
};

/// What the REST twin answers, as VSI would say it.
json::value said_by_rest(const Twin& twin) {
    Stage stage;
    const auto response =
        stage.world.events.client.send(twin.method, stage.fill(twin.target), stage.fill(twin.body));
    json::value body = json::parse(response.body);
    if (response.status < Status::bad_request) {
        if (auto* object = body.if_object()) object->erase("instance_id");
        return {{"type", std::string{twin.command} + ".result"}, {"data", body}};
    }
    return {{"type", "error"},
            {"data", {{"code", static_cast<unsigned>(response.status)}, {"message", body.at("error")}}}};
}

TEST(Hub, EachCommandSaysWhatItsRestTwinSays) {
    std::set<std::string_view> seen;
    for (const Twin& twin : kTwins) {
        seen.insert(twin.command);
        Stage stage;
        const auto said = stage.world.command(stage.world.open(), twin.command, stage.fill(twin.payload));
        EXPECT_EQ(said, said_by_rest(twin)) << twin.command << " " << twin.payload;
    }
    EXPECT_EQ(seen.size(), commands().size()) << "a command without a twin in the table";
}

TEST(Hub, AnOfferByCommandMakesALeg) {
    World world;
    api::Channel& channel = world.open();
    const auto said =
        world.command(channel, "webrtc_offer", api::test::offer_body(call::test::plain_offer()));
    EXPECT_EQ(said.at("type"), "webrtc_offer.result");
    EXPECT_EQ(said.at("data").at("status"), "answered");
    const auto legs = world.command(channel, "list_legs", "null");
    ASSERT_EQ(legs.at("data").as_array().size(), 1U);
    EXPECT_EQ(legs.at("data").at(0).at("id"), said.at("data").at("leg_id"));
}

struct Gathering {
    Gathering() {
        call::LegConfig config;
        config.gathering_done = false;
        legs = config;
    }
    call::LegConfig legs;
};

TEST(Hub, PushesTheCandidatesOfAnOfferThatWantsThem) {
    World world{{}, Gathering{}.legs};
    api::Channel& channel = world.open();
    json::object payload{{"sdp", call::test::plain_offer()}, {"push_candidates", true}};
    const auto said = world.command(channel, "webrtc_offer", json::serialize(payload));
    const LegId leg{std::string{said.at("data").at("leg_id").as_string()}};
    world.heard(channel);
    EXPECT_EQ(world.events.client.api.waits().size(), 1U);

    world.events.client.world.engine_says(engine::CandidateGathered{call::test::gathered_candidate()});
    auto frames = world.heard(channel);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames.at(0).at("type"), "leg.ice_candidate");
    EXPECT_EQ(frames.at(0).at("leg_id").as_string(), leg.value);
    EXPECT_NE(frames.at(0).at("candidate").at("candidate").as_string().find("203.0.113.7 40000 typ srflx"),
              json::string::npos);
    EXPECT_EQ(world.events.client.api.waits().size(), 1U) << "it waits for the next";

    world.events.client.world.engine_says(engine::GatheringDone{});
    EXPECT_EQ(world.heard(channel),
              std::vector{json::value(
                  {{"type", "leg.ice_candidate"}, {"leg_id", leg.value}, {"candidate", nullptr}})});
    EXPECT_EQ(world.events.client.api.waits().size(), 0U);
}

TEST(Hub, AConnectionThatEndsWaitsForNoCandidates) {
    World world{{}, Gathering{}.legs};
    api::Channel& channel = world.open();
    json::object payload{{"sdp", call::test::plain_offer()}, {"push_candidates", true}};
    for (std::size_t i = 0; i < kMaxPushedLegs; ++i)
        EXPECT_EQ(world.command(channel, "webrtc_offer", json::serialize(payload)).at("type"),
                  "webrtc_offer.result");
    const auto refused = world.command(channel, "webrtc_offer", json::serialize(payload));
    EXPECT_EQ(refused.at("data").at("code"), 503);
    world.heard(channel);
    EXPECT_EQ(world.events.client.api.waits().size(), kMaxPushedLegs);
    world.channels.clear();
    EXPECT_EQ(world.events.client.api.waits().size(), 0U);
}

TEST(Hub, AWishForCandidatesIsABoolean) {
    World world;
    const auto said = world.command(world.open(), "webrtc_offer", R"({"sdp":"v=0","push_candidates":1})");
    EXPECT_EQ(said.at("data").at("message"), "invalid payload: push_candidates must be a boolean");
}

TEST(Hub, TellsTheEventsOfItsOwnCommands) {
    Stage stage;
    api::Channel& channel = stage.world.open();
    channel.receive(stage.world.now(), stage.fill(R"({"type":"delete_leg","payload":{"id":"$M"}})"));
    EXPECT_EQ(types(stage.world.heard(channel)),
              (std::vector<std::string>{"delete_leg.result", "leg.left_room", "leg.disconnected"}));
}

}  // namespace
}  // namespace legroom::vsi
