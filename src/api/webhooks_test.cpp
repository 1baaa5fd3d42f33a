// Webhooks as requests set them, and what became of their events.
#include <gtest/gtest.h>

#include "api/bodies.hpp"

#include "api/api_test_client.hpp"
#include "api/route_test_case.hpp"

namespace legroom::api {
namespace {

using call::test::plain_offer;
using test::check;
using test::error;
using test::json_text;
using test::RouteCase;

std::string offer_with(const std::string& members) {
    return R"({"sdp":)" + json_text(plain_offer()) + "," + members + "}";
}

TEST(Webhooks, AreSetByOffersAndRooms) {
    const std::string bad = error(
        "invalid webhook: webhook_url must be an http or https URL of at most 2048 bytes, webhook_secret at "
        "most "
        "256 bytes");
    const std::string too_much = error("invalid headers: at most 32, and 8192 bytes in all");
    const std::string many = [] {
        std::string text = "{";
        for (std::size_t i = 0; i <= call::kMaxHeaders; ++i) text += "\"" + std::to_string(i) + R"(":"v",)";
        text.back() = '}';
        return text;
    }();
    const RouteCase cases[] = {
        {"POST", "/v1/webrtc/offer", offer_with(R"("webhook_url":"https://a/b","webhook_secret":"s")"), 200,
         "…"},
        {"POST", "/v1/webrtc/offer", offer_with(R"("webhook_url":"","webhook_secret":"","headers":null)"),
         200, "…"},
        {"POST", "/v1/webrtc/offer", offer_with(R"("webhook_secret":"alone")"), 200, "…"},
        {"POST", "/v1/webrtc/offer", offer_with(R"("webhook_url":"a/b")"), 400, bad},
        {"POST", "/v1/webrtc/offer",
         offer_with(R"("webhook_url":"http://a","webhook_secret":")" + std::string(257, 's') + '"'), 400,
         bad},
        {"POST", "/v1/webrtc/offer", offer_with(R"("webhook_url":7)"), 400, error("invalid JSON")},
        {"POST", "/v1/webrtc/offer", offer_with(R"("headers":["X"])"), 400, error("invalid JSON")},
        {"POST", "/v1/webrtc/offer", offer_with(R"("headers":{"X":1})"), 400, error("invalid JSON")},
        {"POST", "/v1/webrtc/offer", offer_with(R"("headers":)" + many), 400, too_much},
        {"POST", "/v1/webrtc/offer", offer_with(R"("headers":{"X":")" + std::string(8'192, 'v') + "\"}"), 400,
         too_much},
        {"POST", "/v1/rooms", R"({"id":"r","webhook_url":"http://a","webhook_secret":"s"})", 201,
         R"({"id":"r","sample_rate":16000,"participants":[],"speaking":[]})"},
        {"POST", "/v1/rooms", R"({"webhook_url":"file:///etc/passwd"})", 400, bad},
        {"POST", "/v1/rooms", R"({"webhook_url":[]})", 400, error("invalid JSON")},
        {"GET", "/v1/webhooks", "", 501, error("webhooks are not supported")},
        {"GET", "/v1/webhooks/dead-letters", "", 501, error("webhooks are not supported")},
    };
    for (const auto& one : cases) check(one);
}

TEST(Webhooks, AndHeadersAreTheLegs) {
    test::Client client;
    const auto answer = client.ask(
        "POST", "/v1/webrtc/offer",
        offer_with(R"("webhook_url":"https://a/b","webhook_secret":"s","headers":{"X-Agent":"7","X-B":""})"));
    const std::string id{answer.at("leg_id").as_string()};
    EXPECT_EQ(client.ask("GET", "/v1/legs/" + id).at("headers"),
              (boost::json::value{{"X-Agent", "7"}, {"X-B", ""}}));
    const call::Leg* leg = client.world.legs.find(LegId{id});
    EXPECT_EQ(leg->webhook->url, "https://a/b");
    EXPECT_EQ(leg->webhook->secret, "s");
    client.ask("POST", "/v1/rooms", R"({"id":"r","webhook_url":"http://c"})");
    EXPECT_EQ(client.world.rooms.find(RoomId{"r"})->webhook->url, "http://c");
    EXPECT_EQ(client.world.events.back().webhook->url, "http://c") << "room.created is for it already";
}

TEST(Webhooks, WhatWaitsAndWhatWasGivenUpIsListed) {
    webhook::Limits limits;
    limits.deliveries = 1;
    webhook::Dispatcher dispatcher{limits};
    ApiConfig config = test::Client::default_config();
    config.webhooks = &dispatcher;
    test::Client client{{}, {}, std::move(config)};
    EXPECT_EQ(client.send("GET", "/v1/webhooks/dead-letters").body,
              R"({"instance_id":"here","dead_letters":[],"total":0,"forgotten":0})"
              "\n");
    const auto target =
        std::make_shared<const webhook::Target>(webhook::Target{"http://u:p@a/b?c=d", "secret"});
    for (const char* id : {"one", "two"}) {
        dispatcher.publish(client.world.now, target,
                           {std::make_shared<const events::Record>(events::Record{7, "", R"({"a":1})", id}),
                            "leg.muted", ""});
    }
    EXPECT_EQ(
        client.send("GET", "/v1/webhooks").body,
        R"({"instance_id":"here","waiting":1,"memory_bytes":7,"disk_bytes":0,"receivers":1,"enqueued":2,)"
        R"("delivered":0,"failed_attempts":0,"dead_letters":1})"
        "\n");
    EXPECT_EQ(client.send("GET", "/v1/webhooks/dead-letters").body,
              R"({"instance_id":"here","dead_letters":[{"event_id":"two","event_seq":7,"type":"leg.muted",)"
              R"("url":"http://a/b","reason":"overflow","attempts":0,"waited_ms":0,"event":{"a":1}}],)"
              R"("total":1,"forgotten":0})"
              "\n");
}

}  // namespace
}  // namespace legroom::api
