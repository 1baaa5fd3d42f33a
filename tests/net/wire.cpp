// A wire between two network namespaces: what goes into one TUN interface comes out of the other, as late and
// as seldom as it is told.
//
//   net_wire /proc/1/ns/net /proc/2/ns/net SEED
//
// Each line of standard input changes it: "loss=30" both ways, "a:loss=30" from the first to the second,
// "b:…" back. It prints "ready", then each line it took. The end of its input is its own end.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <poll.h>
#include <queue>
#include <string>
#include <unistd.h>

#include "io/clock.hpp"
#include "net/impairment.hpp"
#include "net/tunnel.hpp"

namespace legroom::net {
namespace {

constexpr std::size_t kMaxFlights = 100'000;  ///< Packets under way; more are lost.

struct Flight {
    Instant arrival;
    std::uint64_t order;
    std::size_t to;
    ByteVector packet;

    friend bool operator<(const Flight& a, const Flight& b) {
        return a.arrival != b.arrival ? a.arrival > b.arrival : a.order > b.order;
    }
};

class Wire {
public:
    Wire(const std::string& a, const std::string& b, std::uint64_t seed)
        : ends_{Tunnel{a}, Tunnel{b}}, random_(seed) {}

    void run() {
        say("ready");
        while (open_) {
            wait();
            for (const std::size_t end : {0U, 1U}) take_from(end);
            deliver();
        }
    }

private:
    static void say(const std::string& line) { std::cout << line << std::endl; }

    void wait() {
        std::array<pollfd, 3> sources{{{ends_[0].descriptor(), POLLIN, 0},
                                       {ends_[1].descriptor(), POLLIN, 0},
                                       {STDIN_FILENO, POLLIN, 0}}};
        timespec patience{1, 0};
        if (!flights_.empty()) {
            const auto left = std::max(flights_.top().arrival - io::now(), Duration::zero());
            patience = {left / std::chrono::seconds{1},
                        left % std::chrono::seconds{1} / std::chrono::nanoseconds{1}};
        }
        ::ppoll(sources.data(), sources.size(), &patience, nullptr);
        if (sources[2].revents != 0) listen();
    }

    void listen() {
        std::array<char, 256> text{};
        const ssize_t length = ::read(STDIN_FILENO, text.data(), text.size());
        if (length <= 0) open_ = false;
        for (ssize_t i = 0; i < length; ++i) {
            if (text[static_cast<std::size_t>(i)] != '\n') {
                line_ += text[static_cast<std::size_t>(i)];
                continue;
            }
            obey(line_);
            line_.clear();
        }
    }

    void obey(const std::string& line) {
        const bool one_way = line.starts_with("a:") || line.starts_with("b:");
        const std::string option = one_way ? line.substr(2) : line;
        const bool there = line.starts_with("b:") || impairments_[0].set(option);
        const bool back = line.starts_with("a:") || impairments_[1].set(option);
        say(there && back ? line : "no such option: " + line);
    }

    void take_from(std::size_t end) {
        while (auto packet = ends_[end].read()) {
            const auto arrival = impairments_[end].passage(io::now(), random_);
            if (!arrival || flights_.size() >= kMaxFlights) continue;
            flights_.push({*arrival, order_++, 1 - end, std::move(*packet)});
        }
    }

    void deliver() {
        for (; !flights_.empty() && flights_.top().arrival <= io::now(); flights_.pop()) {
            ends_[flights_.top().to].write(flights_.top().packet);
        }
    }

    std::array<Tunnel, 2> ends_;
    std::array<Impairment, 2> impairments_;
    SeededRandom random_;
    std::priority_queue<Flight> flights_;
    std::uint64_t order_ = 0;
    std::string line_;
    bool open_ = true;
};

}  // namespace
}  // namespace legroom::net

int main(int count, char** arguments) {
    if (count != 4) {
        std::cerr << "usage: net_wire NAMESPACE NAMESPACE SEED\n";
        return 2;
    }
    try {
        legroom::net::Wire{arguments[1], arguments[2], std::strtoull(arguments[3], nullptr, 10)}.run();
    } catch (const std::exception& error) {
        std::cerr << "net_wire: " << error.what() << '\n';
        return 1;
    }
}
