#include "app/stream_probe.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "io/clock.hpp"

namespace legroom::app {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Tls = asio::ssl::stream<tcp::socket&>;

constexpr std::size_t kMaxMessage = 1'500;

tcp::endpoint to_tcp(const Endpoint& endpoint) {
    return {asio::ip::make_address(endpoint.ip.to_string()), endpoint.port};
}

/// Runs the one operation under way to its end; false, with the problem noted, when it failed or took too
/// long.
class Steps {
public:
    explicit Steps(asio::io_context& context, std::string& problem) : context_(context), problem_(problem) {}

    template <class Start>
    bool run(std::string_view what, Start start) {
        error_code result = asio::error::timed_out;
        start([&result](const error_code& error, auto&&...) { result = error; });
        context_.restart();
        context_.run_for(ServerProbe::kLimit);
        if (result) problem_ = fmt::format("{}: {}", what, result.message());
        return !result;
    }

private:
    asio::io_context& context_;
    std::string& problem_;
};

/// STUN messages on a stream follow each other without any frame: their length is in them (RFC 8489 §6.2.2).
template <class Stream>
bool read_message(Steps& steps, Stream& stream, ByteVector& message) {
    constexpr std::size_t kHeader = 20;
    message.resize(kHeader);
    const auto read = [&](std::size_t from) {
        return steps.run("no answer", [&, from](auto done) {
            asio::async_read(stream, asio::buffer(message) + from, done);
        });
    };
    if (!read(0)) return false;
    const std::size_t length = static_cast<std::size_t>(message[2]) << 8 | message[3];
    if (length > kMaxMessage) return false;
    message.resize(kHeader + length);
    return length == 0 || read(kHeader);
}

template <class Stream>
void converse(Steps& steps, Stream& stream, ServerProbe& probe) {
    ByteVector message;
    do {
        while (const auto request = probe.poll()) {
            const auto write = [&](auto done) { asio::async_write(stream, asio::buffer(*request), done); };
            if (!steps.run("sending", write)) return;
        }
        if (probe.finished() || !read_message(steps, stream, message)) return;
        probe.handle_message(io::now(), message);
    } while (true);
}

/// False, with the problem noted, when the file does not serve.
bool trust(asio::ssl::context& tls, const std::string& ca_file, std::string& problem) {
    error_code error;
    tls.set_default_verify_paths(error);
    if (!ca_file.empty()) tls.load_verify_file(ca_file, error);
    if (error) problem = fmt::format("TURN_CA_FILE {}: {}", ca_file, error.message());
    tls.set_verify_mode(asio::ssl::verify_peer);
    return !error;
}

bool shake_hands(Steps& steps, Tls& stream, const StreamTarget& target) {
    // SSL_set_tlsext_host_name() is a macro with a C cast. Addresses are not sent (RFC 6066 §3).
    std::string host = target.host;
    if (!IpAddress::parse(host)) {
        ::SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                   host.data());
    }
    stream.set_verify_callback(asio::ssl::host_name_verification(target.host));
    return steps.run("TLS", [&](auto done) { stream.async_handshake(Tls::client, done); });
}

}  // namespace

void ask_over_stream(const StreamTarget& target, const TurnLogin& login, const std::vector<IpAddress>& peers,
                     Random& random, ServerObservation& seen) {
    asio::io_context context;
    asio::ssl::context tls{asio::ssl::context::tls_client};
    tcp::socket socket{context};
    Steps steps{context, seen.problem};
    const auto connect = [&](auto done) { socket.async_connect(to_tcp(target.server), done); };
    if (!steps.run("connecting", connect)) return;

    if (target.tls && !trust(tls, target.ca_file, seen.problem)) return;
    Tls secured{socket, tls};
    if (target.tls && !shake_hands(steps, secured, target)) return;

    ServerProbe probe{io::now(), login, /*reliable=*/true, random};
    probe.ask_about(peers);
    target.tls ? converse(steps, secured, probe) : converse(steps, socket, probe);
    seen.answer = probe.answer();
}

}  // namespace legroom::app
