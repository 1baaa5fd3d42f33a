#include "api/render_event.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <set>

#include "api/describe_event.hpp"
#include "api/schema.hpp"

#include "api/schema_test_check.hpp"

namespace legroom::api {
namespace {

using namespace std::chrono_literals;

call::Event event_of(call::Happening what, std::string leg = "L", std::string room = "") {
    return {Instant{}, LegId{std::move(leg)}, RoomId{std::move(room)}, "shop", std::move(what)};
}

const Envelope kEnvelope{"E", {1'770'120'000'250'000us}, "here", 7};

struct EventCase {
    call::Event event;
    const char* members;  ///< Beside the envelope.
};

std::vector<EventCase> event_cases() {
    using enum call::DisconnectReason;
    const auto lost = call::describe(ice::FailureCode::consent_expired);
    const auto matrix = std::make_shared<const call::RoutingMatrix>(
        call::RoutingMatrix{{"customer", {"agent"}}, {"deaf", {}}});
    const call::Bridge bridge{BridgeId{"B"}, RoomId{"R"}, RoomId{"S"}, call::BridgeDirection::a_to_b};
    return {
        {event_of(call::LegConnected{}), R"("type":"leg.connected","leg_id":"L","leg_type":"webrtc")"},
        {event_of(call::LegInterrupted{30s}),
         R"("type":"leg.interrupted","leg_id":"L","reconnect_grace":30)"},
        {event_of(call::LegResumed{}), R"("type":"leg.resumed","leg_id":"L")"},
        {event_of(call::LegDisconnected{api_hangup, 61'234'567us, 60s, {}}),
         R"("type":"leg.disconnected","leg_id":"L",
            "cdr":{"reason":"api_hangup","duration_total":61.23,"duration_answered":60.0})"},
        {event_of(call::LegDisconnected{ice_failure, 5ms, 0s, lost}),
         R"("type":"leg.disconnected","leg_id":"L",
            "cdr":{"reason":"ice_failure","duration_total":0.01,"duration_answered":0.0},
            "failure":{"code":"consent_expired","stage":"connected","hint":"$hint","pairs":[]})"},
        {event_of(call::LegJoinedRoom{}, "L", "R"), R"("type":"leg.joined_room","leg_id":"L","room_id":"R")"},
        {event_of(call::LegLeftRoom{}, "L", "R"), R"("type":"leg.left_room","leg_id":"L","room_id":"R")"},
        {event_of(call::LegMuted{}), R"("type":"leg.muted","leg_id":"L")"},
        {event_of(call::LegUnmuted{}), R"("type":"leg.unmuted","leg_id":"L")"},
        {event_of(call::LegDeafened{}), R"("type":"leg.deaf","leg_id":"L")"},
        {event_of(call::LegUndeafened{}), R"("type":"leg.undeaf","leg_id":"L")"},
        {event_of(call::DtmfReceived{'#', 7}), R"("type":"dtmf.received","leg_id":"L","digit":"#")"},
        {event_of(call::PlaybackStarted{PlaybackId{"pb-1"}}),
         R"("type":"playback.started","leg_id":"L","playback_id":"pb-1")"},
        {event_of(call::PlaybackFinished{PlaybackId{"pb-1"}, true, 1'240ms}),
         R"("type":"playback.finished","leg_id":"L","playback_id":"pb-1","reason":"completed","played_ms":1240)"},
        {event_of(call::PlaybackFinished{PlaybackId{"pb-1"}, false, 0ms}, "", "R"),
         R"("type":"playback.finished","room_id":"R","playback_id":"pb-1","reason":"stopped","played_ms":0)"},
        {event_of(call::PlaybackError{PlaybackId{"pb-1"}, "HTTP status 404"}, "", "R"),
         R"("type":"playback.error","room_id":"R","playback_id":"pb-1","error":"HTTP status 404")"},
        {event_of(call::SpeakingStarted{}), R"("type":"speaking.started","leg_id":"L")"},
        {event_of(call::SpeakingStopped{}, "L", "R"),
         R"("type":"speaking.stopped","leg_id":"L","room_id":"R")"},
        {event_of(call::RecordingStarted{"/r/a.wav"}),
         R"("type":"recording.started","leg_id":"L","file":"/r/a.wav")"},
        {event_of(call::RecordingPaused{}), R"("type":"recording.paused","leg_id":"L","file":"")"},
        {event_of(call::RecordingResumed{}), R"("type":"recording.resumed","leg_id":"L","file":"")"},
        {event_of(call::RecordingFailed{"full"}), R"("type":"recording.error","leg_id":"L","error":"full")"},
        {event_of(call::RecordingFinished{}), R"("type":"recording.finished","leg_id":"L","file":"")"},
        {event_of(
             call::RecordingFinished{"/r/a.wav", "/r/m.wav", {{LegId{"L"}, 0, 20ms, 1500ms}}, {LegId{"K"}}},
             "", "R"),
         R"("type":"recording.finished","room_id":"R","file":"/r/a.wav","multi_channel_file":"/r/m.wav",
            "channels":{"L":{"channel":0,"start_ms":20,"end_ms":1500}},"omitted_legs":["K"])"},
        {event_of(call::RecordingRecovered{"/r/a.wav"}, ""),
         R"("type":"recording.recovered","file":"/r/a.wav")"},
        {event_of(call::RoomCreated{}, "", "R"), R"("type":"room.created","room_id":"R")"},
        {event_of(call::RoomDeleted{}, "", "R"), R"("type":"room.deleted","room_id":"R")"},
        {event_of(call::LegRoleChanged{"", "agent"}),
         R"("type":"leg.role_changed","leg_id":"L","old_role":"","new_role":"agent")"},
        {event_of(call::LegRoleChanged{"agent", ""}, "L", "R"),
         R"("type":"leg.role_changed","leg_id":"L","room_id":"R","old_role":"agent","new_role":"")"},
        {event_of(call::RoomRoutingChanged{matrix, call::RoutingReason::leg_joined}, "", "R"),
         R"("type":"room.routing_changed","room_id":"R","reason":"leg_joined",
            "matrix":{"customer":["agent"],"deaf":[]})"},
        {event_of(call::RoomBridged{bridge}, ""),
         R"("type":"room.bridged","bridge_id":"B","room_a_id":"R","room_b_id":"S","direction":"a_to_b")"},
        {event_of(call::RoomBridgeUpdated{bridge}, ""),
         R"("type":"room.bridge_updated","bridge_id":"B","room_a_id":"R","room_b_id":"S","direction":"a_to_b")"},
        {event_of(call::RoomUnbridged{bridge, false}, ""),
         R"("type":"room.unbridged","bridge_id":"B","room_a_id":"R","room_b_id":"S")"},
        {event_of(call::RoomUnbridged{bridge, true}, ""),
         R"("type":"room.unbridged","bridge_id":"B","room_a_id":"R","room_b_id":"S","reason":"room_deleted")"},
    };
}

TEST(RenderEvent, EachKindHasItsMembersAndTheEnvelopeAndNothingElse) {
    const std::string envelope =
        R"("event_id":"E","timestamp":"2026-02-03T12:00:00.250000Z","instance_id":"here",
           "app_id":"shop","seq":7,"event_seq":7)";
    std::set<std::size_t> kinds;
    for (const auto& one : event_cases()) {
        kinds.insert(one.event.what.index());
        std::string members = one.members;
        if (const auto at = members.find("$hint"); at != std::string::npos)
            members.replace(at, 5, call::hint_for(ice::FailureCode::consent_expired));
        EXPECT_EQ(boost::json::value(render(one.event, kEnvelope)),
                  boost::json::parse("{" + members + "," + envelope + "}"));
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<call::Happening>) << "a kind without a line in the table";
}

TEST(RenderEvent, EachKindIsAsDescribed) {
    const boost::json::value document = {{"components", {{"schemas", schema_components()}}}};
    const test::SchemaCheck check{document};
    const auto descriptions = describe_events();
    for (const auto& one : event_cases()) {
        const auto& description = descriptions.at(one.event.what.index());
        EXPECT_EQ(description.type, call::type_name(one.event));
        EXPECT_FALSE(description.text.empty()) << description.type;
        EXPECT_EQ(check.misfit(render(one.event, kEnvelope), event_schema(description)), "")
            << description.type;
    }
}

TEST(RenderEvent, AKeyPressHasItsOwnSeq) {  // Contract 04: from 1, within a leg.
    const auto object = render(event_of(call::DtmfReceived{'5', 1}), kEnvelope);
    EXPECT_EQ(object.at("seq"), 1);
    EXPECT_EQ(object.at("event_seq"), 7);
}

TEST(RenderEvent, LeavesOutWhatIsEmpty) {
    call::Event event = event_of(call::RoomCreated{}, "", "R");
    event.app_id = "";
    Envelope envelope = kEnvelope;
    envelope.instance_id = "";
    const auto object = render(event, envelope);
    for (const char* name : {"app_id", "leg_id", "instance_id"}) EXPECT_FALSE(object.contains(name)) << name;
}

}  // namespace
}  // namespace legroom::api
