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
#ifdef __SANITIZE_THREAD__
    constexpr std::size_t kLegs = 50;  // ThreadSanitizer is too slow for more in real time
#else
    constexpr std::size_t kLegs = 200;
#endif
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

/// What a client trickles (RFC 8840): its credentials as in its offer, and its candidates.
std::string fragment_of(const Client& client) {
    const std::string offer = client.offer();
    const auto line = [&offer](const std::string& begin) {
        const auto at = offer.find(begin);
        return offer.substr(at, offer.find('\n', at) + 1 - at);
    };
    std::string fragment = line("a=ice-ufrag:") + line("a=ice-pwd:") + line("m=audio") + line("a=mid:");
    for (const std::string& candidate : client.candidate_lines()) fragment += "a=" + candidate + "\r\n";
    return fragment + "a=end-of-candidates\r\n";
}

TEST(Program, AWhipPublisherIsHeardByAWhepListener) {
    RunningProgram program;
    SeededRandom random(3);
    Swarm swarm(program.http(), random);
    ClientConfig publisher;
    publisher.tone_hz = 440;
    publisher.candidates_in_offer = false;
    const HttpReply whip = swarm.open_session("/v1/whip/studio", "sendonly", publisher);
    const HttpReply whep = swarm.open_session("/v1/whep/studio", "recvonly", {});
    EXPECT_EQ(whip.header("Content-Type"), "application/sdp");
    EXPECT_TRUE(whip.header("Location").starts_with("/v1/whip/studio/"));
    EXPECT_NE(whip.header("ETag"), whep.header("ETag"));
    const HttpReply trickled = swarm.http().request(
        "PATCH", whip.header("Location"), fragment_of(swarm.client(0)),
        {{"Content-Type", "application/trickle-ice-sdpfrag"}, {"If-Match", whip.header("ETag")}});
    EXPECT_EQ(trickled.status, 204U) << trickled.body;

    EXPECT_TRUE(swarm.run_while_not([&swarm] { return swarm.client(1).share(440, 200ms) > 0.8; }, 30s));
    EXPECT_EQ(swarm.client(0).packets_heard(), 0U) << "a publisher is sent nothing";

    EXPECT_EQ(swarm.http().request("DELETE", whip.header("Location")).status, 200U);
    EXPECT_TRUE(swarm.run_while_not([&swarm] { return swarm.client(0).failure().has_value(); }, 5s));
    EXPECT_EQ(swarm.http().request("DELETE", whip.header("Location")).status, 404U);
    EXPECT_EQ(parse(swarm.http().request("GET", "/v1/legs")).as_array().size(), 1U);
}

TEST(Program, WhoWaitsForACandidateIsAnsweredAtItsTimeAndAtTheEnd) {
    // A STUN server that never answers, so that gathering takes its time.
    RunningProgram program(Environment{{"ICE_SERVERS", "stun:127.0.0.1:9"}});
    SeededRandom random(4);
    Swarm swarm(program.http(), random);
    const std::string target = "/v1/legs/" + swarm.call({}) + "/ice-candidates";
    HttpClient& http = swarm.http();
    EXPECT_GT(parse(http.request("GET", target + "?wait=30000")).at("candidates").as_array().size(), 0U);

    const HttpReply in_vain = http.request("GET", target + "?wait=50");
    EXPECT_EQ(in_vain.status, 200U);
    EXPECT_TRUE(parse(in_vain).at("candidates").as_array().empty());
    const HttpReply done = http.request("GET", target + "?wait=30000");
    EXPECT_TRUE(parse(done).at("done").as_bool()) << done.body;
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
