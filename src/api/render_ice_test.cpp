#include "api/render_ice.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace legroom::api {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

ice::Candidate candidate_at(const char* endpoint, ice::CandidateType type) {
    ice::Candidate candidate;
    candidate.type = type;
    candidate.endpoint = *Endpoint::parse(endpoint);
    candidate.priority = 1;
    candidate.foundation = "1";
    return candidate;
}

call::IceStatus connected_status() {
    const Path path{*Endpoint::parse("192.0.2.1:10000"), *Endpoint::parse("198.51.100.1:4000")};
    ice::PairReport pair;
    pair.path = path;
    pair.remote_type = ice::CandidateType::peer_reflexive;
    pair.state = ice::PairState::succeeded;
    pair.selected = true;
    pair.nominated = true;
    pair.requests_sent = 3;
    pair.responses = 2;
    pair.requests_received = 4;
    pair.round_trip = 1'250us;

    call::IceStatus status;
    status.leg = LegId{"L"};
    status.connection = call::Connection::connected;
    status.dtls = "connected";
    status.ice.local = {candidate_at("192.0.2.1:10000", ice::CandidateType::host)};
    status.ice.remote = {candidate_at("198.51.100.1:4000", ice::CandidateType::peer_reflexive)};
    status.ice.pairs = {pair};
    status.ice.selected = path;
    status.ice.round_trip = 1'300us;
    status.ice.consent_age = 4s;
    status.times.first_remote_candidate = 0us;
    status.times.first_check = 12'345us;
    status.times.first_media = 250ms;
    return status;
}

TEST(RenderIce, ShowsEverythingThatIsKnown) {
    EXPECT_EQ(
        boost::json::serialize(render(connected_status())),
        R"({"leg_id":"L","connection":"connected","path":"udp",)"
        R"("selected":{"local":"192.0.2.1:10000","remote":"198.51.100.1:4000","transport":"udp"},)"
        R"("round_trip_ms":1.3E0,"consent_age_ms":4E3,"role":"controlled","dtls":"connected","unauthenticated":0,)"
        R"("local_candidates":[{"type":"host","address":"192.0.2.1:10000",)"
        R"("candidate":"candidate:1 1 udp 1 192.0.2.1 10000 typ host"}],)"
        R"("remote_candidates":[{"type":"prflx","address":"198.51.100.1:4000",)"
        R"("candidate":"candidate:1 1 udp 1 198.51.100.1 4000 typ prflx"}],)"
        R"("pairs":[{"local":"192.0.2.1:10000","remote":"198.51.100.1:4000","transport":"udp","local_type":"host",)"
        R"("remote_type":"prflx","state":"succeeded","nominated":true,"selected":true,"requests_sent":3,)"
        R"("responses":2,"requests_received":4,"round_trip_ms":1.3E0}],)"
        R"("setup_ms":{"first_remote_candidate":0E0,"first_check":1.23E1,"first_media":2.5E2}})");
}

TEST(RenderIce, SaysNothingOfWhatIsNotKnown) {
    call::IceStatus status;
    status.dtls = "waiting";
    EXPECT_EQ(
        boost::json::serialize(render(status)),
        R"({"leg_id":"","connection":"connecting","role":"controlled","dtls":"waiting","unauthenticated":0,)"
        R"("local_candidates":[],"remote_candidates":[],"pairs":[],"setup_ms":{}})");
}

TEST(RenderIce, NamesTheKindOfPath) {
    call::IceStatus status = connected_status();
    const auto kind = [&] { return std::string{render(status).at("path").as_string()}; };
    EXPECT_EQ(kind(), "udp");
    status.ice.selected->transport = Transport::tcp;
    EXPECT_EQ(kind(), "tcp");
    status.ice.pairs[0].path = *status.ice.selected;
    status.ice.pairs[0].remote_type = ice::CandidateType::relayed;
    EXPECT_EQ(kind(), "relay") << "the peer's relay counts";
    status.ice.pairs[0].remote_type = ice::CandidateType::host;
    status.ice.pairs[0].local_type = ice::CandidateType::relayed;
    EXPECT_EQ(kind(), "relay");
}

TEST(RenderIce, AFailureSaysWhatToDo) {
    ice::PairReport tried;
    tried.state = ice::PairState::failed;
    call::IceStatus status = connected_status();
    status.diagnosis = call::describe(ice::FailureCode::no_reply, {tried});
    const auto failure = render(status).at("failure").as_object();
    EXPECT_EQ(failure.at("code").as_string(), "no_reply");
    EXPECT_EQ(failure.at("stage").as_string(), "checks");
    EXPECT_THAT(std::string{failure.at("hint").as_string()}, HasSubstr("firewall"));
    EXPECT_EQ(failure.at("pairs").at(0).at("state").as_string(), "failed");
}

}  // namespace
}  // namespace legroom::api
