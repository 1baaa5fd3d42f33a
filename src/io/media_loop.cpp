#include "io/media_loop.hpp"

#include <algorithm>
#include <ctime>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "io/clock.hpp"

namespace legroom::io {
namespace {

constexpr Duration kLongestWait = std::chrono::seconds{1};
constexpr int kNiceness = -11;
/// Like datagrams, what callers keep posting waits until the others, and what is to be sent, had their turn.
constexpr std::size_t kCommandsPerTurn = 32;
/// Handshakes take their time: the audio of a tick between two of them does not wait for a whole batch.
constexpr Duration kLongestHold = std::chrono::milliseconds{2};

/// Asks that this thread goes before others when the machine is busy: what is late here is heard. Needs
/// CAP_SYS_NICE; without it everything works as before.
void hurry() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness); }

timespec to_timespec(Duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return {static_cast<std::time_t>(seconds.count()),
            static_cast<long>(std::chrono::nanoseconds{duration - seconds}.count())};
}

}  // namespace

MediaLoop::MediaLoop(UdpPort port, engine::Shard& shard, EventSink on_event)
    : port_(std::move(port)), shard_(shard), on_event_(std::move(on_event)) {}

void MediaLoop::run() {
    hurry();
    while (!stopping_) {
        wait();
        take_commands();
        receive_datagrams();
        shard_.handle_timeout(now());
        pump();
    }
    take_commands();
    shard_.close(now());
    pump();
}

void MediaLoop::stop() {
    stopping_ = true;
    mailbox_.wake();
}

void MediaLoop::post(engine::Command command) { mailbox_.post(std::move(command)); }

void MediaLoop::wait() {
    std::vector<pollfd> sources{{mailbox_.descriptor(), POLLIN, 0}};
    for (const int socket : port_.descriptors()) sources.push_back({socket, POLLIN, 0});

    const Duration longest = shard_.deadline() ? *shard_.deadline() - now() : kLongestWait;
    const timespec timeout = to_timespec(std::clamp(longest, Duration::zero(), kLongestWait));
    ::ppoll(sources.data(), sources.size(), &timeout, nullptr);
}

void MediaLoop::take_commands() {
    for (const engine::Command& command : mailbox_.take(kCommandsPerTurn)) {
        shard_.handle_command(now(), command);
        pump_if_held();
    }
}

void MediaLoop::receive_datagrams() {
    // One batch a turn: what keeps coming waits in the kernel until timers have had their turn.
    port_.receive([this](const Path& path, MutableBytes datagram) {
        shard_.handle_datagram(now(), path, datagram);
        pump_if_held();
    });
}

void MediaLoop::pump_if_held() {
    if (now() - pumped_ >= kLongestHold) pump();
}

void MediaLoop::pump() {
    outgoing_.clear();
    while (auto output = shard_.poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            outgoing_.push_back(std::move(*datagram));
        } else {
            on_event_(std::get<engine::Event>(std::move(*output)));
        }
    }
    port_.send(outgoing_);
    pumped_ = now();
}

}  // namespace legroom::io
