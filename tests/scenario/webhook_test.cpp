// Events on their way from the real program to a real receiver.
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <optional>

#include "io/http_server.hpp"
#include "scenario/http_client.hpp"
#include "scenario/running_program.hpp"
#include "sim/scratch_directory.hpp"

#include "call/call_test_world.hpp"

namespace legroom::scenario {
namespace {

/// Takes what is posted to it; what goes to /old it sends on to /new.
class WebhookReceiver {
public:
    WebhookReceiver() {
        io::HttpHandlers handlers;
        handlers.handle = [this](const api::Request& request,
                                 const io::HttpHandlers::Respond& respond) -> io::HttpHandlers::Cancel {
            if (request.target == "/old") {
                respond({static_cast<api::Status>(307), "text/plain", "", {{"Location", "/new"}}});
            } else {
                requests_.push_back(request);
                respond({api::Status::ok, "text/plain", "thanks", {}});
            }
            return {};
        };
        handlers.refuse = [](api::Status status, std::string error) {
            return api::Response{status, "text/plain", std::move(error), {}};
        };
        server_.emplace(context_, std::move(handlers), io::HttpLimits{});
        url_ = "http://" + server_->listen(*Endpoint::parse("127.0.0.1:0")).value().to_string();
    }
    [[nodiscard]] std::string url(const std::string& path) const { return url_ + path; }

    /// The next one that comes, in 20 s.
    api::Request next() {
        while (taken_ == requests_.size() && context_.run_one_for(std::chrono::seconds{20}) > 0) {
        }
        if (taken_ == requests_.size()) throw std::runtime_error("no webhook came");
        return requests_[taken_++];
    }
    /// "leg.muted /leg"
    std::string next_story() {
        const api::Request request = next();
        return std::string{boost::json::parse(request.body).at("type").as_string()} + " " + request.target;
    }

private:
    boost::asio::io_context context_;
    std::optional<io::HttpServer> server_;
    std::string url_;
    std::vector<api::Request> requests_;
    std::size_t taken_ = 0;
};

/// What openssl's command line says the signature is.
std::string signed_by_openssl(const std::string& secret, const std::string& body) {
    const ScratchDirectory scratch;
    const std::string path = scratch.file("body");
    std::ofstream{path, std::ios::binary} << body;
    const std::string command = "openssl dgst -sha256 -r -hmac '" + secret + "' " + path;
    const std::unique_ptr<FILE, int (*)(FILE*)> output{::popen(command.c_str(), "r"), ::pclose};
    std::string digits(64, ' ');
    const bool complete =
        output && std::fread(digits.data(), 1, digits.size(), output.get()) == digits.size();
    return complete ? "sha256=" + digits : "openssl failed";
}

TEST(Webhook, GetsEventsSignedWholeAndInOrder) {
    WebhookReceiver receiver;
    RunningProgram program(std::map<std::string, std::string>{{"WEBHOOK_URL", receiver.url("/all")},
                                                              {"WEBHOOK_SECRET", "everybody's"}});
    HttpClient http(program.http());
    EXPECT_EQ(http.request("POST", "/v1/rooms",
                           R"({"id":"r","webhook_secret":"north of the river","webhook_url":")" +
                               receiver.url("/room") + "\"}")
                  .status,
              201U);
    const api::Request created = receiver.next();
    EXPECT_EQ(created.method, "POST");
    EXPECT_EQ(created.target, "/room");
    EXPECT_EQ(api::header_value(created.headers, "Content-Type"), "application/json");
    EXPECT_EQ(api::header_value(created.headers, "X-Signature-256"),
              signed_by_openssl("north of the river", created.body));
    const auto ledger = boost::json::parse(http.request("GET", "/v1/events").body);
    EXPECT_EQ(boost::json::parse(created.body), ledger.at("events").at(0));
    EXPECT_EQ(api::header_value(created.headers, "X-Event-Id"),
              ledger.at("events").at(0).at("event_id").as_string());

    const boost::json::value offer{{"sdp", call::test::plain_offer()}, {"webhook_url", receiver.url("/old")}};
    const auto answer =
        boost::json::parse(http.request("POST", "/v1/webrtc/offer", boost::json::serialize(offer)).body);
    const std::string leg = "/v1/legs/" + std::string{answer.at("leg_id").as_string()};
    for (int i = 0; i < 5; ++i) {
        http.request("POST", leg + "/mute");
        http.request("DELETE", leg + "/mute");
    }
    http.request("DELETE", leg);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(receiver.next_story(), "leg.muted /new") << "redirects are followed";
        EXPECT_EQ(receiver.next_story(), "leg.unmuted /new");
    }
    const api::Request last = receiver.next();
    EXPECT_EQ(boost::json::parse(last.body).at("type"), "leg.disconnected");
    EXPECT_EQ(api::header_value(last.headers, "X-Signature-256"), "") << "no secret, no signature";

    http.request("DELETE", "/v1/rooms/r");
    EXPECT_EQ(receiver.next_story(), "room.deleted /all");
    EXPECT_EQ(boost::json::parse(http.request("GET", "/v1/webhooks").body).at("enqueued"), 13);
    EXPECT_EQ(program.terminate(), 0);
}

}  // namespace
}  // namespace legroom::scenario
