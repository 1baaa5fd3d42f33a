// WHIP and WHEP, trickled fragments and arrays, further offers: every status and text.
#include <gmock/gmock.h>

#include "api/api_test_client.hpp"

namespace legroom::api {
namespace {

using namespace std::chrono_literals;
using call::test::plain_offer;
using test::Client;
using test::offer_body;
using test::replace_all;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const Header kSdp{"Content-Type", "application/sdp"};
const Header kFragment{"Content-Type", "application/trickle-ice-sdpfrag"};

std::string offer_for(const std::string& direction) {
    return replace_all(plain_offer(), "a=sendrecv", "a=" + direction);
}

std::string candidate_at_port(int port) {
    return "candidate:1 1 udp 2122260223 198.51.100.1 " + std::to_string(port) + " typ host";
}

/// What a peer made by plain_offer() trickles: two candidates.
std::string good_fragment(const std::string& ufrag = "peer") {
    return "a=ice-ufrag:" + ufrag +
           "\r\na=ice-pwd:0123456789abcdefghijkl\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" +
           "a=mid:0\r\na=" + candidate_at_port(1) + "\r\na=" + candidate_at_port(2) +
           "\r\na=end-of-candidates\r\n";
}

std::string value_of(const Response& response, std::string_view name) {
    return header_value(response.headers, name);
}

std::string text_of(const Response& response) {
    return std::string{boost::json::parse(response.body).at("error").as_string()};
}

/// An API with servers to tell of, and one WHIP session in the room "r".
struct Studio {
    Studio() : client({}, {}, config()) {
        opened = client.send("POST", "/v1/whip/r", offer_for("sendonly"), {kSdp});
        session = value_of(opened, "Location");
        etag = value_of(opened, "ETag");
        if (const auto slash = session.rfind('/'); slash != std::string::npos)
            leg = LegId{session.substr(slash + 1)};
    }
    Response patch(const std::string& fragment, const std::string& if_match) {
        return client.send("PATCH", session, fragment, {kFragment, {"If-Match", if_match}});
    }
    [[nodiscard]] std::size_t candidates_sent() const {
        return client.world.sent<engine::AddRemoteCandidate>().size();
    }

