// DTMF over the API, one line a case: the routes, their statuses and texts, and accept_dtmf in an offer.
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include "api/api_test_client.hpp"

namespace legroom::api {
namespace {

using call::test::offer_with_digits;
using call::test::plain_offer;
using test::Client;
using test::json_text;
using test::replace_all;

/// Leg $D takes digits, leg $P has offered no telephone-event, leg $H holds.
struct Desk {
    Client client;
    LegId digits = add(offer_with_digits());
    LegId plain = add(plain_offer());
    LegId holding = add(replace_all(offer_with_digits(), "a=sendrecv", "a=sendonly"));

    LegId add(const std::string& offer) { return client.world.legs.create(client.world.now, offer)->id; }
    [[nodiscard]] std::string fill(std::string text) const {
        text = replace_all(std::move(text), "$D", digits.value);
        text = replace_all(std::move(text), "$P", plain.value);
        return replace_all(std::move(text), "$H", holding.value);
    }
};

struct DtmfCase {
    const char* method;
    const char* target;
    std::string body;
    unsigned status;
    std::string expect;  ///< The body after its instance_id.
};

std::string refused(const std::string& text) { return R"({"error":)" + json_text(text) + "}"; }
std::string word(const std::string& status) { return R"({"status":")" + status + R"("})"; }

TEST(DtmfRoutes, AnswerAsTheContractSays) {
    const std::string bad_json = refused("invalid JSON");
    const std::string gone = refused("leg not found");
    const std::string required = refused("digits required");
    const std::string none = refused(
        "the leg's peer takes no DTMF: its offer has no telephone-event; offer again with one (RFC 4733)");
    const std::string held = refused(
        "the leg's peer receives nothing: it is on hold, or only publishes; digits can be sent once its "
        "offer is "
        "sendrecv or recvonly");
    const std::string many = R"({"digits":")" + std::string(257, '1') + R"("})";
    const DtmfCase cases[] = {
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":"0123456789*#ABCDabcd"})", 200, word("sent")},
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":"1-2 x","duration":7})", 200, word("sent")},
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":"no key"})", 200, word("sent")},
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":"1"} and more)", 200, word("sent")},
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":")" + std::string(256, '#') + R"("})", 200, word("sent")},
        {"POST", "/v1/legs/$D/dtmf", "", 400, bad_json},
        {"POST", "/v1/legs/$D/dtmf", "{", 400, bad_json},
        {"POST", "/v1/legs/$D/dtmf", "[]", 400, bad_json},
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":5})", 400, bad_json},
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":["5"]})", 400, bad_json},
        {"POST", "/v1/legs/$D/dtmf", "{}", 400, required},
        {"POST", "/v1/legs/$D/dtmf", "null", 400, required},
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":""})", 400, required},
        {"POST", "/v1/legs/$D/dtmf", R"({"digits":null})", 400, required},
        {"POST", "/v1/legs/$D/dtmf", R"({"Digits":"1"})", 400, required},
        {"POST", "/v1/legs/$D/dtmf", many, 400, refused("too many digits: at most 256")},
        {"POST", "/v1/legs/nobody/dtmf", R"({"digits":"1"})", 404, gone},
        {"POST", "/v1/legs/$P/dtmf", R"({"digits":"1"})", 409, none},
        {"POST", "/v1/legs/$H/dtmf", R"({"digits":"1"})", 409, held},
        {"GET", "/v1/legs/$D/dtmf", "", 405, refused("method not allowed")},

        {"POST", "/v1/legs/$D/dtmf/accept", "", 200, word("dtmf_accepting")},
        {"POST", "/v1/legs/$D/dtmf/accept", "not JSON", 200, word("dtmf_accepting")},
        {"POST", "/v1/legs/$D/dtmf/reject", "", 200, word("dtmf_rejecting")},
        {"POST", "/v1/legs/$P/dtmf/reject", "{}", 200, word("dtmf_rejecting")},
        {"POST", "/v1/legs/nobody/dtmf/accept", "", 404, gone},
        {"POST", "/v1/legs/nobody/dtmf/reject", "", 404, gone},
        {"DELETE", "/v1/legs/$D/dtmf/accept", "", 405, refused("method not allowed")},
        {"POST", "/v1/legs/$D/dtmf/ignore", "", 404, refused("not found")},

        // In the contract's order: JSON, lookup, fields, state.
        {"POST", "/v1/legs/nobody/dtmf", "{", 400, bad_json},
        {"POST", "/v1/legs/nobody/dtmf", "{}", 404, gone},
        {"POST", "/v1/legs/$P/dtmf", "{}", 400, required},
        {"POST", "/v1/legs/$P/dtmf", many, 400, refused("too many digits: at most 256")},
    };
    for (const DtmfCase& c : cases) {
        Desk desk;
        SCOPED_TRACE(testing::Message() << c.method << ' ' << c.target << ' ' << c.body);
        const auto response = desk.client.send(c.method, desk.fill(c.target), c.body);
        EXPECT_EQ(static_cast<unsigned>(response.status), c.status);
        EXPECT_EQ(replace_all(response.body, R"({"instance_id":"here",)", "{"), c.expect + "\n");
    }
}

