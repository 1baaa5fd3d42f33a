// The real program over real sockets on loopback.
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "scenario/running_program.hpp"
#include "scenario/swarm.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;
using Environment = std::map<std::string, std::string>;

boost::json::value parse(const HttpReply& reply) { return boost::json::parse(reply.body); }

TEST(Program, ALegCostsNoThreadAndNoDescriptor) {
    constexpr std::size_t kLegs = 200;
    RunningProgram program;
    SeededRandom random(1);
    Swarm swarm(program.http(), random);
    ASSERT_EQ(swarm.http().request("GET", "/healthz").status, 200U);
    const std::size_t threads = program.threads();
    const std::size_t descriptors = program.descriptors();

    ClientConfig quiet;
    quiet.listens = false;
    for (std::size_t i = 0; i < kLegs; ++i) swarm.call(quiet);
    const auto all_hear = [&swarm] {
        for (std::size_t i = 0; i < kLegs; ++i) {
            if (!swarm.client(i).connected() || swarm.client(i).packets_heard() < 10) return false;
        }
        return true;
    };
    ASSERT_TRUE(swarm.run_while_not(all_hear, 60s));
    EXPECT_EQ(program.threads(), threads);
    EXPECT_EQ(program.descriptors(), descriptors);
    EXPECT_EQ(parse(swarm.http().request("GET", "/v1/legs")).as_array().size(), kLegs);

    // The end of the program is told to every peer, by DTLS.
    EXPECT_EQ(program.terminate(), 0);
    const auto all_told = [&swarm] {
        for (std::size_t i = 0; i < kLegs; ++i) {
            if (!swarm.client(i).failure()) return false;
        }
        return true;
    };
    EXPECT_TRUE(swarm.run_while_not(all_told, 5s));
}

TEST(Program, TwoInARoomHearEachOther) {
    RunningProgram program;
    SeededRandom random(2);
    Swarm swarm(program.http(), random);
    for (const double hz : {440.0, 660.0}) {
        ClientConfig config;
        config.tone_hz = hz;
        const std::string body = R"({"leg_id":")" + swarm.call(config) + "\"}";
        ASSERT_EQ(swarm.http().request("POST", "/v1/rooms/r/legs", body).status, 200U);
    }
    EXPECT_TRUE(swarm.run_while_not(
        [&swarm] {
            return swarm.client(0).share(660, 200ms) > 0.8 && swarm.client(1).share(440, 200ms) > 0.8;
        },
        30s));
    EXPECT_LT(swarm.client(0).share(440, 200ms), 0.02);
    EXPECT_LT(swarm.client(1).share(660, 200ms), 0.02);
}

TEST(Program, SpeaksTheContractOverRealHttp) {
    RunningProgram program(Environment{{"INSTANCE_ID", "test-1"}});
    HttpClient http(program.http());

    const HttpReply health = http.request("GET", "/healthz");
    EXPECT_EQ(health.status, 200U);
    EXPECT_TRUE(health.body.starts_with(R"({"instance_id":"test-1",)")) << health.body;
    EXPECT_NE(health.headers.find("Access-Control-Allow-Origin: *"), std::string::npos) << health.headers;

    EXPECT_EQ(http.request("GET", "/").status, 200U);
    EXPECT_EQ(http.request("GET", "/nowhere").status, 404U);
    EXPECT_EQ(http.request("PUT", "/v1/rooms").status, 405U);
    EXPECT_EQ(http.request("OPTIONS", "/v1/webrtc/offer").status, 204U);
    EXPECT_EQ(http.request("POST", "/v1/webrtc/offer", "{").body,
              "{\"instance_id\":\"test-1\",\"error\":\"invalid JSON\"}\n");
    EXPECT_EQ(http.request("POST", "/v1/rooms", R"({"id":"r","sample_rate":24000})").status, 201U);
    EXPECT_EQ(http.request("POST", "/v1/rooms", R"({"id":"r"})").status, 409U);
    EXPECT_EQ(http.request("DELETE", "/v1/rooms/r").status, 200U);
    const HttpReply head = http.request("HEAD", "/v1/rooms");
    EXPECT_EQ(head.status, 200U);
    EXPECT_TRUE(head.body.empty());
}

TEST(Program, RefusesWhatIsTooLongOrNoHttpAndGoesOn) {
    RunningProgram program;
    {
        HttpClient http(program.http());
        const HttpReply reply = http.request("POST", "/v1/rooms", std::string(64 * 1024 + 1, ' '));
        EXPECT_EQ(reply.status, 413U);
        EXPECT_TRUE(parse(reply).as_object().contains("error"));
    }
    {
        HttpClient http(program.http());
        EXPECT_EQ(http.raw("GET / HTTP/1.1\r\nx: " + std::string(20'000, 'x') + "\r\n\r\n").status, 431U);
    }
    {
        HttpClient http(program.http());
        const HttpReply reply = http.raw("nonsense\r\n\r\n");
        EXPECT_EQ(reply.status, 400U);
        EXPECT_TRUE(parse(reply).as_object().contains("error"));
    }
    {
        HttpClient http(program.http());
        EXPECT_EQ(http.raw("GET /healthz HTTP/1.1\r\n\r\n").status, 400U) << "no Host";
    }
    HttpClient http(program.http());
    EXPECT_EQ(http.request("POST", "/v1/rooms", std::string(64 * 1024, ' ')).status, 201U);
}

TEST(Program, ConnectionsBeyondTheLimitAreToldSo) {
    RunningProgram program(Environment{{"MAX_HTTP_CONNECTIONS", "2"}});
    HttpClient one(program.http());
    HttpClient two(program.http());
    EXPECT_EQ(one.request("GET", "/healthz").status, 200U);
    EXPECT_EQ(two.request("GET", "/healthz").status, 200U);
    HttpClient three(program.http());
    EXPECT_EQ(three.request("GET", "/healthz").status, 503U);
    EXPECT_EQ(one.request("GET", "/healthz").status, 200U);
}

}  // namespace
}  // namespace legroom::scenario
