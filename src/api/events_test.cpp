// GET /v1/events, and calls that do not come as HTTP.
#include <gtest/gtest.h>

#include "api/event_test_stream.hpp"

namespace legroom::api {
namespace {

using test::EventClient;
using namespace std::chrono_literals;

boost::json::value body_of(const Response& response) { return boost::json::parse(response.body); }

/// The rooms that the events of a page name: "a b c".
std::string rooms_in(const boost::json::value& page) {
    std::string rooms;
    for (const auto& event : page.at("events").as_array()) {
        if (!rooms.empty()) rooms += ' ';
        rooms += event.at("room_id").as_string();
    }
    return rooms;
}

struct Replay : testing::Test {
    boost::json::value get(const std::string& query) { return client.ask("GET", "/v1/events" + query); }

    EventClient events{{.records = 5}};
    test::Client& client = events.client;
};

TEST_F(Replay, GivesWhatIsKeptInOrder) {
    EXPECT_EQ(boost::json::serialize(get("")),
              R"({"instance_id":"here","events":[],"last_seq":100,"more":false})");
    for (const char* room : {"a", "b", "c"}) events.make_room(room);
    const auto page = get("");
    EXPECT_EQ(rooms_in(page), "a b c");
    EXPECT_EQ(page.at("last_seq"), 103);
    EXPECT_EQ(page.at("events").at(0).at("seq"), 101);
    EXPECT_EQ(page.at("events").at(0).at("event_seq"), 101);
    EXPECT_EQ(page.at("events").at(0).at("timestamp"), "2026-02-03T12:00:00.000000Z");
    EXPECT_EQ(rooms_in(get("?after=0")), "a b c");
    EXPECT_EQ(rooms_in(get("?after=101")), "b c");
    EXPECT_EQ(rooms_in(get("?after=103")), "");
    EXPECT_EQ(rooms_in(get("?after=101")), "b c") << "reading takes nothing away";
}

TEST_F(Replay, PagesGoOnAfterTheLast) {
    for (const char* room : {"a", "b", "c"}) events.make_room(room);
    const auto first = get("?after=0&limit=2");
    EXPECT_EQ(rooms_in(first), "a b");
    EXPECT_EQ(first.at("more"), true);
    EXPECT_EQ(first.at("last_seq"), 102);
    const auto second = get("?after=102&limit=2");
    EXPECT_EQ(rooms_in(second), "c");
    EXPECT_EQ(second.at("more"), false);
}

TEST_F(Replay, AFilterTakesSomeAndGoesOnBehindTheOthers) {
    events.make_room("a", "shop-1");
    events.make_room("b", "desk");
    events.make_room("c", "shop-2");
    events.make_room("d");
    const auto page = get("?app_id=shop");
    EXPECT_EQ(rooms_in(page), "a c");
    EXPECT_EQ(page.at("last_seq"), 104);
    EXPECT_EQ(rooms_in(get("?app_id=%5E%24")), "d") << "untagged";
}

TEST_F(Replay, AWindowThatIsGoneIs410) {
    for (const char* room : {"a", "b", "c", "d", "e", "f", "g"}) events.make_room(room);  // c..g are kept
    for (const char* after : {"0", "1", "101", "108", "18446744073709551615"}) {
        const Response response = client.send("GET", std::string{"/v1/events?after="} + after);
        EXPECT_EQ(response.status, Status::gone) << after;
        EXPECT_EQ(body_of(response).at("oldest_seq"), 103);
        EXPECT_EQ(body_of(response).at("last_seq"), 107);
    }
    EXPECT_EQ(rooms_in(get("?after=102")), "c d e f g");
    EXPECT_EQ(rooms_in(get("")), "c d e f g");
}

TEST_F(Replay, AQueryThatDoesNotFitIs400) {
    const std::pair<const char*, const char*> kWrong[] = {
        {"after=", "invalid after: must be the event_seq of an event, or 0"},
        {"after=-1", "invalid after: must be the event_seq of an event, or 0"},
        {"after=1.0", "invalid after: must be the event_seq of an event, or 0"},
        {"after=18446744073709551616", "invalid after: must be the event_seq of an event, or 0"},
        {"limit=0", "invalid limit: must be from 1 to 1000"},
        {"limit=1001", "invalid limit: must be from 1 to 1000"},
        {"limit=x", "invalid limit: must be from 1 to 1000"},
        {"app_id=(", "invalid app_id pattern: missing ): ("},
        {"wait=30001", "invalid wait: must be milliseconds from 0 to 30000"},
    };
    for (const auto& [query, text] : kWrong) {
        const Response response = client.send("GET", std::string{"/v1/events?"} + query);
        EXPECT_EQ(response.status, Status::bad_request) << query;
        EXPECT_EQ(body_of(response).at("error"), text);
    }
}

TEST_F(Replay, WaitsForTheNextEventThatIsWanted) {
    const auto pending = client.start("GET", "/v1/events?after=0&app_id=shop&wait=1000");
    EXPECT_FALSE(pending.answered());
    events.make_room("a", "desk");
    EXPECT_FALSE(pending.answered());
    events.make_room("b", "shop");
    ASSERT_TRUE(pending.answered());
    EXPECT_EQ(rooms_in(body_of(pending.response())), "b");
    EXPECT_EQ(body_of(pending.response()).at("last_seq"), 102);
}

TEST_F(Replay, AWaitInVainEndsWithNothing) {
    const auto pending = client.start("GET", "/v1/events?after=0&wait=1000");
    client.run_for(999ms);
    EXPECT_FALSE(pending.answered());
    client.run_for(1ms);
    ASSERT_TRUE(pending.answered());
    EXPECT_EQ(boost::json::serialize(body_of(pending.response())),
              R"({"instance_id":"here","events":[],"last_seq":100,"more":false})");
}

TEST(ReplayBounds, APageEndsWithItsBytesAndAScanWithItsEvents) {
    EventClient events;
    for (std::size_t i = 0; i < kMaxEventsScanned + 1; ++i)
        events.make_room(std::to_string(i) + std::string(200, 'r'), "desk");
    const auto scanned = events.client.ask("GET", "/v1/events?after=0&app_id=shop");
    EXPECT_TRUE(scanned.at("events").as_array().empty());
    EXPECT_EQ(scanned.at("more"), true);
    EXPECT_EQ(scanned.at("last_seq"), 100 + kMaxEventsScanned);
    const Response page = events.client.send("GET", "/v1/events?after=0&limit=1000");
    EXPECT_LT(page.body.size(), kMaxEventBytes + 1'000);
    EXPECT_EQ(body_of(page).at("more"), true);
}

TEST(Replays, WithoutAStreamThereAreNone) {
    test::Client client;
    EXPECT_EQ(client.send("GET", "/v1/events").status, Status::not_implemented);
}

TEST(WebSocketPath, AsksForAnUpgradeAndForAGoodPatternFirst) {
    test::Client client;
    const Response response = client.send("GET", "/v1/vsi?app_id=x");
    EXPECT_EQ(response.status, Status::upgrade_required);
    EXPECT_EQ(header_value(response.headers, "Upgrade"), "websocket");
    EXPECT_EQ(client.send("GET", "/v1/vsi?app_id=(").status, Status::bad_request);
}

Reply performed(test::Client& client, const Call& call) {
    std::vector<Reply> replies;
    client.api.perform(client.world.now, call, [&](Reply reply) { replies.push_back(std::move(reply)); });
    EXPECT_EQ(replies.size(), 1U);
    return replies.at(0);
}

TEST(Perform, IsTheSameRouteWithoutTheInstance) {
    test::Client client;
    const Reply created = performed(client, {"POST", "/v1/rooms", {}, R"({"id":"a/b c"})"});
    EXPECT_EQ(created.status, Status::created);
    EXPECT_FALSE(created.body.as_object().contains("instance_id"));
    EXPECT_EQ(performed(client, {"GET", "/v1/rooms/{room}", {{"room", "a/b c"}}}).status, Status::ok);
    EXPECT_EQ(performed(client, {"GET", "/v1/rooms/{room}", {{"room", ""}}}).status, Status::not_found);
    EXPECT_EQ(performed(client, {"GET", "/v1/nowhere"}).status, Status::not_found);
    EXPECT_EQ(performed(client, {"POST", "/v1/rooms", {}, std::string(kMaxBodyBytes + 1, ' ')}).status,
              Status::payload_too_large);
}

TEST(Perform, MayAnswerLaterAndBeCalledOff) {
    call::LegConfig gathering;
    gathering.gathering_done = false;
    test::Client client{gathering};
    const LegId leg = client.world.add_leg();
    int answers = 0;
    const Call status{"GET", "/v1/legs/{leg}/ice", {{"leg", leg.value}}};
    const auto wait = client.api.perform(client.world.now, status, [&](const Reply&) { ++answers; });
    ASSERT_TRUE(wait);
    EXPECT_EQ(answers, 0);
    client.run_for(3s);
    EXPECT_EQ(answers, 1);

    const auto second = client.api.perform(client.world.now, status, [&](const Reply&) { ++answers; });
    client.api.cancel(*second);
    client.run_for(3s);
    EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace legroom::api
