#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "call/services.hpp"
#include "call/switchboard.hpp"
#include "engine/shard.hpp"
#include "scenario/client.hpp"
#include "sim/network.hpp"

namespace legroom::scenario {

/// The whole server below HTTP in virtual time: the services of control and one shard.
class Server final : public sim::Node {
public:
    static Endpoint address() { return *Endpoint::parse("10.0.0.1:10000"); }

    /// `gathers`: STUN servers are configured; gather() will be called.
    Server(const dtls::Certificate& certificate, Random& random, bool gathers);

    void gather(Instant now, const Endpoint& stun_server);
    void gather(Instant now, const engine::StartGathering& servers);
    /// The machine's addresses, or what is announced of them, are others now. Whoever calls this attaches the
    /// server to the network there.
    void set_hosts(Instant now, const engine::SetHostCandidates& hosts);

    void on_datagram(Instant now, const Path& path, Bytes datagram) override;
    void on_timeout(Instant now) override;
    std::optional<Transmit> poll() override;
    [[nodiscard]] std::optional<Instant> deadline() const override { return shard_.deadline(); }

    /// How the leg's connection stands, at once.
    void ask(const LegId& leg, const std::function<void(const peer::PeerReport&)>& taker);

    /// What the shard has counted, at once.
    engine::MediaFigures media_figures();
    /// Tells of each event as it is published.
    void listen(call::EventSink sink) { listener_ = std::move(sink); }

    call::LegService& legs() { return legs_; }
    call::RoomService& rooms() { return rooms_; }
    call::DtmfService& dtmf() { return dtmf_; }
    call::PlaybackService& playbacks() { return playbacks_; }
    /// The sounds that were to be fetched; nobody does.
    [[nodiscard]] const std::vector<std::shared_ptr<engine::FrameQueue>>& opened() const { return opened_; }
    /// The events about playbacks in order: "playback.finished completed 1240".
    [[nodiscard]] const std::vector<std::string>& played() const { return played_; }
    call::RecordingService& recordings() { return recordings_; }
    /// Who writes what is recorded, and is asked to after every input. Until then nothing is.
    void write_recordings(std::function<void(const record::Order&)> take, std::function<void()> write) {
        take_order_ = std::move(take);
        write_ = std::move(write);
    }
    engine::Shard& shard() { return shard_; }
    /// "leg.connected", "leg.disconnected ice_failure", ... in the order they were published.
    [[nodiscard]] const std::vector<std::string>& events() const { return events_; }
    [[nodiscard]] std::size_t count(const std::string& event) const;
    /// What went wrong with relays, as the log would have it.
    [[nodiscard]] const std::vector<std::string>& relay_failures() const { return relay_failures_; }
    /// The digits of its dtmf.received so far, a '?' before one whose seq is not the next.
    [[nodiscard]] std::string digits_of(const LegId& leg) const;

private:
    void carry(const engine::Command& command);
    void note(const call::Event& event);
    void take(const engine::Event& event);

    mutable engine::Shard shard_;
    call::Switchboard board_;
    call::LegService legs_;
    call::RoomService rooms_;
    call::DtmfService dtmf_;
    std::vector<std::shared_ptr<engine::FrameQueue>> opened_;
    std::vector<std::string> played_;
    call::PlaybackService playbacks_;
    call::RecordingService recordings_;
    std::function<void(const record::Order&)> take_order_;
    std::function<void()> write_;
    std::map<LegId, std::vector<call::DtmfReceived>> pressed_;
    call::EventSink listener_;
    std::vector<std::string> events_;
    std::vector<std::string> relay_failures_;
    Instant now_{};
};

/// A client on the network.
class Browser final : public sim::Node {
public:
    Browser(ClientConfig config, Random& random) : client(std::move(config), random) {}

    void on_datagram(Instant now, const Path& path, Bytes datagram) override;
    void on_timeout(Instant now) override;
    std::optional<Transmit> poll() override { return client.poll(); }
    [[nodiscard]] std::optional<Instant> deadline() const override { return client.deadline(); }

    Client client;
    call::LegOptions options;  ///< Of its leg, when it calls.
    LegId leg;
};

/// One server, any number of browsers and the network between them, all from one seed.
class World {
public:
    explicit World(std::uint64_t seed, sim::Link link = {}, bool server_gathers = false);

    /// A browser at 10.0.1.N:5000, not yet calling. The config's certificate and addresses are filled in.
    Browser& browser(ClientConfig config = {});
    /// Offers and takes the answer, as POST /v1/webrtc/offer would.
    void call(Browser& browser);
    /// Hands the browser's candidates to the server, as trickling would.
    void trickle(Browser& browser);
    void join(Browser& browser, const std::string& room);
    void hang_up(Browser& browser);
    /// An ICE restart, as restartIce() and POST /v1/legs/{id}/offer would.
    void restart(Browser& browser);
    /// `browser` offers for a leg that exists, as a page does that was loaded again.
    void take_over(Browser& browser, const LegId& leg);
    /// Sends the offer that says what has changed (a direction).
    void renegotiate(Browser& browser);
    /// Takes what the server has to say after an API call.
    void pump_server() { network_.pump(server_); }

    bool run_until_connected(std::initializer_list<Browser*> browsers,
                             Duration limit = std::chrono::seconds{30});
    void run_for(Duration duration) { network_.run_for(duration); }

    Server& server() { return server_; }
    sim::Network& network() { return network_; }
    [[nodiscard]] Instant now() const { return network_.now(); }

private:
    SeededRandom random_;
    sim::Network network_;
    Server server_;
    std::vector<std::unique_ptr<Browser>> browsers_;
};

/// One certificate for all tests of a program: making keys is what costs time.
const dtls::Certificate& shared_certificate();

}  // namespace legroom::scenario