TEST(DtmfRoutes, RefuseWhatWouldHaveToWaitTooLong) {
    Desk desk;
    const std::string target = desk.fill("/v1/legs/$D/dtmf");
    const std::string full = R"({"digits":")" + std::string(256, '1') + R"("})";
    EXPECT_EQ(desk.client.send("POST", target, full).status, Status::ok);
    const auto refusal = desk.client.send("POST", target, R"({"digits":"1"})");
    EXPECT_EQ(refusal.status, Status::unavailable);
    EXPECT_NE(refusal.body.find("too many digits are waiting to be sent: at most 256"), std::string::npos);
    desk.client.world.engine_says(engine::DigitsDone{desk.digits, 1, 0});
    EXPECT_EQ(desk.client.send("POST", target, R"({"digits":"1"})").status, Status::ok);
}

TEST(DtmfRoutes, AcceptingShowsInTheLeg) {
    Desk desk;
    const std::string leg = desk.fill("/v1/legs/$P");
    EXPECT_TRUE(desk.client.ask("GET", leg).at("accept_dtmf").as_bool());
    desk.client.send("POST", leg + "/dtmf/reject");
    EXPECT_FALSE(desk.client.ask("GET", leg).at("accept_dtmf").as_bool());
    desk.client.send("POST", leg + "/dtmf/accept");
    EXPECT_TRUE(desk.client.ask("GET", leg).at("accept_dtmf").as_bool());
}

TEST(DtmfRoutes, AnOfferSaysWhetherItsLegAccepts) {
    const struct {
        const char* member;
        bool accepts;
    } cases[] = {{"", true},
                 {R"("accept_dtmf":null,)", true},
                 {R"("accept_dtmf":true,)", true},
                 {R"("accept_dtmf":false,)", false}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.member);
        Client client;
        const auto made =
            client.ask("POST", "/v1/webrtc/offer",
                       std::string{"{"} + c.member + R"("sdp":)" + json_text(plain_offer()) + "}");
        const auto id = boost::json::value_to<std::string>(made.at("leg_id"));
        EXPECT_EQ(client.ask("GET", "/v1/legs/" + id).at("accept_dtmf").as_bool(), c.accepts);
    }
    Client client;
    const auto response = client.send("POST", "/v1/webrtc/offer",
                                      R"({"accept_dtmf":"yes","sdp":)" + json_text(plain_offer()) + "}");
    EXPECT_EQ(response.status, Status::bad_request);
    EXPECT_TRUE(client.world.legs.all().empty()) << "no leg remains";
}

}  // namespace
}  // namespace legroom::api
