// A caller that is no browser: says one tone, listens for another, on a socket of its own.
//
//   net_caller SAYS_HZ LISTENS_HZ ADDRESS…
//
// Speaks JSON, a line a message. Out: {"offer": SDP}, {"connected": true}, {"failed": why} and, whenever the
// tone it listens for comes or goes, {"tone": true|false}, each with "at", milliseconds since 1970. In:
// {"answer": SDP} and
// {"candidate": LINE}. The end of its input is its own end.
#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>
#include <poll.h>
#include <unistd.h>

#include "io/clock.hpp"
#include "io/udp_port.hpp"
#include "scenario/client.hpp"
#include "scenario/world.hpp"

namespace legroom::net {
namespace {

constexpr Duration kWindow = std::chrono::milliseconds{40};
constexpr double kHeard = 0.5;     ///< Share of the power a tone must have to count as heard.
constexpr float kAudible = 0.01F;  ///< -40 dB: far above comfort noise, far below the tones.

class Caller {
public:
    Caller(double says_hz, double listens_hz, const std::vector<IpAddress>& addresses)
        : port_(open_port()),
          random_(port_.number()),
          listens_hz_(listens_hz),
          client_(config(says_hz, addresses), random_) {}

    void run() {
        say({{"offer", client_.offer()}});
        while (open_) {
            wait();
            const Instant now = io::now();
            if (client_.deadline() && *client_.deadline() <= now) client_.handle_timeout(now);
            send();
            tell_changes();
        }
        client_.close(io::now());
        send();
    }

private:
    static io::UdpPort open_port() {
        auto port = io::UdpPort::open(0);
        if (!port) throw std::runtime_error(port.error().message());
        return std::move(*port);
    }

    scenario::ClientConfig config(double says_hz, const std::vector<IpAddress>& addresses) const {
        scenario::ClientConfig config;
        config.certificate = scenario::shared_certificate();
        config.tone_hz = says_hz;
        for (const IpAddress& address : addresses) config.addresses.push_back({address, port_.number()});
        return config;
    }

    static void say(boost::json::object message) {
        const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
        message["at"] = std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
        std::cout << boost::json::serialize(message) << std::endl;
    }

    void wait() {
        std::vector<pollfd> sources{{STDIN_FILENO, POLLIN, 0}};
        for (const int socket : port_.descriptors()) sources.push_back({socket, POLLIN, 0});
        ::poll(sources.data(), sources.size(), 5);
        if (sources[0].revents != 0) listen();
        port_.receive([this](const Path& path, MutableBytes datagram) {
            client_.handle_datagram(io::now(), path, datagram);
        });
    }

    void listen() {
        std::array<char, 4096> text{};
        const ssize_t length = ::read(STDIN_FILENO, text.data(), text.size());
        if (length <= 0) open_ = false;
        for (ssize_t i = 0; i < length; ++i) {
            const char character = text[static_cast<std::size_t>(i)];
            if (character != '\n') {
                line_ += character;
                continue;
            }
            obey(boost::json::parse(line_).as_object());
            line_.clear();
        }
    }

    void obey(const boost::json::object& message) {
        if (const auto* answer = message.if_contains("answer")) {
            if (!client_.accept(io::now(), std::string{answer->as_string()}))
                throw std::runtime_error("no answer");
        } else if (const auto* candidate = message.if_contains("candidate")) {
            client_.add_remote_candidate(io::now(), std::string{candidate->as_string()});
        }
    }

    void send() {
        std::vector<Transmit> outgoing;
        while (auto datagram = client_.poll()) outgoing.push_back(std::move(*datagram));
        port_.send(outgoing);
    }

    void tell_changes() {
        if (client_.connected() && !std::exchange(connected_, true)) say({{"connected", true}});
        if (client_.failure() && !std::exchange(failed_, true)) say({{"failed", *client_.failure()}});
        if (io::now() < next_look_) return;
        next_look_ = io::now() + kWindow / 2;
        const bool heard =
            !failed_ && client_.share(listens_hz_, kWindow) > kHeard && client_.peak(kWindow) > kAudible;
        if (std::exchange(heard_, heard) != heard) say({{"tone", heard}});
    }

    io::UdpPort port_;
    SeededRandom random_;
    double listens_hz_;
    scenario::Client client_;
    Instant next_look_{};
    std::string line_;
    bool open_ = true;
    bool connected_ = false;
    bool failed_ = false;
    bool heard_ = false;
};

}  // namespace
}  // namespace legroom::net

int main(int count, char** arguments) {
    if (count < 4) {
        std::cerr << "usage: net_caller SAYS_HZ LISTENS_HZ ADDRESS...\n";
        return 2;
    }
    try {
        std::vector<legroom::IpAddress> addresses;
        for (int i = 3; i < count; ++i) addresses.push_back(legroom::IpAddress::parse(arguments[i]).value());
        legroom::net::Caller{std::strtod(arguments[1], nullptr), std::strtod(arguments[2], nullptr),
                             addresses}
            .run();
    } catch (const std::exception& error) {
        std::cerr << "net_caller: " << error.what() << '\n';
        return 1;
    }
}
