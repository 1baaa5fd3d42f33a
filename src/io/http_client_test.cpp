#include "io/http_client.hpp"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <curl/curl.h>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <list>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <set>
#include <unistd.h>

#include "io/http_server.hpp"
#include "sim/scratch_directory.hpp"

#include "io/tls_test_server.hpp"

namespace legroom::io {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::HasSubstr;

/// The look-ups of "hangs.invalid": they wait here until they are let go, once and for all.
class HangingNames {
public:
    void hang() {
        std::unique_lock lock{mutex_};
        ++inside_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
        --inside_;
        changed_.notify_all();
    }
    void wait_for_one() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return inside_ > 0; });
    }
    void let_go() {
        std::unique_lock lock{mutex_};
        open_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return inside_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int inside_ = 0;
    bool open_ = false;
};

/// Of transfers that libcurl is to have no memory for.
std::atomic<int>& transfers_without_memory() {
    static std::atomic<int> count = 0;
    return count;
}

HangingNames& hanging_names() {
    static auto& names = *new HangingNames;  // A look-up's thread may outlive the tests.
    return names;
}

}  // namespace
}  // namespace legroom::io

/// In front of the C library's, for libcurl too: names under .invalid are nobody's, and nobody is asked.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
    if (name != nullptr && std::strcmp(name, "hangs.invalid") == 0) {
        legroom::io::hanging_names().hang();
        return EAI_AGAIN;
    }
    if (name != nullptr && std::strstr(name, ".invalid") != nullptr) return EAI_NONAME;
    static const auto next = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return next(name, service, hints, found);
}

/// Likewise, for the client.
extern "C" CURLMcode curl_multi_add_handle(CURLM* multi, CURL* easy) {
    std::atomic<int>& count = legroom::io::transfers_without_memory();
    if (count > 0) {
        --count;
        return CURLM_OUT_OF_MEMORY;
    }
    static const auto next =
        reinterpret_cast<decltype(&curl_multi_add_handle)>(::dlsym(RTLD_NEXT, "curl_multi_add_handle"));
    return next(multi, easy);
}

namespace legroom::io {
namespace {

/// A server whose answers a test writes, the client, and the one thread of both.
class HttpClientTest : public testing::Test {
protected:
    HttpClientTest() {
        HttpHandlers handlers;
        handlers.handle = [this](const api::Request& request,
                                 HttpHandlers::Respond respond) -> HttpHandlers::Cancel {
            requests.push_back(request);
            if (request.target == "/never") {
                unanswered.push_back(std::move(respond));
                return [] {};
            }
            respond(answers.contains(request.target)
                        ? answers.at(request.target)
                        : api::Response{api::Status::ok, "text/plain", "hello", {}});
            return {};
        };
        handlers.refuse = [](api::Status status, std::string error) {
            return api::Response{status, "text/plain", std::move(error), {}};
        };
        server.emplace(context, std::move(handlers), HttpLimits{});
        const auto bound = server->listen(*Endpoint::parse("127.0.0.1:0"));
        base = "http://" + bound.value().to_string();
        client.emplace(context);
    }
    std::string file(const std::string& name, const std::string& text) {
        const std::string path = scratch.file(name);
        std::ofstream{path, std::ios::binary} << text;
        return path;
    }
    static std::string text_of(const std::string& path) {
        std::ifstream in{path, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }

    [[nodiscard]] HttpRequest get(const std::string& path) const {
        HttpRequest request;
        request.url = base + path;
        return request;
    }
    [[nodiscard]] HttpRequest post(const std::string& path, std::string body) const {
        HttpRequest request = get(path);
        request.method = "POST";
        request.body = std::move(body);
        return request;
    }
    HttpOutcome outcome(HttpRequest request) {
        std::optional<HttpOutcome> told;
        client->send(std::move(request), [&](HttpOutcome what) {
            EXPECT_FALSE(told) << "once";
            told = std::move(what);
        });
        EXPECT_FALSE(told) << "later, never at once";
        run_until([&] { return told.has_value(); });
        return told ? std::move(*told) : HttpFailure{};
    }
    HttpAnswer answer(HttpRequest request) {
        auto told = outcome(std::move(request));
        if (told) return std::move(*told);
        ADD_FAILURE() << to_string(told.error().error) << ": " << told.error().detail;
        return {};
    }
    std::string failure(HttpRequest request) {
        const auto told = outcome(std::move(request));
        return told ? "none" : std::string{to_string(told.error().error)};
    }
    template <class Finished>
    void run_until(Finished finished) {
        while (!finished() && context.run_one_for(5s) > 0) {
        }
        ASSERT_TRUE(finished());
    }
    static api::Response redirect(int status, const std::string& to) {
        return {static_cast<api::Status>(status), "text/plain", "there", {{"Location", to}}};
    }

    asio::io_context context;
    std::optional<HttpServer> server;
    std::string base;
    std::map<std::string, api::Response> answers;
    std::vector<api::Request> requests;
    std::vector<HttpHandlers::Respond> unanswered;
    ScratchDirectory scratch;
    std::optional<HttpClient> client;
};

/// A server that says one text to whoever connects, once a request's head has come, and keeps the connection.
class ScriptedServer {
public:
    ScriptedServer(asio::io_context& context, std::string text)
        : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), text_(std::move(text)) {
        accept();
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
    }
    int connections = 0;

private:
    struct Connection {
        explicit Connection(tcp::socket accepted) : socket(std::move(accepted)) {}
        tcp::socket socket;
        std::string head;
    };
    void accept() {
        acceptor_.async_accept([this](const auto& error, tcp::socket socket) {
            if (error) return;
            ++connections;
            auto& one = open_.emplace_back(std::move(socket));
            asio::async_read_until(one.socket, asio::dynamic_buffer(one.head), "\r\n\r\n",
                                   [this, &one](auto, auto) {
                                       asio::async_write(one.socket, asio::buffer(text_), [](auto, auto) {});
                                   });
            accept();
        });
    }

