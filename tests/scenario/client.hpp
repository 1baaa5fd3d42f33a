#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/tone.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "dtls/certificate.hpp"
#include "engine/receive_path.hpp"
#include "engine/send_path.hpp"
#include "ice/agent.hpp"
#include "peer/peer.hpp"
#include "rtp/telephone_event.hpp"
#include "sdp/document.hpp"

namespace legroom::scenario {

struct ClientConfig {
    dtls::Certificate certificate;
    std::vector<Endpoint> addresses;  ///< Its host candidates.
    std::optional<double> tone_hz;    ///< What it says; nullopt: Opus silence, which costs no encoder.
    bool listens = true;              ///< false: what it hears is counted, not decoded.
    std::string setup = "actpass";    ///< a=setup of its offer
    std::optional<std::uint8_t> telephone_event_48k;  ///< Payload types of its offer.
    std::optional<std::uint8_t> telephone_event_8k;
    std::optional<std::uint8_t> audio_level_extension;  ///< Of its offer (RFC 6464).
    bool candidates_in_offer = true;
    bool lite = false;  ///< Offers a=ice-lite, so that the server controls.
    Duration setup_timeout = std::chrono::seconds{30};
    Duration reconnect_grace = std::chrono::seconds{30};
};

/// A telephone-event packet as it came.
struct HeardEvent {
    Instant at;
    rtp::Header header;
    rtp::TelephoneEvent event;
};

/// A browser for tests: offers, trickles, talks and listens, made of the same machines as the server but in
/// the opposite roles. Sans-IO like them; so it runs in virtual time, and over real sockets against the real
/// program.
class Client {
public:
    static constexpr SampleRate kRate = SampleRate::k48000;

    Client(ClientConfig config, Random& random);

    [[nodiscard]] std::string offer() const;
    /// Another offer, with new ICE credentials: restartIce() of a browser.
    [[nodiscard]] std::string restart_offer();
    /// The answer to it.
    bool accept_restart(Instant now, std::string_view answer);
    void set_direction(std::string direction) { direction_ = std::move(direction); }
    /// What the next offer says of telephone-events; in force for what it sends at once.
    void set_telephone_events(std::optional<std::uint8_t> at_48k, std::optional<std::uint8_t> at_8k);
    [[nodiscard]] std::vector<std::string> candidate_lines() const;
    /// Takes the server's answer and begins to connect. False: it is not one.
    bool accept(Instant now, std::string_view answer);
    void add_remote_candidate(Instant now, std::string_view line);
    /// The network changed under it: talks from a new address from now on (a new host candidate).
    void add_address(Instant now, const Endpoint& endpoint);

    /// What it says from now on, if anything: a tone of this peak.
    void say(std::optional<double> tone_hz, float peak = 0.5F);
    /// Whether it sends any audio: not to is what DTX does in silence.
    void set_sending(bool sending) { sending_ = sending; }
    /// Presses keys, one after the other.
    void press(std::string_view digits);

    void handle_datagram(Instant now, const Path& path, MutableBytes datagram);
    void handle_timeout(Instant now);
    void close(Instant now);
    [[nodiscard]] std::optional<Transmit> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }
    [[nodiscard]] std::uint64_t packets_heard() const { return packets_heard_; }
    /// All telephone-event packets so far, in the order they came.
    [[nodiscard]] const std::vector<HeardEvent>& events_heard() const { return events_heard_; }
    /// The digits of them, each press once, by the order of their timestamps.
    [[nodiscard]] std::string digits_heard() const;
    [[nodiscard]] const peer::Peer& peer() const { return *peer_; }
    [[nodiscard]] int restarts() const { return restarts_; }  ///< Completed ones.
    /// The longest time between two packets heard since the last call of this function.
    Duration take_longest_gap();

    /// Of the last `window` heard, the share of power at this frequency; 0 when less was heard.
    [[nodiscard]] double share(double hz, Duration window) const;
    /// Power of the last `window` heard, in dB below that of a steady 1.
    [[nodiscard]] double level_db(Duration window) const;
    /// Peak of the last `window` heard.
    [[nodiscard]] float peak(Duration window) const;

private:
    bool add_candidates_of(Instant now, const sdp::Document& answer);
    void note_packet(Instant now);
    void take(Instant at, const rtp::Packet& packet);
    void tick(Instant now);
    void pump(Instant now);

    ClientConfig config_;
    Random& random_;
    ice::Credentials credentials_;
    std::string session_;
    std::string direction_ = "sendrecv";
    Ssrc ssrc_;
    std::vector<ice::Candidate> candidates_;
    std::optional<peer::Peer> peer_;
    engine::ReceivePath incoming_;
    engine::SendPath outgoing_;
    std::optional<audio::Tone> tone_;
    std::optional<Instant> next_tick_;
    std::deque<Transmit> outbox_;
    bool sending_ = true;
    bool connected_ = false;
    int restarts_ = 0;
    std::optional<Instant> heard_at_;
    Duration longest_gap_{};
    std::optional<std::string> failure_;
    std::uint64_t packets_heard_ = 0;
    std::vector<HeardEvent> events_heard_;
    std::vector<float> heard_;  ///< The last second.
};

}  // namespace legroom::scenario