    Result<sdp::Fragment> restarted = call::Error::change_pending;  ///< What restart_ice says,
    std::vector<sdp::Fragment> restarts;                            ///< and what it was asked.
    Client client;
    Response opened;
    std::string session;
    std::string etag;
    LegId leg;

private:
    ApiConfig config() {
        auto made = Client::default_config();
        made.ice_servers.urls = {"stun:stun.example.org", "turn:turn.example.org"};
        made.ice_servers.turn_secret = "s";
        made.unix_time = [] { return 100s; };
        made.connection.restart_ice = [this](Instant, const LegId&, const sdp::Fragment& theirs) {
            restarts.push_back(theirs);
            return restarted;
        };
        return made;
    }
};

TEST(Whip, APublisherIsALegInTheRoom) {
    Studio studio;
    EXPECT_EQ(studio.opened.status, Status::created);
    EXPECT_EQ(studio.opened.content_type, "application/sdp");
    EXPECT_THAT(studio.opened.body, StartsWith("v=0\r\n"));
    EXPECT_THAT(studio.opened.body, HasSubstr("a=recvonly\r\n"));
    EXPECT_EQ(studio.session, "/v1/whip/r/" + studio.leg.value);
    EXPECT_THAT(studio.opened.body,
                HasSubstr("a=ice-ufrag:" + studio.etag.substr(1, studio.etag.size() - 2)));
    EXPECT_EQ(value_of(studio.opened, "Accept-Patch"), "application/trickle-ice-sdpfrag");
    EXPECT_THAT(value_of(studio.opened, "Access-Control-Expose-Headers"), StartsWith("Location, ETag, Link"));
    EXPECT_EQ(value_of(studio.opened, "Access-Control-Allow-Origin"), "*");
    EXPECT_THAT(value_of(studio.opened, "Link"), StartsWith(R"(<stun:stun.example.org>; rel="ice-server", )"
                                                            R"(<turn:turn.example.org>; rel="ice-server"; )"
                                                            R"(username="3700:legroom"; credential=)"));

    const auto leg = studio.client.send("GET", "/v1/legs/" + studio.leg.value);
    EXPECT_THAT(leg.body, HasSubstr(R"("room_id":"r","muted":false,"deaf":true)"));
    EXPECT_EQ(studio.client.world.story(), "room.created@r leg.joined_room@r");
}

TEST(Whep, AListenerIsHeardByNobody) {
    Client client;
    const auto opened = client.send("POST", "/v1/whep/a%20b%2F?app_id=x", offer_for("recvonly"), {kSdp});
    EXPECT_EQ(opened.status, Status::created);
    EXPECT_THAT(opened.body, HasSubstr("a=sendonly\r\n"));
    EXPECT_THAT(value_of(opened, "Location"), StartsWith("/v1/whep/a%20b%2F/"));
    EXPECT_EQ(value_of(opened, "Link"), "");
    EXPECT_THAT(
        client.send("GET", "/v1/legs").body,
        HasSubstr(
            R"("room_id":"a b/","muted":true,"deaf":false,"accept_dtmf":true,"held":false,"gain_db":0,"app_id":"x")"));
    EXPECT_EQ(client.send("DELETE", value_of(opened, "Location")).status, Status::ok);
}

TEST(Whip, TakesAnOfferThatWouldDoBoth) {
    Client client;
    EXPECT_THAT(client.send("POST", "/v1/whip/r", offer_for("sendrecv"), {kSdp}).body,
                HasSubstr("a=recvonly"));
    EXPECT_THAT(client.send("POST", "/v1/whep/r", offer_for("sendrecv"), {kSdp}).body,
                HasSubstr("a=sendonly"));
}

struct OpenCase {
    const char* name;
    const char* target;
    std::string body;
    std::vector<Header> headers;
    unsigned status;
    const char* text;
};

TEST(Whip, RefusedOffersLeaveNothingBehind) {
    const std::string no_opus = replace_all(offer_for("sendonly"), "opus", "nope");
    const OpenCase cases[] = {
        {"no type", "/v1/whip/r", offer_for("sendonly"), {}, 415, "the offer must be application/sdp"},
        {"JSON",
         "/v1/whip/r",
         offer_body(offer_for("sendonly")),
         {{"content-type", "application/json"}},
         415,
         "the offer must be application/sdp"},
        {"wants JSON",
         "/v1/whip/r",
         offer_for("sendonly"),
         {kSdp, {"Accept", "application/json"}},
         406,
         "the answer is application/sdp"},
        {"empty", "/v1/whip/r", "", {kSdp}, 400, "invalid SDP offer"},
        {"no SDP", "/v1/whip/r", "hello", {kSdp}, 400, "invalid SDP offer"},
        {"no opus", "/v1/whip/r", no_opus, {kSdp}, 422, "no audio section with a codec the server has"},
        {"publishes nothing",
         "/v1/whip/r",
         offer_for("recvonly"),
         {kSdp},
         422,
         "the offer's audio must be sendonly or sendrecv"},
        {"inactive",
         "/v1/whip/r",
         offer_for("inactive"),
         {kSdp},
         422,
         "the offer's audio must be sendonly or sendrecv"},
        {"listens to nothing",
         "/v1/whep/r",
         offer_for("sendonly"),
         {kSdp},
         422,
         "the offer's audio must be recvonly or sendrecv"},
        {"tag too long",
         "/v1/whip/r?app_id=0000000000000000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "0000",
         offer_for("sendonly"),
         {kSdp},
         400,
         "app_id too long: at most 256 bytes"},
    };
    for (const OpenCase& c : cases) {
        SCOPED_TRACE(c.name);
        Client client;
        const auto response = client.send("POST", c.target, c.body, c.headers);
        EXPECT_EQ(static_cast<unsigned>(response.status), c.status);
        EXPECT_EQ(text_of(response), c.text);
        EXPECT_EQ(value_of(response, "Accept-Post"), c.status == 415 ? "application/sdp" : "");
        EXPECT_EQ(client.send("GET", "/v1/legs").body, "[]\n");
        EXPECT_EQ(client.send("GET", "/v1/rooms").body, "[]\n");
        EXPECT_EQ(client.world.story(), "");
    }
}

TEST(Whip, LimitsAreAnswered503And400) {
    Client client{call::LegConfig{.max_legs = 1}, call::RoomConfig{.max_rooms = 1}};
    const std::string long_room = "/v1/whip/" + std::string(257, 'x');
    EXPECT_EQ(client.send("POST", long_room, offer_for("sendonly"), {kSdp}).status, Status::bad_request);
    EXPECT_EQ(client.send("POST", "/v1/whip/r", offer_for("sendonly"), {kSdp}).status, Status::created);
    EXPECT_EQ(text_of(client.send("POST", "/v1/whip/r", offer_for("sendonly"), {kSdp})), "too many legs");
    EXPECT_EQ(text_of(client.send("POST", "/v1/whip/s", offer_for("sendonly"), {kSdp})), "too many rooms");

    Client nowhere;
    nowhere.world.legs.set_local_candidates({});
    EXPECT_EQ(nowhere.send("POST", "/v1/whip/r", offer_for("sendonly"), {kSdp}).status,
              Status::internal_error);
    EXPECT_EQ(nowhere.send("GET", "/v1/rooms").body, "[]\n");
}

TEST(Whip, PatchTricklesCandidates) {  // RFC 9725 §4.3.2
    Studio studio;
    for (const std::string& tag :
         {studio.etag, std::string{"*"}, "\"x\", " + studio.etag, std::string{"\"*\""}}) {
        const auto response = studio.patch(good_fragment(), tag);
        EXPECT_EQ(response.status, Status::no_content) << tag;
        EXPECT_EQ(response.body, "");
        EXPECT_EQ(value_of(response, "ETag"), "") << "MUST NOT";
    }
    EXPECT_EQ(studio.candidates_sent(), 8U);
}

struct PatchCase {
    const char* name;
    std::string body;
    std::vector<Header> headers;
    unsigned status;
    const char* text;
};

TEST(Whip, PatchRefusesWhatDoesNotFit) {
    const Header any{"If-Match", "*"};
    const PatchCase cases[] = {
        {"no type", good_fragment(), {any}, 415, "the body must be application/trickle-ice-sdpfrag"},
        {"SDP", good_fragment(), {kSdp, any}, 415, "the body must be application/trickle-ice-sdpfrag"},
        {"no If-Match",
         good_fragment(),
         {kFragment},
         428,
         "If-Match is required: the ETag of the ICE session, or *"},
        {"another ETag",
         good_fragment(),
         {kFragment, {"If-Match", "\"other\""}},
         412,
         "If-Match is not the ETag of the current ICE session"},
        {"a weak ETag",
         good_fragment(),
         {kFragment, {"If-Match", "W/$E"}},
         412,
         "If-Match is not the ETag of the current ICE session"},
        {"an ETag without quotes",
         good_fragment(),
         {kFragment, {"If-Match", "other"}},
         412,
         "If-Match is not the ETag of the current ICE session"},
        {"empty", "", {kFragment, any}, 400, "invalid SDP fragment"},
        {"no fragment", "hello", {kFragment, any}, 400, "invalid SDP fragment"},
        {"no ufrag", "a=end-of-candidates\r\n", {kFragment, any}, 400, "invalid SDP fragment"},
        {"no candidate",
         good_fragment() + "a=candidate:x\r\n",
         {kFragment, any},
         400,
         "invalid candidate in the SDP fragment"},
        {"restart without a password",
         "a=ice-ufrag:newU\r\n",
         {kFragment, any},
         400,
         "an ICE restart needs ice-ufrag and ice-pwd"},
        {"restart while another offer is under way",
         good_fragment("newU"),
         {kFragment, any},
         409,
         "another offer of this leg is still being carried out"},
    };
    for (const PatchCase& c : cases) {
        SCOPED_TRACE(c.name);
        Studio studio;
        std::vector<Header> headers = c.headers;
        for (Header& header : headers) header.value = replace_all(header.value, "$E", studio.etag);
        const auto response = studio.client.send("PATCH", studio.session, c.body, headers);
        EXPECT_EQ(static_cast<unsigned>(response.status), c.status);
        EXPECT_EQ(text_of(response), c.text);
        EXPECT_EQ(value_of(response, "Accept-Patch"),
                  c.status == 415 ? "application/trickle-ice-sdpfrag" : "");
        EXPECT_EQ(studio.candidates_sent(), 0U);
        EXPECT_NE(studio.client.world.legs.find(studio.leg), nullptr);
    }
}

TEST(Whip, NewCredentialsRestartIce) {  // RFC 9725 §4.3.3
    Studio studio;
    studio.restarted = sdp::Fragment{"ourNewU1", "ourPasswordOf24Character", {candidate_at_port(9)}, true};
    const auto response = studio.patch(good_fragment("newU"), "*");
    EXPECT_EQ(response.status, Status::ok);
    EXPECT_EQ(response.content_type, "application/trickle-ice-sdpfrag");
    EXPECT_EQ(value_of(response, "ETag"), "\"ourNewU1\"");
    EXPECT_THAT(response.body,
                HasSubstr("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=ice-ufrag:ourNewU1\r\n"
                          "a=ice-pwd:ourPasswordOf24Character\r\na=candidate:1 1 udp"));
    EXPECT_THAT(response.body, EndsWith("a=end-of-candidates\r\n"));
    ASSERT_EQ(studio.restarts.size(), 1U);
    EXPECT_EQ(studio.restarts[0].ufrag, "newU");
    EXPECT_EQ(studio.restarts[0].candidates.size(), 2U);
}

TEST(Whip, WithoutRestartsTheyAreA422) {
    Client client{{}, {}, Client::default_config(), Client::Calls::as_configured};
    const auto opened = client.send("POST", "/v1/whip/r", offer_for("sendonly"), {kSdp});
    const auto response = client.send("PATCH", value_of(opened, "Location"), good_fragment("newU"),
                                      {kFragment, {"If-Match", "*"}});
    EXPECT_EQ(response.status, Status::unprocessable);
    EXPECT_EQ(text_of(response), "ICE restarts are not supported");
}

TEST(Whip, DeleteEndsTheLeg) {
    Studio studio;
    studio.client.world.story();
    EXPECT_EQ(studio.client.send("DELETE", studio.session, "", {{"If-Match", "\"old\""}}).status, Status::ok)
        << "an ETag is not looked at";
    EXPECT_EQ(studio.client.world.story(), "leg.left_room@r leg.disconnected");
    EXPECT_EQ(text_of(studio.client.send("DELETE", studio.session)), "session not found");
    EXPECT_EQ(text_of(studio.patch(good_fragment(), "*")), "session not found");
}

TEST(Whip, ASessionIsFoundUnderItsOwnUrlOnly) {
    Studio studio;
    const LegId call = studio.client.world.add_leg();
    const std::string others[] = {
        "/v1/whip/s/" + studio.leg.value,
        "/v1/whep/r/" + studio.leg.value,
        "/v1/whip/r/nobody",
        "/v1/whip/r/" + call.value,
    };
    for (const std::string& other : others) {
        EXPECT_EQ(studio.client.send("GET", other).status, Status::not_found) << other;
        EXPECT_EQ(studio.client.send("DELETE", other).status, Status::not_found) << other;
        EXPECT_EQ(studio.client.send("PATCH", other, good_fragment(), {kFragment, {"If-Match", "*"}}).status,
                  Status::not_found)
            << other;
    }
    EXPECT_EQ(studio.client.send("GET", studio.session).status, Status::no_content);

    studio.client.send("POST", "/v1/rooms/s/legs", R"({"leg_id":")" + studio.leg.value + R"("})");
    EXPECT_EQ(studio.patch(good_fragment(), studio.etag).status, Status::no_content)
        << "moved, the URL stays";
    EXPECT_EQ(studio.client.send("DELETE", studio.session).status, Status::ok);
}

TEST(Whip, OtherMethodsAndPreflight) {
    Studio studio;
    for (const char* method : {"PUT", "PATCH", "DELETE"}) {
        const auto response = studio.client.send(method, "/v1/whip/r");
        EXPECT_EQ(response.status, Status::method_not_allowed) << method;
        EXPECT_EQ(value_of(response, "Allow"), "POST, GET, HEAD, OPTIONS");
    }
    for (const char* method : {"PUT", "POST"}) {
        const auto response = studio.client.send(method, studio.session);
        EXPECT_EQ(response.status, Status::method_not_allowed) << method;
        EXPECT_EQ(value_of(response, "Allow"), "PATCH, DELETE, GET, HEAD, OPTIONS");
    }
    EXPECT_EQ(studio.client.send("GET", "/v1/whip/r").status, Status::no_content) << "RFC 9725 §4.1";
    EXPECT_EQ(studio.client.send("HEAD", "/v1/whep/none").status, Status::no_content);
    EXPECT_EQ(studio.client.send("POST", "/v1/whip/").status, Status::not_found);

    const auto endpoint = studio.client.send("OPTIONS", "/v1/whip/r");
    EXPECT_EQ(endpoint.status, Status::no_content);
    EXPECT_EQ(value_of(endpoint, "Accept-Post"), "application/sdp");
    EXPECT_EQ(value_of(endpoint, "Allow"), "POST, GET, HEAD, OPTIONS");
    EXPECT_EQ(value_of(endpoint, "Access-Control-Allow-Headers"), "Content-Type, Authorization, If-Match");
    EXPECT_THAT(value_of(endpoint, "Access-Control-Allow-Methods"), HasSubstr("PATCH"));
    const auto session = studio.client.send("OPTIONS", studio.session);
    EXPECT_EQ(value_of(session, "Accept-Patch"), "application/trickle-ice-sdpfrag");
    EXPECT_EQ(value_of(session, "Allow"), "PATCH, DELETE, GET, HEAD, OPTIONS");
}

struct CandidatesCase {
    const char* name;
    std::string body;
    unsigned status;
    std::string expect;  ///< The body after its instance_id.
    std::size_t sent = 0;
};

std::string candidate_json(const std::string& line) { return R"({"candidate":")" + line + R"("})"; }

std::string array_of(std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
        list += (list.empty() ? "" : ",") + candidate_json(candidate_at_port(static_cast<int>(i)));
    return "[" + list + "]";
}

std::string says(const std::string& text) { return R"("error":")" + text + "\"}\n"; }

TEST(Candidates, ComeInArraysAllOrNothing) {
    const std::string good = candidate_json(candidate_at_port(1));
    const CandidatesCase cases[] = {
        {"one", "[" + good + "]", 200, "\"status\":\"added\",\"added\":1}\n", 1},
        {"one and the end", "[" + good + R"(,{"candidate":""}])", 200, "\"status\":\"added\",\"added\":2}\n",
         1},
        {"as many as may be", array_of(64), 200, "\"status\":\"added\",\"added\":64}\n", 64},
        {"more", array_of(65), 400, says("too many candidates: at most 64")},
        {"none", "[]", 400, says("invalid JSON")},
        {"no object", "[" + good + ",7]", 400, says("invalid JSON")},
        {"null", "[null]", 400, says("invalid JSON")},
        {"nested", "[[" + good + "]]", 400, says("invalid JSON")},
        {"wrong type", "[" + good + R"(,{"sdpMid":0}])", 400, says("invalid JSON")},
        {"cut off", "[" + good, 400, says("invalid JSON")},
        {"no candidate", "[" + good + R"(,{"candidate":"nonsense"}])", 500,
         says("failed to add ICE candidate")},
    };
    for (const CandidatesCase& c : cases) {
        SCOPED_TRACE(c.name);
        Client client;
        const std::string target = "/v1/legs/" + client.world.add_leg().value + "/ice-candidates";
        const auto response = client.send("POST", target, c.body);
        EXPECT_EQ(static_cast<unsigned>(response.status), c.status);
        EXPECT_THAT(response.body, EndsWith(c.expect));
        EXPECT_EQ(client.world.sent<engine::AddRemoteCandidate>().size(), c.sent);
    }
}

TEST(Candidates, ComeInFragments) {
    const CandidatesCase cases[] = {
        {"two", good_fragment(), 200, "\"status\":\"added\",\"added\":2}\n", 2},
        {"the end alone", "a=ice-ufrag:peer\r\na=end-of-candidates\r\n", 200,
         "\"status\":\"added\",\"added\":0}\n"},
        {"JSON", candidate_json(candidate_at_port(1)), 400, says("invalid SDP fragment")},
        {"no candidate", good_fragment() + "a=candidate:x\r\n", 400,
         says("invalid candidate in the SDP fragment")},
        {"another session", good_fragment("other"), 409,
         says("ice-ufrag is not that of this leg's ICE session")},
    };
    for (const CandidatesCase& c : cases) {
        SCOPED_TRACE(c.name);
        Client client;
        const std::string target = "/v1/legs/" + client.world.add_leg().value + "/ice-candidates";
        const auto response = client.send(
            "POST", target, c.body, {{"content-type", "Application/trickle-ice-sdpfrag; charset=utf-8"}});
        EXPECT_EQ(static_cast<unsigned>(response.status), c.status);
        EXPECT_THAT(response.body, EndsWith(c.expect));
        EXPECT_EQ(client.world.sent<engine::AddRemoteCandidate>().size(), c.sent);
    }
    Client client;
    const auto nobody = client.send("POST", "/v1/legs/nobody/ice-candidates", good_fragment(), {kFragment});
    EXPECT_EQ(nobody.status, Status::not_found);
    EXPECT_EQ(client.send("POST", "/v1/legs/nobody/ice-candidates", "[{}]").status, Status::not_found);
}

struct ReofferCase {
    const char* name;
    std::string body;
    error_code error;  ///< What reoffer says.
    unsigned status;
    const char* expect;
};

TEST(FurtherOffers, AreAnsweredOrLeaveTheCallAsItWas) {
    const std::string good = offer_body(plain_offer());
    const ReofferCase cases[] = {
        {"fine", good, {}, 200, "\"status\":\"answered\",\"leg_id\":\"$L\",\"sdp\":\"v=0\"}\n"},
        {"no body", "", {}, 400, "\"error\":\"invalid JSON\"}\n"},
        {"wrong type", R"({"sdp":1})", {}, 400, "\"error\":\"invalid JSON\"}\n"},
        {"no offer", "{}", call::Error::invalid_offer, 400, "\"error\":\"invalid SDP offer\"}\n"},
        {"gone", good, call::Error::leg_not_found, 404, "\"error\":\"leg not found\"}\n"},
        {"busy", good, call::Error::change_pending, 409,
         "\"error\":\"another offer of this leg is still being carried out\"}\n"},
        {"no codec", good, call::Error::no_common_codec, 500,
         "\"error\":\"failed to set local description\"}\n"},
        {"no address", good, call::Error::no_transport, 500,
         "\"error\":\"failed to create peer connection\"}\n"},
    };
    for (const ReofferCase& c : cases) {
        SCOPED_TRACE(c.name);
        auto config = Client::default_config();
        config.connection.reoffer = [&](Instant, const LegId& leg, std::string_view) -> Result<call::NewLeg> {
            if (c.error) return c.error;
            return call::NewLeg{leg, "v=0"};
        };
        Client client{{}, {}, std::move(config)};
        const LegId leg = client.world.add_leg();
        const auto response = client.send("POST", "/v1/legs/" + leg.value + "/offer", c.body);
        EXPECT_EQ(static_cast<unsigned>(response.status), c.status);
        EXPECT_THAT(response.body, EndsWith(replace_all(c.expect, "$L", leg.value)));
        EXPECT_EQ(client.send("POST", "/v1/legs/nobody/offer", "{").status, Status::bad_request);
        EXPECT_EQ(client.send("POST", "/v1/legs/nobody/offer", good).status, Status::not_found);
    }
}

TEST(FurtherOffers, GoToTheLegService) {
    Client client;
    const LegId leg = client.world.add_leg();
    const std::string target = "/v1/legs/" + leg.value + "/offer";
    const auto hold = client.ask("POST", target, offer_body(offer_for("recvonly"))).as_object();
    EXPECT_EQ(hold.at("leg_id").as_string(), leg.value);
    EXPECT_THAT(std::string{hold.at("sdp").as_string()}, HasSubstr("a=sendonly"));

    const std::string restarted = replace_all(plain_offer(), "a=ice-ufrag:peer", "a=ice-ufrag:newU");
    EXPECT_EQ(client.send("POST", target, offer_body(restarted)).status, Status::ok);
    const auto busy = client.send("POST", target, offer_body(plain_offer()));
    EXPECT_EQ(busy.status, Status::conflict) << "the restart is still on its way";
    EXPECT_EQ(text_of(busy), "another offer of this leg is still being carried out");
    EXPECT_EQ(client.send("POST", target, offer_body("hello")).status, Status::bad_request);
}

TEST(Whip, ARestartMakesANewIceSession) {
    Client client;
    const auto opened = client.send("POST", "/v1/whip/r", offer_for("sendonly"), {kSdp});
    const std::string session = value_of(opened, "Location");
    const auto restart = client.send("PATCH", session, good_fragment("newU"), {kFragment, {"If-Match", "*"}});
    ASSERT_EQ(restart.status, Status::ok);
    EXPECT_NE(value_of(restart, "ETag"), value_of(opened, "ETag"));
    EXPECT_THAT(restart.body, HasSubstr("a=candidate:1 1 udp"));

    const auto old = client.send("PATCH", session, good_fragment("newU"),
                                 {kFragment, {"If-Match", value_of(opened, "ETag")}});
    EXPECT_EQ(old.status, Status::precondition_failed);
    const auto current = client.send("PATCH", session, good_fragment("newU"),
                                     {kFragment, {"If-Match", value_of(restart, "ETag")}});
    EXPECT_EQ(current.status, Status::no_content);
    const auto again = client.send("PATCH", session, good_fragment("third"), {kFragment, {"If-Match", "*"}});
    EXPECT_EQ(again.status, Status::conflict);
    EXPECT_EQ(client.send("DELETE", session).status, Status::ok);
}

TEST(Whip, ARestartThatCannotBeReadChangesNothing) {
    Client client;
    const auto opened = client.send("POST", "/v1/whip/r", offer_for("sendonly"), {kSdp});
    const std::string nonsense = "a=ice-ufrag:newU\r\na=ice-pwd:0123456789abcdefghijkl\r\na=candidate:x\r\n";
    const auto refused =
        client.send("PATCH", value_of(opened, "Location"), nonsense, {kFragment, {"If-Match", "*"}});
    EXPECT_EQ(refused.status, Status::bad_request);
    const auto trickle = client.send("PATCH", value_of(opened, "Location"), good_fragment(),
                                     {kFragment, {"If-Match", value_of(opened, "ETag")}});
    EXPECT_EQ(trickle.status, Status::no_content) << "the session is the one it was";
}

TEST(FurtherOffers, NeedSomebodyToAsk) {
    Client client{{}, {}, Client::default_config(), Client::Calls::as_configured};
    const auto response =
        client.send("POST", "/v1/legs/" + client.world.add_leg().value + "/offer", offer_body(plain_offer()));
    EXPECT_EQ(response.status, Status::not_implemented);
}

}  // namespace
}  // namespace legroom::api