    tcp::acceptor acceptor_;
    std::string text_;
    std::list<Connection> open_;
};

TEST_F(HttpClientTest, GetsAnAnswerWithTheHeadersWanted) {
    answers["/a?b=1"] = {
        api::Status::not_found, "text/plain", "nothing", {{"X-Kind", "a"}, {"X-Other", "b"}}};
    HttpRequest request = get("/a?b=1");
    request.headers = {{"X-Mine", "yes"}, {"X-Empty", ""}};
    request.wanted_headers = {"x-kind", "x-absent"};
    const HttpAnswer told = answer(std::move(request));
    EXPECT_EQ(told.status, 404);
    EXPECT_EQ(told.body, "nothing");
    EXPECT_EQ(told.body_bytes, 7U);
    ASSERT_EQ(told.headers.size(), 1U);
    EXPECT_EQ(told.headers[0].second, "a");
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].method, "GET");
    EXPECT_EQ(api::header_value(requests[0].headers, "X-Mine"), "yes");
    EXPECT_EQ(api::header_value(requests[0].headers, "X-Empty"), "");
    EXPECT_EQ(client->counters().answered, 1U);
    EXPECT_EQ(client->under_way(), 0U);
}

TEST_F(HttpClientTest, SendsBodiesFromMemoryAndFromFiles) {
    const std::string large(2'000'000, 'z');
    EXPECT_EQ(answer(post("/", std::string{"a\0b", 3})).status, 200);
    HttpRequest put = get("/file");
    put.method = "PUT";
    put.upload_file = file("up", large.substr(0, 60'000));
    EXPECT_EQ(answer(std::move(put)).status, 200);
    HttpRequest remove = get("/gone");
    remove.method = "DELETE";
    EXPECT_EQ(answer(std::move(remove)).status, 200);
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].body, (std::string{"a\0b", 3}));
    EXPECT_EQ(api::header_value(requests[0].headers, "Content-Type"), "");
    EXPECT_EQ(requests[1].method, "PUT");
    EXPECT_EQ(requests[1].body, large.substr(0, 60'000));
    EXPECT_EQ(requests[2].method, "DELETE");

    HttpRequest absent = get("/");
    absent.method = "PUT";
    absent.upload_file = "/nonexistent/file";
    EXPECT_EQ(failure(std::move(absent)), "file");
}

TEST_F(HttpClientTest, WritesABodyIntoAFileAndRemovesWhatFailed) {
    answers["/big"] = {api::Status::ok, "audio/wav", std::string(500'000, 'w'), {}};
    HttpRequest request = get("/big");
    request.download_file = file("down", "what was there before");
    const HttpAnswer told = answer(request);
    EXPECT_EQ(told.body, "");
    EXPECT_EQ(told.body_bytes, 500'000U);
    EXPECT_TRUE(text_of(request.download_file) == std::string(500'000, 'w'));

    request.max_body = 499'999;
    EXPECT_EQ(failure(request), "too_large");
    EXPECT_FALSE(std::ifstream{request.download_file}.good());
    request.download_file = "/nonexistent/file";
    EXPECT_EQ(failure(request), "file");
}

TEST_F(HttpClientTest, WritesABodyIntoAFileWithoutANameAndHandsItOver) {
    answers["/big"] = {api::Status::ok, "audio/wav", std::string(500'000, 'w'), {}};
    answers["/none"] = {api::Status::not_found, "text/plain", "nothing", {}};
    HttpRequest request = get("/big");
    request.download_directory = scratch.path();
    HttpAnswer told = answer(request);
    EXPECT_EQ(told.body, "");
    ASSERT_TRUE(told.file);
    std::string text(500'001, ' ');
    EXPECT_EQ(::read(told.file.get(), text.data(), text.size()), 500'000);
    EXPECT_TRUE(text == std::string(500'000, 'w') + ' ');
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));

    request.url = base + "/none";
    EXPECT_FALSE(answer(request).file) << "what is no success is of no use";
    request.download_directory = "/nonexistent";
    EXPECT_EQ(failure(request), "file");
}

TEST_F(HttpClientTest, TakesNoMoreThanItMay) {
    answers["/"] = {api::Status::ok, "text/plain", std::string(1000, 'x'), {}};
    HttpRequest request = get("/");
    request.max_body = 1000;
    EXPECT_EQ(answer(request).body.size(), 1000U);
    request.max_body = 999;
    EXPECT_EQ(failure(request), "too_large");

    ScriptedServer unannounced{context, "HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x')};
    request.url = unannounced.url();
    EXPECT_EQ(failure(request), "too_large");

    std::string lines = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 5000; ++i) lines += "X-" + std::to_string(i) + ": " + std::string(60, 'v') + "\r\n";
    ScriptedServer endless{context, lines};
    request.url = endless.url();
    EXPECT_EQ(failure(request), "too_large");
}

TEST_F(HttpClientTest, ABodyThatNobodyWantsSpoilsNoAnswer) {
    ScriptedServer endless{context, "HTTP/1.1 201 Created\r\n\r\n" + std::string(100'000, 'x')};
    ScriptedServer unfinished{context, "HTTP/1.1 202 Accepted\r\nContent-Length: 9999999\r\n\r\nx"};
    HttpRequest request;
    request.discard_body = true;
    request.max_body = 1'000;
    request.url = endless.url();
    HttpAnswer told = answer(request);
    EXPECT_EQ(told.status, 201);
    EXPECT_EQ(told.body, "");
    request.total_time = 100ms;
    request.url = unfinished.url();
    EXPECT_EQ(answer(request).status, 202);
    ScriptedServer never_begun{context, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"};
    request.url = never_begun.url();
    EXPECT_EQ(answer(request).status, 200);
    ScriptedServer silent{context, ""};
    request.url = silent.url();
    EXPECT_EQ(failure(request), "timeout");
}

TEST_F(HttpClientTest, OnlyTheHeadersOfTheFinalAnswerAreOne) {
    ScriptedServer early{context, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"};
    ScriptedServer unfinished{context, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"};
    ScriptedServer elsewhere{
        context, "HTTP/1.1 307 There\r\nLocation: " + early.url() + "\r\nContent-Length: 0\r\n\r\n"};
    HttpRequest request;
    request.discard_body = true;
    request.redirects = 1;
    request.total_time = 100ms;
    for (const ScriptedServer* one : {&early, &unfinished, &elsewhere}) {
        request.url = one->url();
        EXPECT_EQ(failure(request), "timeout");
    }
    EXPECT_EQ(early.connections, 2) << "the redirect was followed";
}

TEST_F(HttpClientTest, FollowsRedirectsAsFarAsItIsAllowed) {
    answers["/302"] = redirect(302, "/there");
    answers["/307"] = redirect(307, "/there");
    answers["/round"] = redirect(302, "/round");
    EXPECT_EQ(answer(post("/302", "text")).status, 302) << "unless it is told to";
    HttpRequest request = post("/302", "text");
    request.redirects = 2;
    EXPECT_EQ(answer(request).body, "hello");
    EXPECT_EQ(requests.back().method, "GET");
    request.url = base + "/307";
    EXPECT_EQ(answer(request).body, "hello");
    EXPECT_EQ(requests.back().method, "POST");
    EXPECT_EQ(requests.back().body, "text");
    request.url = base + "/round";
    EXPECT_EQ(failure(request), "too_many_redirects");

    HttpRequest put = get("/307");
    put.method = "PUT";
    put.redirects = 1;
    put.upload_file = file("again", "from the beginning");
    EXPECT_EQ(answer(std::move(put)).status, 200);
    EXPECT_EQ(requests.back().body, "from the beginning");
}

TEST_F(HttpClientTest, SpeaksHttpOnly) {
    answers["/away"] = redirect(302, "file:///etc/hostname");
    HttpRequest request = get("/away");
    request.redirects = 3;
    EXPECT_EQ(failure(request), "bad_request");
    for (const char* url :
         {"", "file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://"}) {
        request.url = url;
        EXPECT_EQ(failure(request), "bad_request") << url;
    }
    request = get("/");
    request.headers = {{"X-Mine", "yes\r\nX-Yours: no"}};
    EXPECT_EQ(failure(request), "bad_request");
    EXPECT_EQ(requests.size(), 1U);
}

TEST_F(HttpClientTest, NamesWhatWentWrong) {
    HttpRequest request;
    request.url = "http://nobody.invalid/";
    EXPECT_EQ(failure(request), "dns");
    {
        ScriptedServer gone{context, ""};
        request.url = gone.url();
    }
    EXPECT_EQ(failure(request), "refused");
    ScriptedServer no_http{context, "SSH-2.0-OpenSSH\r\n\r\n"};
    request.url = no_http.url();
    EXPECT_EQ(failure(request), "closed");
    request = get("/never");
    request.total_time = 50ms;
    EXPECT_EQ(failure(request), "timeout");
    request.url = "https" + base.substr(4);
    request.total_time = 5s;
    EXPECT_EQ(failure(request), "tls");
    EXPECT_EQ(client->counters().failed, 5U);
}

TEST_F(HttpClientTest, AsksBeforeItConnects) {
    EXPECT_EQ(answer(get("/")).status, 200) << "and leaves a connection that others may use";
    std::mutex mutex;
    std::set<IpAddress> asked;
    HttpRequest request = get("/");
    request.allow = [&](const IpAddress& ip) {
        const std::lock_guard lock{mutex};
        asked.insert(ip);
        return false;
    };
    EXPECT_EQ(failure(request), "forbidden");
    EXPECT_EQ(requests.size(), 1U);
    EXPECT_TRUE(asked.contains(*IpAddress::parse("127.0.0.1")));
    request.allow = [](const IpAddress& ip) { return ip.is_loopback(); };
    EXPECT_EQ(answer(request).status, 200);
}

TEST_F(HttpClientTest, SignsForS3) {
    HttpRequest request = get("/bucket/key");
    request.method = "PUT";
    request.upload_file = file("signed", "sound");
    request.aws = AwsSignature{"AKID", "secret:with:colons", "eu-central-1", "s3"};
    EXPECT_EQ(answer(std::move(request)).status, 200);
    const auto signature = api::header_value(requests.at(0).headers, "Authorization");
    EXPECT_THAT(signature, HasSubstr("AWS4-HMAC-SHA256 Credential=AKID/"));
    EXPECT_THAT(signature, HasSubstr("/eu-central-1/s3/aws4_request"));
    EXPECT_EQ(requests.at(0).body, "sound");
}

TEST_F(HttpClientTest, WhatLibcurlCannotBeginFails) {
    transfers_without_memory() = 1;
    HttpRequest request = get("/");
    request.download_file = file("down", "");
    EXPECT_EQ(failure(request), "busy");
    EXPECT_FALSE(std::ifstream{request.download_file}.good());
    EXPECT_EQ(answer(get("/")).status, 200);
    EXPECT_EQ(client->under_way(), 0U);
}

TEST_F(HttpClientTest, WhatIsCancelledIsNotToldOf) {
    bool told = false;
    const auto id = client->send(get("/never"), [&](const auto&) { told = true; });
    run_until([&] { return unanswered.size() == 1; });
    client->cancel(id);
    client->cancel(id);
    unanswered[0]({api::Status::ok, "text/plain", "too late", {}});
    EXPECT_EQ(answer(get("/")).status, 200);
    EXPECT_FALSE(told);
    EXPECT_EQ(client->counters().cancelled, 1U);
}

TEST_F(HttpClientTest, MoreThanItMayDoAtATimeWaitsAndMoreThanMayWaitIsTurnedAway) {
    client.emplace(context, HttpClientLimits{.transfers = 2, .queued = 3});
    std::vector<std::string> told;
    for (int i = 0; i < 7; ++i) {
        client->send(get("/never"), [&told](const HttpOutcome& what) {
            told.emplace_back(what ? "answered" : to_string(what.error().error));
        });
    }
    run_until([&] { return unanswered.size() == 2 && told.size() == 2; });
    EXPECT_THAT(told, testing::Each("busy"));
    for (std::size_t done = 0; done < 5; ++done) {
        run_until([&] { return unanswered.size() > done; });
        EXPECT_LE(unanswered.size(), done + 2);
        unanswered[done]({api::Status::ok, "text/plain", "at last", {}});
        run_until([&] { return told.size() == done + 3; });
    }
    EXPECT_EQ(client->counters().busy, 2U);
    EXPECT_EQ(client->counters().answered, 5U);
}

TEST_F(HttpClientTest, ANameThatHangsDelaysNeitherOthersNorTheEnd) {
    HttpRequest request;
    request.url = "http://hangs.invalid/";
    request.total_time = 50ms;
    EXPECT_EQ(failure(request), "timeout");
    request.total_time = 1h;
    request.connect_time = 1h;
    bool told = false;
    client->send(request, [&](const auto&) { told = true; });
    client->send(get("/never"), [&](const auto&) { told = true; });
    hanging_names().wait_for_one();
    EXPECT_EQ(answer(get("/")).status, 200);
    client.reset();  // or this test would run for ever
    context.poll();
    EXPECT_FALSE(told);
    hanging_names().let_go();
}

TEST_F(HttpClientTest, VerifiesWhomItSpeaksTo) {
    std::signal(SIGPIPE, SIG_IGN);  // The server's: it writes to a client that has turned its back.
    const TestIdentity authority = TestIdentity::make("authority", nullptr);
    const TestIdentity good = TestIdentity::make("good", &authority, "IP:127.0.0.1");
    HttpRequest request;
    request.ca_file = authority.write(file("ca", ""));
    const auto ask = [&](const TestIdentity& identity) {
        StreamTestServer tls{&identity};
        request.url = "https://" + tls.endpoint().to_string() + "/";
        std::optional<HttpOutcome> told;
        client->send(request, [&](HttpOutcome what) { told = std::move(what); });
        bool answered = false;
        while (!told) {
            tls.step();
            if (!answered && !tls.received.empty()) {
                static constexpr std::string_view kText = "HTTP/1.1 204 No Content\r\n\r\n";
                tls.send({reinterpret_cast<const std::uint8_t*>(kText.data()), kText.size()});
                answered = true;
            }
            context.run_one_for(1ms);
        }
        return *told ? std::to_string((*told)->status) : std::string{to_string(told->error().error)};
    };
    EXPECT_EQ(ask(good), "204");
    EXPECT_EQ(ask(TestIdentity::make("of another name", &authority, "IP:127.0.0.2")), "tls");
    EXPECT_EQ(ask(TestIdentity::make("of nobody", nullptr, "IP:127.0.0.1")), "tls");
}

}  // namespace
}  // namespace legroom::io
