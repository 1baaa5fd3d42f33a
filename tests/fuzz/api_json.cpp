// One request into the whole API: "METHOD target", a newline, the body. $L stands for a leg that is in no
// room, $M for one in the room "full", $W for one that came there by WHIP. There are rooms "beside" and
// "beyond" and the bridge "b" between them. A third word of the first line is the Content-Type and the
// Accept; If-Match is always there.
#include <boost/json/parse.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/api_test_client.hpp"
#include "api/exchange_test_check.hpp"

namespace {

using legroom::api::Request;
using legroom::api::Response;
using legroom::api::Status;
using legroom::api::test::Client;

void require(bool promise) {
    if (!promise) std::abort();
}

std::string replace(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

Request read_request(const std::string& input) {
    const auto line_end = std::min(input.find('\n'), input.size());
    const std::string line = input.substr(0, line_end);
    const auto space = std::min(line.find(' '), line.size());
    const auto second = std::min(line.find(' ', std::min(space + 1, line.size())), line.size());
    const std::string type = line.substr(std::min(second + 1, line.size()));
    return {line.substr(0, space),
            line.substr(std::min(space + 1, second), second - std::min(space + 1, second)),
            input.substr(std::min(line_end + 1, input.size())),
            {{"Content-Type", type}, {"Accept", type}, {"If-Match", "*"}}};
}

/// A session of WHIP in the room "full": its leg.
std::string publish(Client& client) {
    const auto opened = client.send("POST", "/v1/whip/full", legroom::call::test::plain_offer(),
                                    {{"Content-Type", "application/sdp"}});
    const std::string session = legroom::api::header_value(opened.headers, "Location");
    require(opened.status == Status::created && session.starts_with("/v1/whip/full/"));
    return session.substr(session.rfind('/') + 1);
}

/// Sends it and lets so much time pass that whatever waits has been answered: once.
Response settle(Client& client, const Request& request) {
    const auto pending = client.start(request.method, request.target, request.body, request.headers);
    client.run_for(std::chrono::minutes{1});
    require(pending.responses->size() == 1);
    return pending.response();
}

/// What is true of every response: JSON that says who we are, and one line of it.
void check(const Response& response) {
    if (response.status == Status::no_content || response.content_type != "application/json") return;
    require(response.body.starts_with("{\"instance_id\":\"here\",") || response.body.starts_with('['));
    require(response.body.find('\n') == response.body.size() - 1);
    boost::json::error_code error;
    boost::json::parse(response.body, error);  // Refuses what is not UTF-8, too.
    require(!error);
}

/// Whatever comes, what is answered is what the description of the API says.
void hold_against_description(const legroom::api::Router& router, const Request& request,
                              const Response& response) {
    static legroom::api::test::ExchangeCheck check{router.routes()};
    require(check.misfit(router, request, response).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    legroom::api::test::witness() = hold_against_description;
    Client client;
    const auto loose = client.world.add_leg();
    const auto member = client.world.add_leg();
    client.send("POST", "/v1/rooms/full/legs", R"({"leg_id":")" + member.value + R"("})");
    client.send("POST", "/v1/rooms", R"({"id":"beside"})");
    client.send("POST", "/v1/rooms", R"({"id":"beyond"})");
    client.send("POST", "/v1/rooms/beside/bridges", R"({"room_id":"beyond","id":"b"})");

    std::string input{reinterpret_cast<const char*>(data), size};
    input = replace(replace(std::move(input), "$L", loose.value), "$M", member.value);
    input = replace(std::move(input), "$W", publish(client));
    check(settle(client, read_request(input)));
    check(client.send("GET", "/v1/legs"));
    check(client.send("GET", "/v1/rooms"));
    check(client.send("GET", "/v1/rooms/full/routing"));
    check(client.send("GET", "/v1/rooms/beside/bridges"));
    return 0;
}
