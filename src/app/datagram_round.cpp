#include "app/datagram_round.hpp"

#include <algorithm>
#include <poll.h>

#include "io/clock.hpp"

namespace legroom::app {

void DatagramRound::add(const Question& question, const Endpoint& server) {
    io::UdpPort& port = question.login ? other_ : media_;
    for (const io::HostAddress& own : seen_.usable) {
        if (own.ip.is_v4() != server.ip.is_v4() || askings_.size() >= kMaxAskings) continue;
        const Endpoint base{own.ip, port.number()};
        ServerProbe probe{io::now(), question.login, /*reliable=*/false, random_};
        probe.ask_about(question.peers);
        askings_.push_back({&port, Path{base, server}, std::move(probe), seen_.servers.size()});
        seen_.servers.push_back(
            {question.setting, question.uri, question.login.has_value(), server, base, "", {}});
        if (question.login) return;
    }
}

void DatagramRound::run() {
    send();
    while (!std::ranges::all_of(askings_, [](const Asking& one) { return one.probe.finished(); })) {
        wait();
        receive(media_);
        receive(other_);
        for (Asking& one : askings_) one.probe.handle_timeout(io::now());
        send();
    }
    for (const Asking& one : askings_) seen_.servers[one.observation].answer = one.probe.answer();
}

void DatagramRound::send() {
    for (Asking& one : askings_) {
        while (auto message = one.probe.poll()) {
            const Transmit transmit{one.path, *std::move(message)};
            one.port->send({&transmit, 1});
        }
    }
}

void DatagramRound::wait() {
    Instant wake = io::now() + ServerProbe::kLimit;
    for (const Asking& one : askings_) {
        if (!one.probe.finished()) wake = std::min(wake, one.probe.deadline());
    }
    std::vector<pollfd> descriptors;
    for (const io::UdpPort* port : {&media_, &other_}) {
        for (const int fd : port->descriptors()) descriptors.push_back({fd, POLLIN, 0});
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(wake - io::now()).count();
    ::poll(descriptors.data(), descriptors.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
}

void DatagramRound::receive(io::UdpPort& port) {
    port.receive([this](const Path& path, MutableBytes datagram) {
        for (Asking& one : askings_) {
            if (one.path == path) one.probe.handle_message(io::now(), datagram);
        }
    });
}

}  // namespace legroom::app
