#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/api.hpp"
#include "api/event_stream.hpp"
#include "call/services.hpp"
#include "call/switchboard.hpp"
#include "engine/shard.hpp"
#include "metrics/call_metrics.hpp"
#include "sequences/disk.hpp"
#include "sim/network.hpp"
#include "vsi/hub.hpp"

namespace legroom::sequences {

/// What a request or a command came to. A command that succeeded has 200, whatever its twin says.
struct Answer {
    unsigned status = 0;
    boost::json::value body;
};
using Taker = std::function<void(const Answer&)>;

/// The whole server between its sockets: both ways in, all services, one shard. What control and the shard
/// say to each other waits at the crossing until it is carried over, as between two threads. A node of the
/// virtual network, so that there may be peers.
class Server final : public sim::Node {
public:
    static Endpoint address() { return *Endpoint::parse("10.0.0.1:10000"); }

    Server(Random& random, Duration setup_timeout);
    ~Server() override;

    void request(Instant now, const api::Request& request, const Taker& taker);
    /// By VSI. One at a time: not while busy().
    void command(Instant now, const std::string& name, boost::json::object payload, const Taker& taker);
    [[nodiscard]] bool busy() const { return on_command_ != nullptr; }

    void to_shard(Instant now);    ///< What control has sent.
    void to_control(Instant now);  ///< What the shard has found out.
    void work(Instant now);        ///< The disk, and what else is due in control.
    /// As if the shard had found it out: of a leg that it has and that has not failed.
    void find_out(const LegId& leg, engine::Event event);

    void on_datagram(Instant now, const Path& path, Bytes datagram) override;
    void on_timeout(Instant now) override;
    std::optional<Transmit> poll() override;
    [[nodiscard]] std::optional<Instant> deadline() const override { return shard_.deadline(); }

    void listen(std::function<void(const events::Record&)> listener) { listener_ = std::move(listener); }
    call::Services services() { return {legs_, rooms_, dtmf_, playbacks_, recordings_}; }
    api::Api& api() { return *api_; }
    engine::Shard& shard() { return shard_; }
    Disk& disk() { return disk_; }
    [[nodiscard]] const metrics::CallMetrics& metrics() const { return metrics_; }
    /// The sounds that were to be fetched and are not abandoned.
    std::vector<std::shared_ptr<engine::FrameQueue>> sounds();
    /// The events as VSI told them.
    [[nodiscard]] const std::vector<std::string>& vsi_events() const { return vsi_events_; }
    [[nodiscard]] std::size_t gates_closed() { return board_.gates().closed(); }

private:
    void publish(const call::Event& event);
    void read_frames(Instant now);
    void read_frame(const std::string& text);

    mutable engine::Shard shard_;
    std::deque<engine::Command> commands_;
    std::deque<engine::Event> found_out_;
    std::set<LegId> carried_;  ///< Legs that the shard has and nobody has called failed.
    Instant now_{};

    api::EventStream stream_;
    metrics::CallMetrics metrics_;
    std::function<void(const events::Record&)> listener_;
    call::Switchboard board_;
    call::LegService legs_;
    call::RoomService rooms_;
    call::DtmfService dtmf_;
    std::vector<std::shared_ptr<engine::FrameQueue>> opened_;
    call::PlaybackService playbacks_;
    Disk disk_;
    call::RecordingService recordings_;
    std::unique_ptr<api::Api> api_;
    vsi::Hub hub_;
    std::unique_ptr<api::Channel> channel_;
    Taker on_command_;
    std::vector<std::string> vsi_events_;
};

}  // namespace legroom::sequences
