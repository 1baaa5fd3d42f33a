// Every route, status and error text, one line a case.
#include "api/routes.hpp"

#include <gmock/gmock.h>

#include "api/api_test_client.hpp"
#include "api/route_test_case.hpp"

namespace legroom::api {
namespace {

using call::test::plain_offer;
using test::check;
using test::error;
using test::json_text;
using test::offer_body;
using test::replace_all;
using test::RouteCase;
using test::Stage;
using test::status;

std::string without(std::string text, const std::string& from, const std::string& to) {
    const auto start = text.find(from);
    return text.erase(start, text.find(to, start) + to.size() - start);
}

const std::string kLine = R"({"candidate":"candidate:1 1 udp 2122260223 198.51.100.1 4000 typ host")";
const std::string kFullRoom =
    R"({"id":"full","app_id":"tag","sample_rate":16000,"participants":[{"id":"$M","type":"webrtc","state":"connected","connection":"connecting","room_id":"full","muted":false,"deaf":false,"accept_dtmf":true,"held":false,"gain_db":0,"app_id":"tag"}],"speaking":[]})";
const std::string kEmptyRoom = R"({"id":"empty","sample_rate":48000,"participants":[],"speaking":[]})";
const std::string kBadJson = error("invalid JSON");
const std::string kBadRate = error("invalid sample_rate: must be 8000, 16000, 24000, or 48000");

TEST(Routes, Offers) {
    const std::string offer = plain_offer();
    const std::string bad = error("invalid SDP offer");
    const RouteCase cases[] = {
        {"POST", "/v1/webrtc/offer", offer_body(offer), 200, R"({"status":"answered","leg_id":"…)"},
        {"POST", "/v1/webrtc/offer", offer_body(replace_all(offer, "\r\n", "\n")), 200,
         R"({"status":"answered"…)"},
        {"POST", "/v1/webrtc/offer", R"({"type":7,"app_id":"x","sdp":)" + json_text(offer) + "}", 200, "…"},
        {"POST", "/v1/webrtc/offer", "", 400, kBadJson},
        {"POST", "/v1/webrtc/offer", "{", 400, kBadJson},
        {"POST", "/v1/webrtc/offer", R"({"sdp":1})", 400, kBadJson},
        {"POST", "/v1/webrtc/offer", R"({"sdp":"v=0","app_id":1})", 400, kBadJson},
        {"POST", "/v1/webrtc/offer", "{}", 400, bad},
        {"POST", "/v1/webrtc/offer", "null", 400, bad},
        {"POST", "/v1/webrtc/offer", R"({"sdp":""})", 400, bad},
        {"POST", "/v1/webrtc/offer", R"({"sdp":null})", 400, bad},
        {"POST", "/v1/webrtc/offer", R"({"sdp":"hello"})", 400, bad},
        {"POST", "/v1/webrtc/offer", offer_body(without(offer, "a=mid:", "\r\n")), 400, bad},
        {"POST", "/v1/webrtc/offer", offer_body(without(offer, "a=ice-ufrag", "\r\n")), 400, bad},
        {"POST", "/v1/webrtc/offer", offer_body(without(offer, "a=ice-pwd", "\r\n")), 400, bad},
        {"POST", "/v1/webrtc/offer", offer_body(without(offer, "a=fingerprint", "\r\n")), 400, bad},
        {"POST", "/v1/webrtc/offer", offer_body(replace_all(offer, "sha-256 ", "sha-256")), 400, bad},
        {"POST", "/v1/webrtc/offer", offer_body(offer + "a=candidate:x\r\n"), 400, bad},
        {"POST", "/v1/webrtc/offer", offer_body(replace_all(offer, "opus", "nope")), 500,
         error("failed to set local description")},
        {"POST", "/v1/webrtc/offer", R"({"reconnect_grace":0,"sdp":)" + json_text(offer) + "}", 200, "…"},
        {"POST", "/v1/webrtc/offer", R"({"reconnect_grace":3600,"sdp":)" + json_text(offer) + "}", 200, "…"},
        {"POST", "/v1/webrtc/offer", R"({"reconnect_grace":3601,"sdp":)" + json_text(offer) + "}", 400,
         error("invalid reconnect_grace: must be seconds from 0 to 3600")},
        {"POST", "/v1/webrtc/offer", R"({"reconnect_grace":-1,"sdp":)" + json_text(offer) + "}", 400,
         error("invalid reconnect_grace: must be seconds from 0 to 3600")},
        {"POST", "/v1/webrtc/offer", R"({"reconnect_grace":"30"})", 400, kBadJson},
        {"POST", "/v1/webrtc/offer", R"({"reconnect_grace":0.5})", 400, kBadJson},
        {"POST", "/v1/webrtc/offer", R"({"app_id":")" + std::string(257, 'x') + R"("})", 400,
         error("app_id too long: at most 256 bytes")},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(Routes, RemoteCandidates) {
    const char* target = "/v1/legs/$L/ice-candidates";
    const std::string failed = error("failed to add ICE candidate");
    const RouteCase cases[] = {
        {"POST", target, kLine + "}", 200, status("added")},
        {"POST", target, kLine + R"(,"sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"peer"})", 200,
         status("added")},
        {"POST", target, kLine + R"(,"sdpMid":null,"sdpMLineIndex":null,"usernameFragment":null})", 200,
         status("added")},
        {"POST", target, kLine + R"(,"sdpMid":"other","sdpMLineIndex":65535})", 200, status("added")},
        {"POST", target, "{}", 200, status("added")},
        {"POST", target, R"({"candidate":""})", 200, status("added")},
        {"POST", target, R"({"candidate":"candidate:"})", 200, status("added")},
        {"POST", target, R"({"candidate":"1 1 udp 1 198.51.100.1 4000 typ host"})", 200, status("added")},
        {"POST", target, R"({"candidate":"candidate:1 1 udp 1 ab-1.local 4000 typ host"})", 200,
         status("added")},
        {"POST", target, R"({"candidate":"candidate:1 1 tcp 1 198.51.100.1 9 typ host tcptype active"})", 200,
         status("added")},
        {"POST", target, R"({"candidate":"candidate:1 1 udp 1 198.51.100.1 4 typ host ufrag old"})", 200,
         status("added")},
        {"POST", target, R"({"candidate":"candidate:1 1 sctp 1 198.51.100.1 4 typ host"})", 200,
         status("added")},
        {"POST", target, R"({"candidate":"candidate:1 1 udp 1 198.51.100.1 4 typ new"})", 200,
         status("added")},
        {"POST", target, "", 400, kBadJson},
        {"POST", target, "[]", 400, kBadJson},
        {"POST", target, R"({"candidate":1})", 400, kBadJson},
        {"POST", target, R"({"sdpMid":0})", 400, kBadJson},
        {"POST", target, R"({"usernameFragment":0})", 400, kBadJson},
        {"POST", target, R"({"sdpMLineIndex":"0"})", 400, kBadJson},
        {"POST", target, R"({"sdpMLineIndex":-1})", 400, kBadJson},
        {"POST", target, R"({"sdpMLineIndex":65536})", 400, kBadJson},
        {"POST", target, R"({"sdpMLineIndex":0.5})", 400, kBadJson},
        {"POST", target, R"({"sdpMLineIndex":1.0})", 400, kBadJson},
        {"POST", target, R"({"sdpMLineIndex":1e0})", 400, kBadJson},
        {"POST", target, R"({"sdpMLineIndex":-0})", 400, kBadJson},
        {"POST", target, R"({"sdpMLineIndex":99999999999999999999})", 400, kBadJson},
        {"POST", target, R"({"candidate":"nonsense"})", 500, failed},
        {"POST", target, R"({"candidate":"a=candidate:1 1 udp 1 198.51.100.1 4 typ host"})", 500, failed},
        {"POST", target, R"({"candidate":"candidate:1 1 udp 1 198.51.100.1 4 typ srflx raddr"})", 500,
         failed},
        {"POST", target, R"({"candidate":"candidate:1 1 tcp 1 198.51.100.1 4 typ host tcptype odd"})", 500,
         failed},
        {"POST", "/v1/legs/nobody/ice-candidates", kLine + "}", 404, error("leg not found")},
        {"POST", "/v1/legs/nobody/ice-candidates", "{", 400, kBadJson},
        {"POST", "/v1/legs/nobody/ice-candidates", R"({"candidate":"nonsense"})", 404,
         error("leg not found")},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(Routes, LocalCandidates) {
    const RouteCase cases[] = {
        {"GET", "/v1/legs/$L/ice-candidates", "", 200,
         R"({"status":"gathering","candidates":[{"candidate":"candidate:1 1 udp …)"},
        {"GET", "/v1/legs/nobody/ice-candidates", "", 404, error("leg not found")},
        {"HEAD", "/v1/legs/$L/ice-candidates", "", 405, error("method not allowed")},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(Routes, Legs) {
    const std::string gone = error("leg not found");
    const RouteCase cases[] = {
        {"GET", "/v1/legs", "", 200, "[{…"},
        {"GET", "/v1/legs?state=connected", "", 200, "[{…"},
        {"GET", "/v1/legs/$L", "", 200,
         R"({"id":"$L","type":"webrtc","state":"connected","connection":"connecting","muted":false,"deaf":false,"accept_dtmf":true,"held":false,"gain_db":0})"},
        {"GET", "/v1/legs/nobody", "", 404, gone},
        {"DELETE", "/v1/legs/$L", "", 202, status("hanging_up")},
        {"DELETE", "/v1/legs/$L", "{}", 202, status("hanging_up")},
        {"DELETE", "/v1/legs/$L", "null", 202, status("hanging_up")},
        {"DELETE", "/v1/legs/$L", R"({"reason":"busy"})", 202, status("hanging_up")},
        {"DELETE", "/v1/legs/$L", R"({"reason":7})", 400, kBadJson},
        {"DELETE", "/v1/legs/$L", "{", 400, kBadJson},
        {"DELETE", "/v1/legs/nobody", "{", 400, kBadJson},
        {"DELETE", "/v1/legs/nobody", "", 404, gone},
        {"POST", "/v1/legs/$L/mute", "", 200, status("muted")},
        {"POST", "/v1/legs/$L/mute", "not JSON", 200, status("muted")},
        {"DELETE", "/v1/legs/$L/mute", "", 200, status("unmuted")},
        {"POST", "/v1/legs/$L/deaf", "", 200, status("deaf")},
        {"DELETE", "/v1/legs/$L/deaf", "", 200, status("undeaf")},
        {"POST", "/v1/legs/nobody/mute", "", 404, gone},
        {"DELETE", "/v1/legs/nobody/mute", "", 404, gone},
        {"POST", "/v1/legs/nobody/deaf", "", 404, gone},
        {"DELETE", "/v1/legs/nobody/deaf", "", 404, gone},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(Routes, Rooms) {
    const std::string defaults = R"({"id":"…)";
    const RouteCase cases[] = {
        {"POST", "/v1/rooms", R"({"id":"r"})", 201,
         R"({"id":"r","sample_rate":16000,"participants":[],"speaking":[]})"},
        {"POST", "/v1/rooms", R"({"id":"r","app_id":"x","sample_rate":24000,"webhook_url":""})", 201,
         R"({"id":"r","app_id":"x","sample_rate":24000,"participants":[],"speaking":[]})"},
        {"POST", "/v1/rooms", R"({"id":"a b/ü","sample_rate":0})", 201,
         R"({"id":"a b/ü","sample_rate":16000,"participants":[],"speaking":[]})"},
        {"POST", "/v1/rooms", "", 201, defaults},
        {"POST", "/v1/rooms", "{}", 201, defaults},
        {"POST", "/v1/rooms", "null", 201, defaults},
        {"POST", "/v1/rooms", "{\"id\":\"r", 201, defaults},
        {"POST", "/v1/rooms", R"({"id":""})", 201, defaults},
        {"POST", "/v1/rooms", R"({"id":7})", 400, kBadJson},
        {"POST", "/v1/rooms", R"({"app_id":7})", 400, kBadJson},
        {"POST", "/v1/rooms", R"({"webhook_url":7})", 400, kBadJson},
        {"POST", "/v1/rooms", R"({"sample_rate":"16000"})", 400, kBadJson},
        {"POST", "/v1/rooms", R"({"sample_rate":16000.0})", 400, kBadJson},
        {"POST", "/v1/rooms", R"({"sample_rate":-0})", 400, kBadJson},
        {"POST", "/v1/rooms", R"({"sample_rate":44100})", 400, kBadRate},
        {"POST", "/v1/rooms", R"({"sample_rate":-1})", 400, kBadRate},
        {"POST", "/v1/rooms", R"({"id":"full","sample_rate":1})", 400, kBadRate},
        {"POST", "/v1/rooms", R"({"id":"full"})", 409, error("room full already exists")},
        {"POST", "/v1/rooms", R"({"id":")" + std::string(257, 'x') + R"("})", 400,
         error("room id too long: at most 256 bytes")},
        {"GET", "/v1/rooms", "", 200, "[" + kEmptyRoom + "," + kFullRoom + "]"},
        {"GET", "/v1/rooms/full", "", 200, kFullRoom},
        {"GET", "/v1/rooms/none", "", 404, error("room not found")},
        {"DELETE", "/v1/rooms/full", "", 200, status("deleted")},
        {"DELETE", "/v1/rooms/empty", "{", 200, status("deleted")},
        {"DELETE", "/v1/rooms/none", "", 404, error("room none not found")},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(Routes, Joins) {
    const RouteCase cases[] = {
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$L"})", 200, status("added")},
        {"POST", "/v1/rooms/new/legs", R"({"leg_id":"$L","mute":true,"deaf":null,"role":"","streams":[]})",
         200, status("added")},
        {"POST", "/v1/rooms/empty/legs", R"({"leg_id":"$M"})", 200,
         R"({"status":"moved","from":"full","to":"empty"})"},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$M"})", 400, error("leg already in this room")},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"nobody"})", 400, error("leg nobody not found")},
        {"POST", "/v1/rooms/full/legs", "{}", 400, error("leg_id is required")},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":""})", 400, error("leg_id is required")},
        {"POST", "/v1/rooms/full/legs", "", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", "{", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":7})", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$L","mute":"yes"})", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$L","deaf":1})", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$L","accept_dtmf":0})", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$L","role":false})", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$L","streams":{}})", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$L","streams":[{"stream_id":"1"}]})", 400,
         error("leg $L has no secondary streams")},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$L","role":")" + std::string(257, 'x') + R"("})", 400,
         error("role too long: at most 256 bytes")},
        {"DELETE", "/v1/rooms/full/legs/$M", "", 200, status("removed")},
        {"DELETE", "/v1/rooms/full/legs/$L", "", 200, status("removed")},
        {"DELETE", "/v1/rooms/full/legs/nobody", "", 200, status("removed")},
        {"DELETE", "/v1/rooms/none/legs/$M", "", 400, error("room none not found")},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(Routes, PathsAndMethods) {
    const std::string unknown = error("not found");
    const std::string wrong = error("method not allowed");
    const RouteCase cases[] = {
        {"GET", "/healthz", "", 200, status("ok")},
        {"HEAD", "/healthz", "", 200, status("ok")},
        {"GET", "/readyz", "", 200, status("ready")},
        {"GET", "http://host:8080/healthz?x=/y", "", 200, status("ok")},
        {"GET", "/%68ealthz", "", 200, status("ok")},
        {"POST", "/healthz", "", 405, wrong},
        {"GET", "/v1/webrtc/offer", "", 405, wrong},
        {"PUT", "/v1/legs", "", 405, wrong},
        {"get", "/v1/legs", "", 405, wrong},
        {"POST", "/v1/legs/$L", "", 405, wrong},
        {"GET", "/v1/legs/$L/mute", "", 405, wrong},
        {"PATCH", "/v1/rooms/full", "", 405, wrong},
        {"GET", "/v1/rooms/full/legs", "", 405, wrong},
        {"GET", "/v1/legs/", "", 404, unknown},
        {"GET", "/v1/legs/$L/", "", 404, unknown},
        {"POST", "/v1/rooms/", "", 404, unknown},
        {"POST", "/v1/rooms//legs", R"({"leg_id":"$L"})", 404, unknown},
        {"GET", "//v1/legs", "", 404, unknown},
        {"GET", "/v1", "", 404, unknown},
        {"GET", "/V1/legs", "", 404, unknown},
        {"POST", "/v1/legs/$L/rtt", R"({"text":"hello"})", 404, unknown},
        {"GET", "/v1/rooms/full/agents", "", 404, unknown},
        {"GET", "*", "", 404, unknown},
        {"GET", "", "", 404, unknown},
        {"GET", "host:80", "", 404, unknown},
        {"GET", "/v1/rooms/%zz", "", 400, error("invalid path")},
        {"GET", "/v1/rooms/100%", "", 400, error("invalid path")},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(Routes, ChecksInContractOrder) {  // route, JSON, lookup, fields, state, action (contract 00)
    const std::string big = std::string(kMaxBodyBytes + 1, ' ');
    const RouteCase cases[] = {
        {"POST", "/v1/nothing", "{", 404, error("not found")},
        {"PUT", "/v1/rooms", "{", 405, error("method not allowed")},
        {"POST", "/v1/legs/nobody/ice-candidates", R"({"sdpMid":1})", 400, kBadJson},
        {"POST", "/v1/legs/nobody/ice-candidates", R"({"candidate":"bad"})", 404, error("leg not found")},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"nobody","mute":1})", 400, kBadJson},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"nobody","streams":[1]})", 400,
         error("leg nobody not found")},
        {"POST", "/v1/rooms/full/legs", R"({"leg_id":"$M","streams":[1]})", 400,
         error("leg $M has no secondary streams")},
        {"POST", "/v1/rooms", R"({"id":"full","sample_rate":5})", 400, kBadRate},
        {"POST", "/v1/nothing", big, 413, error("request body too large")},
        {"POST", "/v1/legs/$L/mute", big, 413, error("request body too large")},
        {"POST", "/v1/legs/$L/mute", std::string(kMaxBodyBytes, ' '), 200, status("muted")},
    };
    for (const RouteCase& c : cases) check(c);
}

}  // namespace
}  // namespace legroom::api
