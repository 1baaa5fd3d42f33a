#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <vector>

#include "engine/shard.hpp"
#include "io/mailbox.hpp"
#include "io/udp_port.hpp"

namespace legroom::io {

/// Drives one shard on one thread: waits for datagrams, commands and the shard's deadline, and carries what
/// comes out to the network and to control.
class MediaLoop {
public:
    using EventSink = std::function<void(engine::Event)>;

    /// `shard` must outlive the loop and is touched by the loop's thread alone while run() runs. `on_event`
    /// is called on that thread.
    MediaLoop(UdpPort port, engine::Shard& shard, EventSink on_event);

    void run();                          ///< Until stop(); then says goodbye to every peer and returns.
    void stop();                         ///< From any thread.
    void post(engine::Command command);  ///< From any thread.

private:
    void wait();
    void take_commands();
    void receive_datagrams();
    void pump();
    void pump_if_held();

    UdpPort port_;
    engine::Shard& shard_;
    EventSink on_event_;
    Mailbox mailbox_;
    std::atomic<bool> stopping_ = false;
    std::vector<Transmit> outgoing_;
    Instant pumped_{};
};

}  // namespace legroom::io
