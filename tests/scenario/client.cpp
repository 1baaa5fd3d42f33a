#include "scenario/client.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "audio/goertzel.hpp"
#include "rtp/packet.hpp"
#include "sdp/document.hpp"

namespace legroom::scenario {
namespace {

constexpr std::uint8_t kOpus = 111;
constexpr std::size_t kMemory = 48'000;  ///< Samples kept of what was heard: one second.

engine::SendConfig send_config(Ssrc ssrc, const ClientConfig& client) {
    engine::SendConfig config;
    config.rate = Client::kRate;
    config.ssrc = ssrc;
    config.opus.payload_type = kOpus;
    config.audio_level_extension = client.audio_level_extension;
    if (client.telephone_event_48k) {
        config.telephone_event = {*client.telephone_event_48k, 48'000};
    } else if (client.telephone_event_8k) {
        config.telephone_event = {*client.telephone_event_8k, 8'000};
    }
    return config;
}

ice::Candidate host(const Endpoint& endpoint, std::size_t index) {
    ice::Candidate candidate;
    candidate.endpoint = candidate.base = endpoint;
    candidate.priority =
        ice::candidate_priority(ice::CandidateType::host, static_cast<std::uint16_t>(65'535 - index));
    candidate.foundation = std::to_string(index + 1);
    return candidate;
}

std::size_t samples_in(Duration window) {
    return static_cast<std::size_t>(window.count()) * hz(Client::kRate) / 1'000'000;
}

std::string attribute(const sdp::Document& document, std::string_view name) {
    for (const sdp::Section& section : document.sections) {
        if (const auto value = section.attributes.find(name)) return std::string{*value};
    }
    return std::string{document.attributes.find(name).value_or("")};
}

std::vector<dtls::Fingerprint> fingerprints(const sdp::Document& document) {
    const std::string text = attribute(document, "fingerprint");
    const auto space = text.find(' ');
    if (space == std::string::npos) return {};
    const auto parsed = dtls::Fingerprint::parse(text.substr(0, space), text.substr(space + 1));
    return parsed ? std::vector{*parsed} : std::vector<dtls::Fingerprint>{};
}

}  // namespace

Client::Client(ClientConfig config, Random& random)
    : config_(std::move(config)),
      random_(random),
      credentials_{random.ice_chars(4), random.ice_chars(24)},
      session_(std::to_string(random.u32())),
      ssrc_(Ssrc{random.u32()}),
      incoming_(kRate),
      outgoing_(send_config(ssrc_, config_), random) {
    for (const Endpoint& address : config_.addresses)
        candidates_.push_back(host(address, candidates_.size()));
    say(config_.tone_hz);
}

void Client::say(std::optional<double> tone_hz, float peak) {
    tone_.reset();
    if (tone_hz) tone_.emplace(kRate, *tone_hz, peak);
}

std::string Client::offer() const {
    std::string formats;
    std::string maps;
    const auto add = [&](std::optional<std::uint8_t> type, int clock_rate) {
        if (!type) return;
        formats += fmt::format(" {}", *type);
        maps += fmt::format("a=rtpmap:{} telephone-event/{}\r\n", *type, clock_rate);
    };
    add(config_.telephone_event_48k, 48'000);
    add(config_.telephone_event_8k, 8'000);
    std::string text = fmt::format(
        "v=0\r\no=- {} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n{}"
        "m=audio 9 UDP/TLS/RTP/SAVPF {}{}\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na={}\r\na=rtcp-mux\r\n"
        "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=ice-options:trickle\r\na=fingerprint:{}\r\na=setup:{}\r\n"
        "a=rtpmap:{} opus/48000/2\r\n",
        session_, config_.lite ? "a=ice-lite\r\n" : "", kOpus, formats, direction_, credentials_.ufrag,
        credentials_.password, config_.certificate.fingerprint().to_string(), config_.setup, kOpus);
    text += maps;
    if (config_.audio_level_extension)
        text += fmt::format("a=extmap:{} urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n",
                            *config_.audio_level_extension);
    if (!config_.candidates_in_offer) return text;
    for (const std::string& line : candidate_lines()) text += "a=" + line + "\r\n";
    return text;
}

std::vector<std::string> Client::candidate_lines() const {
    std::vector<std::string> lines;
    for (const ice::Candidate& candidate : candidates_) lines.push_back(candidate.to_line());
    return lines;
}

bool Client::accept(Instant now, std::string_view answer) {
    const auto document = sdp::Document::parse(answer);
    if (!document) return false;

    peer::PeerConfig config;
    config.ice.role = config_.lite ? ice::Role::controlled : ice::Role::controlling;
    config.ice.local = credentials_;
    config.ice.remote = {attribute(*document, "ice-ufrag"), attribute(*document, "ice-pwd")};
    config.ice.local_candidates = candidates_;
    config.ice.setup_timeout = config_.setup_timeout;
    config.reconnect_grace = config_.reconnect_grace;
    config.ice.transaction_tag = random_.u32();
    config.dtls.role = attribute(*document, "setup") == "active" ? dtls::Role::server : dtls::Role::client;
    config.dtls.certificate = config_.certificate;
    config.dtls.remote_fingerprints = fingerprints(*document);
    config.reports.ssrc = ssrc_;
    config.reports.cname = "client";
    if (config.ice.remote.ufrag.empty() || config.dtls.remote_fingerprints.empty()) return false;
    peer_.emplace(std::move(config), random_, now);
    return add_candidates_of(now, *document);
}

std::string Client::restart_offer() {
    credentials_ = {random_.ice_chars(4), random_.ice_chars(24)};
    return offer();
}

bool Client::accept_restart(Instant now, std::string_view answer) {
    const auto document = sdp::Document::parse(answer);
    if (!document) return false;
    ice::AgentConfig next;
    next.role = ice::Role::controlling;
    next.local = credentials_;
    next.remote = {attribute(*document, "ice-ufrag"), attribute(*document, "ice-pwd")};
    next.local_candidates = candidates_;
    next.transaction_tag = random_.u32();
    peer_->restart_ice(now, std::move(next));
    return add_candidates_of(now, *document);
}

bool Client::add_candidates_of(Instant now, const sdp::Document& answer) {
    for (const sdp::Section& section : answer.sections) {
        for (const auto value : section.attributes.all("candidate"))
            add_remote_candidate(now, fmt::format("candidate:{}", value));
    }
    pump(now);
    return true;
}

Duration Client::take_longest_gap() { return std::exchange(longest_gap_, Duration{}); }

void Client::set_telephone_events(std::optional<std::uint8_t> at_48k, std::optional<std::uint8_t> at_8k) {
    config_.telephone_event_48k = at_48k;
    config_.telephone_event_8k = at_8k;
    outgoing_.negotiate(send_config(ssrc_, config_));
}

void Client::press(std::string_view digits) {
    for (const char digit : digits) outgoing_.send_digit(digit);
}

std::string Client::digits_heard() const {
    std::map<std::uint32_t, char> presses;  // no test runs until the timestamps wrap, but some begin there
    for (const HeardEvent& heard : events_heard_) {
        const std::uint32_t since_first = heard.header.timestamp - events_heard_.front().header.timestamp;
        presses.emplace(since_first, rtp::digit_of(heard.event.event).value_or('?'));
    }
    std::string digits;
    for (const auto& press : presses) digits += press.second;
    return digits;
}

void Client::note_packet(Instant now) {
    ++packets_heard_;
    if (heard_at_) longest_gap_ = std::max(longest_gap_, now - *heard_at_);
    heard_at_ = now;
}

void Client::add_remote_candidate(Instant now, std::string_view line) {
    const auto parsed = ice::parse_candidate(line);
    if (peer_ && parsed && parsed->candidate) peer_->add_remote_candidate(now, *parsed->candidate);
    if (peer_) pump(now);
}

void Client::add_address(Instant now, const Endpoint& endpoint) {
    candidates_.push_back(host(endpoint, candidates_.size()));
    peer_->add_local_candidate(now, candidates_.back());
    pump(now);
}

void Client::handle_datagram(Instant now, const Path& path, MutableBytes datagram) {
    if (!peer_) return;
    peer_->handle_datagram(now, path, datagram);
    pump(now);
}

void Client::handle_timeout(Instant now) {
    if (!peer_) return;
    peer_->handle_timeout(now);
    while (next_tick_ && *next_tick_ <= now) tick(now);
    pump(now);
}

void Client::close(Instant now) {
    if (!peer_) return;
    peer_->close(now);
    pump(now);
    next_tick_.reset();
}

std::optional<Transmit> Client::poll() {
    if (outbox_.empty()) return std::nullopt;
    Transmit datagram = std::move(outbox_.front());
    outbox_.pop_front();
    return datagram;
}

std::optional<Instant> Client::deadline() const {
    if (!peer_) return std::nullopt;
    const auto theirs = peer_->deadline();
    if (!next_tick_ || (theirs && *theirs < *next_tick_)) return theirs;
    return next_tick_;
}

double Client::share(double hz, Duration window) const {
    const auto samples = samples_in(window);
    if (heard_.size() < samples) return 0;
    return audio::power_share(std::span{heard_}.last(samples), kRate, hz);
}

double Client::level_db(Duration window) const {
    const auto samples = std::min(heard_.size(), samples_in(window));
    double power = 0;
    for (const float sample : std::span{heard_}.last(samples)) power += static_cast<double>(sample) * sample;
    return 10 * std::log10(power / static_cast<double>(samples));
}

float Client::peak(Duration window) const {
    const auto samples = std::min(heard_.size(), samples_in(window));
    float peak = 0;
    for (const float sample : std::span{heard_}.last(samples)) peak = std::max(peak, std::abs(sample));
    return peak;
}

void Client::tick(Instant now) {
    *next_tick_ += kTick;
    ByteVector packet;
    if (tone_) {
        audio::Frame frame{kRate};
        tone_->fill(frame.samples());
        outgoing_.next(&frame, packet);
    } else {
        outgoing_.next(nullptr, packet);
    }
    if (sending_) peer_->send_rtp(now, std::move(packet));

    if (!config_.listens) return;
    audio::Frame frame{kRate};
    incoming_.pull(now, frame);
    heard_.insert(heard_.end(), frame.samples().begin(), frame.samples().end());
    if (heard_.size() > kMemory) heard_.erase(heard_.begin(), heard_.end() - kMemory);
}

void Client::take(Instant at, const rtp::Packet& packet) {
    const std::uint8_t type = packet.header.payload_type;
    if (type == config_.telephone_event_48k || type == config_.telephone_event_8k) {
        const auto event = rtp::parse_telephone_event(packet.payload);
        if (event) events_heard_.push_back({at, packet.header, *event});
    } else if (type == kOpus && config_.listens) {
        incoming_.push(at, packet);
    }
}

void Client::pump(Instant now) {
    while (auto output = peer_->poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            outbox_.push_back(std::move(*datagram));
        } else if (const auto* media = std::get_if<peer::RtpReceived>(&*output)) {
            note_packet(now);
            if (const auto packet = rtp::parse_packet(media->packet)) take(media->at, *packet);
        } else if (std::holds_alternative<peer::Connected>(*output)) {
            connected_ = true;
            next_tick_ = now;
        } else if (const auto* restart = std::get_if<peer::RestartEnded>(&*output)) {
            restarts_ += restart->succeeded ? 1 : 0;
        } else if (auto* failed = std::get_if<peer::Failed>(&*output)) {
            failure_ = std::move(failed->detail);
            next_tick_.reset();
        }
    }
}

}  // namespace legroom::scenario
