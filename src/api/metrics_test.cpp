// GET /metrics, and what is told of every response.
#include <gmock/gmock.h>

#include "api/api_test_client.hpp"

namespace legroom::api {
namespace {

using namespace std::chrono_literals;
using test::Client;
using testing::ElementsAre;

struct Told {
    std::string method;
    std::string route;
    unsigned status;
    friend bool operator==(const Told&, const Told&) = default;
    friend void PrintTo(const Told& told, std::ostream* out) {
        *out << told.method << ' ' << told.route << ' ' << told.status;
    }
};

struct Watched {
    ApiConfig config() {
        ApiConfig config = Client::default_config();
        config.metrics = {[this](Instant, const MetricsSource::Taker& taker) { asking.push_back(taker); }};
        config.on_response = [this](std::string_view method, std::string_view route, Status status) {
            told.push_back({std::string{method}, std::string{route}, static_cast<unsigned>(status)});
        };
        return config;
    }

    std::vector<MetricsSource::Taker> asking;
    std::vector<Told> told;
    Client client{{}, {}, config()};
};

TEST(Metrics, AreAnsweredWhenTheyAreThere) {
    Watched watched;
    const auto pending = watched.client.start("GET", "/metrics");
    ASSERT_EQ(watched.asking.size(), 1U);
    EXPECT_FALSE(pending.answered());
    EXPECT_TRUE(watched.told.empty());
    watched.asking[0]("up 1\n");
    EXPECT_EQ(pending.response().status, Status::ok);
    EXPECT_EQ(pending.response().content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(pending.response().body, "up 1\n") << "and no instance_id";
    EXPECT_THAT(watched.told, ElementsAre(Told{"GET", "/metrics", 200}));
}

TEST(Metrics, AreNotWaitedForLong) {
    Watched watched;
    const auto pending = watched.client.start("GET", "/metrics");
    watched.client.run_for(1999ms);
    EXPECT_FALSE(pending.answered());
    watched.client.run_for(1ms);
    EXPECT_EQ(pending.response().body,
              "{\"instance_id\":\"here\",\"error\":\"the media thread did not answer in time\"}\n");
    EXPECT_EQ(pending.response().status, Status::unavailable);
    watched.asking[0]("late");
    EXPECT_EQ(pending.responses->size(), 1U);
}

TEST(Metrics, TooManyWhoAskAndNobodyWhoAnswers) {
    Watched watched;
    const auto pending = watched.client.start("GET", "/metrics");
    watched.asking[0](std::nullopt);
    EXPECT_EQ(pending.response().status, Status::unavailable);
    Client without;
    EXPECT_EQ(without.send("GET", "/metrics").status, Status::not_implemented);
}

TEST(OnResponse, TellsRoutesByTheirPatterns) {
    Watched watched;
    const LegId leg = watched.client.world.add_leg();
    watched.client.send("GET", "/v1/legs/" + leg.value + "?x=1");
    watched.client.send("GET", "/v1/legs/nobody");
    watched.client.send("HEAD", "/v1/rooms");
    watched.client.send("PUT", "/v1/rooms");
    watched.client.send("BREW", "/v1/rooms");
    watched.client.send("GET", "/v1/%zz");
    watched.client.send("GET", "/some/path/of/a/scanner");
    watched.client.send("GET", "/");
    watched.client.send("OPTIONS", "/v1/legs");
    watched.client.send("OPTIONS", "/v1/whip/lobby");
    watched.client.send("POST", "/v1/rooms", std::string(kMaxBodyBytes + 1, ' '));
    EXPECT_THAT(watched.told,
                ElementsAre(Told{"GET", "/v1/legs/{leg}", 200}, Told{"GET", "/v1/legs/{leg}", 404},
                            Told{"HEAD", "/v1/rooms", 200}, Told{"PUT", "none", 405},
                            Told{"other", "none", 405}, Told{"GET", "none", 400}, Told{"GET", "none", 404},
                            Told{"GET", "page", 200}, Told{"OPTIONS", "none", 204},
                            Told{"OPTIONS", "/v1/whip/{room}", 204}, Told{"POST", "/v1/rooms", 413}));
}

TEST(OnResponse, TellsOfWhatWaitedWhenItIsAnswered) {
    Watched watched;
    const LegId leg = watched.client.world.add_leg();
    const auto status = watched.client.start("GET", "/v1/legs/" + leg.value + "/ice");
    EXPECT_TRUE(watched.told.empty());
    watched.client.run_for(3s);
    EXPECT_THAT(watched.told, testing::Contains(Told{"GET", "/v1/legs/{leg}/ice", 503}));
    EXPECT_TRUE(status.answered());
}

}  // namespace
}  // namespace legroom::api
