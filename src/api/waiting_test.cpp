// Requests whose answer comes later, in virtual time.
#include <gmock/gmock.h>

#include "api/api_test_client.hpp"

namespace legroom::api {
namespace {

using namespace std::chrono_literals;
using call::test::gathered_candidate;
using test::Client;
using test::Pending;
using testing::HasSubstr;

const std::string kNothingYet =
    "{\"instance_id\":\"here\",\"status\":\"gathering\",\"candidates\":[],\"done\":false}\n";

/// A leg whose host candidates were fetched, so that there is something to wait for.
struct Poller {
    explicit Poller(ApiConfig config = Client::default_config()) : client({}, {}, std::move(config)) {
        leg = client.world.add_leg();
        client.send("GET", target());
    }
    [[nodiscard]] std::string target(const std::string& query = "") const {
        return "/v1/legs/" + leg.value + "/ice-candidates" + query;
    }
    Pending poll(const std::string& query) { return client.start("GET", target(query)); }

    Client client;
    LegId leg;
};

TEST(LongPoll, AnswersAtOnceWhenThereIsSomething) {
    Client client;
    const LegId leg = client.world.add_leg();
    const auto response = client.send("GET", "/v1/legs/" + leg.value + "/ice-candidates?wait=1000");
    EXPECT_THAT(response.body, HasSubstr(R"("candidates":[{"candidate":)"));
    EXPECT_EQ(client.api.deadline(), std::nullopt);
}

TEST(LongPoll, WaitsForTheNextCandidate) {
    Poller poller;
    const Pending poll = poller.poll("?wait=1000&other=%zz");
    EXPECT_FALSE(poll.answered());
    EXPECT_EQ(poller.client.api.deadline(), poller.client.world.now + 1s);
    poller.client.run_for(999ms);
    EXPECT_FALSE(poll.answered());

    poller.client.world.engine_says(engine::CandidateGathered{gathered_candidate()});
    ASSERT_TRUE(poll.answered());
    EXPECT_EQ(poll.response().status, Status::ok);
    EXPECT_THAT(poll.response().body, HasSubstr(gathered_candidate().to_line()));
    EXPECT_EQ(poller.client.api.deadline(), std::nullopt);
    poller.client.run_for(1min);
    EXPECT_EQ(poll.responses->size(), 1U);
}

TEST(LongPoll, AnswersWithNothingWhenTheTimeIsUp) {
    Poller poller;
    const Pending poll = poller.poll("?wait=30000");
    poller.client.run_for(29'999ms);
    EXPECT_FALSE(poll.answered());
    poller.client.run_for(1ms);
    ASSERT_TRUE(poll.answered());
    EXPECT_EQ(poll.response().body, kNothingYet);
    EXPECT_EQ(poller.client.send("GET", poller.target("?wait=0")).body, kNothingYet);
}

TEST(LongPoll, DoneEndsEveryWait) {
    Poller poller;
    const Pending first = poller.poll("?wait=1000");
    const Pending second = poller.poll("?wait=2000");
    poller.client.world.engine_says(engine::GatheringDone{});
    for (const Pending& poll : {first, second}) {
        ASSERT_TRUE(poll.answered());
        EXPECT_THAT(poll.response().body, HasSubstr(R"("status":"complete","candidates":[],"done":true)"));
    }
    EXPECT_TRUE(poller.poll("?wait=1000").answered()) << "done stays";
}

TEST(LongPoll, TwoPollersSplitTheCandidates) {
    Poller poller;
    const Pending first = poller.poll("?wait=1000");
    const Pending second = poller.poll("?wait=1000");
    poller.client.world.engine_says(engine::CandidateGathered{gathered_candidate(1)});
    EXPECT_TRUE(first.answered());
    EXPECT_FALSE(second.answered()) << "the one candidate is the first's";
    poller.client.world.engine_says(engine::CandidateGathered{gathered_candidate(2)});
    EXPECT_TRUE(second.answered());
}

engine::LegFailed failed(const LegId& leg) {
    engine::LegFailed event;
    event.leg = leg;
    return event;
}

TEST(LongPoll, ALegThatEndsIsNotWaitedFor) {
    for (const char* end : {"DELETE leg", "DELETE room", "engine"}) {
        SCOPED_TRACE(end);
        Poller poller;
        Client& client = poller.client;
        client.send("POST", "/v1/rooms/r/legs", R"({"leg_id":")" + poller.leg.value + R"("})");
        const Pending poll = poller.poll("?wait=1000");
        if (end == std::string{"DELETE leg"}) client.send("DELETE", "/v1/legs/" + poller.leg.value);
        if (end == std::string{"DELETE room"}) client.send("DELETE", "/v1/rooms/r");
        if (end == std::string{"engine"}) client.world.engine_says(failed(poller.leg));
        ASSERT_TRUE(poll.answered());
        EXPECT_EQ(poll.response().status, Status::not_found);
        EXPECT_THAT(poll.response().body, HasSubstr("leg not found"));
    }
}

TEST(LongPoll, WhoHasGoneTakesNothing) {
    Poller poller;
    const Pending gone = poller.poll("?wait=1000");
    const Pending there = poller.poll("?wait=1000");
    poller.client.api.cancel(gone.wait.value());
    poller.client.api.cancel(gone.wait.value());
    poller.client.world.engine_says(engine::CandidateGathered{gathered_candidate()});
    EXPECT_FALSE(gone.answered());
    EXPECT_TRUE(there.answered());
    poller.client.api.cancel(there.wait.value());
    EXPECT_EQ(there.responses->size(), 1U);
}

TEST(LongPoll, ARestartHasCandidatesOfItsOwn) {
    Poller poller;
    const Pending poll = poller.poll("?wait=1000");
    const std::string restart =
        test::replace_all(call::test::plain_offer(), "a=ice-ufrag:peer", "a=ice-ufrag:newU");
    const auto answer =
        poller.client.ask("POST", "/v1/legs/" + poller.leg.value + "/offer", test::offer_body(restart));
    ASSERT_TRUE(poll.answered());
    const auto drained = boost::json::parse(poll.response().body);
    const std::string ufrag{drained.at("candidates").at(0).at("usernameFragment").as_string()};
    EXPECT_NE(answer.at("sdp").as_string().find("a=ice-ufrag:" + ufrag), boost::json::string::npos);
}

TEST(LongPoll, RefusesWhatIsNoTime) {
    Poller poller;
    for (const char* nonsense :
         {"", "-1", "30001", "1.5", "1e3", "ten", "10 ", "+1", "99999999999999999999", "0x10"}) {
        const auto response = poller.client.send("GET", poller.target(std::string{"?wait="} + nonsense));
        EXPECT_EQ(response.status, Status::bad_request) << nonsense;
        EXPECT_THAT(response.body,
                    HasSubstr(R"("error":"invalid wait: must be milliseconds from 0 to 30000")"));
    }
    EXPECT_EQ(poller.client.send("GET", "/v1/legs/nobody/ice-candidates?wait=x").status, Status::not_found);
    EXPECT_EQ(poller.client.send("GET", poller.target("?later=x")).body, kNothingYet) << "others are ignored";
}

TEST(LongPoll, OnlySoManyMayWait) {
    Poller poller;
    std::vector<Pending> polls;
    for (std::size_t i = 0; i < kMaxWaits; ++i) polls.push_back(poller.poll("?wait=1000"));
    EXPECT_EQ(poller.client.api.waits().size(), kMaxWaits);
    const auto refused = poller.client.send("GET", poller.target("?wait=1000"));
    EXPECT_EQ(refused.status, Status::unavailable);
    EXPECT_THAT(refused.body, HasSubstr("too many requests are waiting"));
    EXPECT_EQ(poller.client.api.waits().refused(), 1U);
    EXPECT_EQ(poller.client.send("GET", poller.target()).body, kNothingYet) << "who does not wait is served";

    poller.client.run_for(1s);
    for (const Pending& poll : polls) EXPECT_TRUE(poll.answered());
    EXPECT_FALSE(poller.poll("?wait=1000").answered()) << "there is room again";
}

TEST(LongPoll, FewerMayWaitWhereThereAreFewConnections) {
    auto config = Client::default_config();
    config.max_waits = 1;
    Poller poller{std::move(config)};
    const Pending first = poller.poll("?wait=1000");
    EXPECT_EQ(poller.client.send("GET", poller.target("?wait=1000")).status, Status::unavailable);
    EXPECT_FALSE(first.answered());
}

TEST(LongPoll, TheEndOfTheServerIsTold) {
    Poller poller;
    const Pending poll = poller.poll("?wait=1000");
    poller.client.api.shut_down();
    ASSERT_TRUE(poll.answered());
    EXPECT_EQ(poll.response().status, Status::unavailable);
    EXPECT_THAT(poll.response().body, HasSubstr("the server is shutting down"));
}

TEST(LongPoll, AnswersEachOnceThroughRandomHappenings) {
    Poller poller;
    Client& client = poller.client;
    std::vector<LegId> legs{poller.leg};
    std::vector<Pending> polls;
    SeededRandom random{3};
    for (int i = 0; i < 3000; ++i) {
        const std::uint32_t any = random.below(static_cast<std::uint32_t>(legs.size()));
        const std::string leg = "/v1/legs/" + legs[any].value;
        switch (random.below(6)) {
            case 0:
                legs[any] = client.world.add_leg();
                client.send("DELETE", leg);
                break;
            case 1:
                if (!polls.empty() && polls.back().wait) client.api.cancel(*polls.back().wait);
                if (!polls.empty() && !polls.back().answered()) polls.pop_back();
                break;
            case 2:
                client.run_for(std::chrono::milliseconds{random.below(500)});
                break;
            case 3:
                client.world.engine_says(
                    engine::CandidateGathered{gathered_candidate(static_cast<std::uint16_t>(i))});
                break;
            default:
                if (legs.size() < 4) legs.push_back(client.world.add_leg());
                polls.push_back(
                    client.start("GET", leg + "/ice-candidates?wait=" + std::to_string(random.below(2000))));
        }
    }
    client.run_for(2s);
    for (const Pending& poll : polls) ASSERT_EQ(poll.responses->size(), 1U);
    EXPECT_EQ(client.api.waits().size(), 0U);
    EXPECT_GT(polls.size(), 500U);
}

/// An API that asks for reports, and what was asked so far.
struct Reporter {
    Reporter() : client({}, {}, config()), leg(client.world.add_leg()) {}

    Pending look() { return client.start("GET", "/v1/legs/" + leg.value + "/ice"); }

    std::vector<call::IceStatusTaker> asked;
    Client client;
    LegId leg;

private:
    ApiConfig config() {
        auto made = Client::default_config();
        made.connection.ice_status = [this](const LegId&, call::IceStatusTaker taker) {
            asked.push_back(std::move(taker));
        };
        return made;
    }
};

TEST(IceReport, IsAnsweredWhenTheShardHas) {
    Reporter reporter;
    const Pending look = reporter.look();
    EXPECT_FALSE(look.answered());
    call::IceStatus status;
    status.leg = reporter.leg;
    status.dtls = "waiting";
    reporter.asked.at(0)(status);
    ASSERT_TRUE(look.answered());
    EXPECT_EQ(look.response().status, Status::ok);
    EXPECT_THAT(look.response().body, HasSubstr(R"("connection":"connecting")"));
    reporter.asked.at(0)(status);
    EXPECT_EQ(look.responses->size(), 1U);
}

TEST(IceReport, IsA503WhenTheShardIsSilent) {
    Reporter reporter;
    const Pending look = reporter.look();
    reporter.client.run_for(1999ms);
    EXPECT_FALSE(look.answered());
    reporter.client.run_for(1ms);
    ASSERT_TRUE(look.answered());
    EXPECT_EQ(look.response().status, Status::unavailable);
    EXPECT_THAT(look.response().body, HasSubstr("the media thread did not answer in time"));
    reporter.asked.at(0)(call::Error::leg_not_found);
    EXPECT_EQ(look.responses->size(), 1U);
}

TEST(IceReport, IsA404WhenTheLegIsNotThereOrEnds) {
    Reporter reporter;
    EXPECT_EQ(reporter.client.send("GET", "/v1/legs/nobody/ice").status, Status::not_found);

    const Pending refused = reporter.look();
    reporter.asked.at(0)(call::Error::leg_not_found);
    EXPECT_EQ(refused.response().status, Status::not_found);

    const Pending ended = reporter.look();
    reporter.client.send("DELETE", "/v1/legs/" + reporter.leg.value);
    ASSERT_TRUE(ended.answered());
    EXPECT_EQ(ended.response().status, Status::not_found);
}

TEST(IceReport, AnExceptionInsideIsA500) {
    auto config = Client::default_config();
    config.connection.ice_status = [](const LegId&, const call::IceStatusTaker&) {
        throw std::runtime_error{"secret detail"};
    };
    Client client{{}, {}, std::move(config)};
    const auto response = client.send("GET", "/v1/legs/" + client.world.add_leg().value + "/ice");
    EXPECT_EQ(response.status, Status::internal_error);
    EXPECT_THAT(response.body, HasSubstr(R"("error":"internal error")"));
}

TEST(IceReport, ComesFromTheShardThatHasTheLeg) {
    Client client;
    const LegId leg = client.world.add_leg();
    const Pending look = client.start("GET", "/v1/legs/" + leg.value + "/ice");
    const auto asked = client.world.sent<engine::QueryIce>();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_FALSE(look.answered());
    engine::IceReported reported;
    reported.query = asked[0].query;
    reported.report.emplace();
    client.world.engine_says(reported);
    ASSERT_TRUE(look.answered());
    EXPECT_THAT(look.response().body, HasSubstr(R"("dtls":"waiting")"));
    EXPECT_THAT(look.response().body, HasSubstr(R"("failure":{"code":"no_remote_candidates")"));
}

TEST(IceReport, NeedsSomebodyToAsk) {
    Client client{{}, {}, Client::default_config(), Client::Calls::as_configured};
    const auto response = client.send("GET", "/v1/legs/" + client.world.add_leg().value + "/ice");
    EXPECT_EQ(response.status, Status::not_implemented);
    EXPECT_EQ(client.send("GET", "/v1/legs/nobody/ice").status, Status::not_found);
}

}  // namespace
}  // namespace legroom::api
