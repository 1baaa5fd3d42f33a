#include "ice/turn_client.hpp"

#include <algorithm>

#include "stun/builder.hpp"
#include "stun/channel_data.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

// Before another attempt; doubled up to the longest, and up to a quarter more, so that a restarted server
// does not get all its clients at once. Whoever makes connections may refuse to for a second after a loss.
constexpr Duration kFirstWait = 1200ms;
constexpr Duration kLongestWait = 48s;
constexpr Duration kClearing = 1500ms;  // coturn takes a second to let go of an allocation given back
constexpr Duration kRefreshing = 25s;   // there are NATs that forget after 30 s
constexpr std::chrono::seconds kShortestLifetime{10};  // what a server says below or above is not believed
constexpr std::chrono::seconds kUsualLifetime{600};    // RFC 8656 §3.2
constexpr std::chrono::seconds kLongestLifetime{3600};
constexpr std::uint16_t kTcpPenalty = 0x2000;  // RFC 8445 §5.1.2.2 leaves the order within a type to us
constexpr std::uint16_t kTlsPenalty = 0x4000;

bool is_relayed_address(const Endpoint& endpoint, bool ipv6) {
    return endpoint.port != 0 && endpoint.ip.is_v6() == ipv6 && !endpoint.ip.is_unspecified() &&
           !endpoint.ip.is_multicast();
}

std::uint16_t preference(const TurnConfig& config) {
    const std::uint16_t penalty = config.transport == Transport::udp   ? 0
                                  : config.transport == Transport::tcp ? kTcpPenalty
                                                                       : kTlsPenalty;
    return static_cast<std::uint16_t>(config.local_preference - std::min(config.local_preference, penalty));
}

TurnFailure cause_of(const TurnAnswer& answer) {
    if (answer.outcome == TurnAnswer::Outcome::no_answer) return TurnFailure::no_answer;
    switch (answer.error) {
        case stun::kUnauthenticated:
        case stun::kStaleNonce:
        case stun::kWrongCredentials:
            return TurnFailure::unauthorized;
        case stun::kForbidden:
            return TurnFailure::forbidden;
        case stun::kAllocationMismatch:
            return TurnFailure::lost;
        case stun::kUnsupportedFamily:
            return TurnFailure::family;
        case stun::kAllocationQuotaReached:
            return TurnFailure::quota;
        case stun::kInsufficientCapacity:
            return TurnFailure::capacity;
        default:
            return TurnFailure::refused;
    }
}

TurnRequest refresh_for(std::chrono::seconds lifetime) {
    TurnRequest request;
    request.method = stun::kRefresh;
    request.lifetime = lifetime;
    return request;
}

bool is_turn(std::uint16_t method) {
    return method == stun::kAllocate || method == stun::kRefresh || method == stun::kData ||
           method == stun::kCreatePermission || method == stun::kChannelBind;
}

/// STUN checks go to many a peer; anything else to the one that has been chosen (RFC 7983 §7).
bool deserves_channel(Bytes packet) { return !packet.empty() && packet[0] > 3; }

}  // namespace

std::string_view to_string(TurnFailure failure) {
    switch (failure) {
        case TurnFailure::no_answer:
            return "no_answer";
        case TurnFailure::unauthorized:
            return "unauthorized";
        case TurnFailure::quota:
            return "quota";
        case TurnFailure::capacity:
            return "capacity";
        case TurnFailure::forbidden:
            return "forbidden";
        case TurnFailure::family:
            return "family";
        case TurnFailure::disconnected:
            return "disconnected";
        case TurnFailure::lost:
            return "lost";
        case TurnFailure::refused:
            return "refused";
    }
    return "refused";
}

TurnClient::TurnClient(TurnConfig config, Random& random, Instant now)
    : config_(std::move(config)),
      path_{config_.base, config_.server, config_.transport},
      ipv6_(config_.ipv6),
      random_(random),
      requests_(path_, config_.username, config_.password, random) {
    allocate(now);
    reschedule(now);
}

// The allocation.

void TurnClient::allocate(Instant now) {
    state_ = State::allocating;
    TurnRequest request;
    request.ipv6 = ipv6_;
    requests_.ask(now, request);
}

void TurnClient::act(Instant now, const TurnAnswer& answer) {
    switch (answer.request.method) {
        case stun::kAllocate:
            return on_allocate(now, answer);
        case stun::kRefresh:
            if (state_ == State::allocated) return on_refresh(now, answer);
            return on_cleared(now);
        default:
            return on_peer(now, answer);
    }
}

void TurnClient::on_allocate(Instant now, const TurnAnswer& answer) {
    if (answer.outcome == TurnAnswer::Outcome::granted) return take_allocation(now, answer);
    // Ours, from before a restart perhaps: the port is the same, the transaction is not (RFC 8656 §7.2).
    if (answer.error == stun::kAllocationMismatch && !cleared_) {
        cleared_ = true;
        return requests_.ask(now, refresh_for(0s));
    }
    if (answer.error == stun::kUnsupportedFamily && config_.either_family && !turned_) {
        turned_ = true;
        ipv6_ = !ipv6_;
        return allocate(now);
    }
    fail(now, cause_of(answer), answer.reason);
}

/// The leftover is gone, or stays: the next attempt tells.
void TurnClient::on_cleared(Instant now) {
    if (state_ != State::allocating) return;
    state_ = State::waiting;
    step_ = now + kClearing;
}

void TurnClient::take_allocation(Instant now, const TurnAnswer& answer) {
    if (!answer.relayed || !is_relayed_address(*answer.relayed, ipv6_)) {
        return fail(now, TurnFailure::refused, "granted without a usable XOR-RELAYED-ADDRESS");
    }
    state_ = State::allocated;
    settled_ = true;
    reported_.reset();
    relayed_ = answer.relayed;
    since_ = now;
    refreshing_ = false;
    cleared_ = turned_ = false;
    keep_until(now, answer);
    ++counters_.allocations;
    const auto type = CandidateType::relayed;
    Candidate candidate;
    candidate.type = type;
    candidate.endpoint = *relayed_;
    candidate.base = *relayed_;
    candidate.related = answer.mapped.value_or(config_.base);
    candidate.priority = candidate_priority(type, preference(config_));
    candidate.foundation = candidate_foundation(type, relayed_->ip, config_.server.ip);
    outbox_.emplace_back(std::move(candidate));
}

void TurnClient::keep_until(Instant now, const TurnAnswer& answer) {
    const auto lifetime =
        std::clamp(answer.lifetime.value_or(kUsualLifetime), kShortestLifetime, kLongestLifetime);
    expires_ = now + lifetime;
    step_ = now + std::min<Duration>(kRefreshing, lifetime / 2);
}

void TurnClient::refresh(Instant now) {
    refreshing_ = true;
    requests_.ask(now, refresh_for(kUsualLifetime));
}

void TurnClient::on_refresh(Instant now, const TurnAnswer& answer) {
    refreshing_ = false;
    if (answer.outcome == TurnAnswer::Outcome::granted) {
        reported_.reset();
        return keep_until(now, answer);
    }
    const TurnFailure cause = cause_of(answer);
    const bool silent = cause == TurnFailure::no_answer;
    // A stream that brings no answer is dead, whatever the system believes of it.
    const bool dead = silent && config_.transport != Transport::udp;
    if (dead || cause == TurnFailure::lost) return fail(now, cause, answer.reason);
    report(cause, answer.reason);
    step_ = silent ? now : now + kRefreshing;
}

void TurnClient::report(TurnFailure cause, const std::string& reason, std::optional<Endpoint> lost) {
    const bool news = reported_ != cause || lost;
    reported_ = cause;
    if (!news) return;
    const std::string server = config_.server.to_string() + " (" + std::string{to_string(config_.transport)};
    outbox_.emplace_back(TurnFailed{cause, "TURN server " + server + "): " + reason, lost});
}

/// Everything starts over, after a wait.
void TurnClient::fail(Instant now, TurnFailure cause, const std::string& reason) {
    ++counters_.failures;
    settled_ = true;
    report(cause, reason, std::exchange(relayed_, std::nullopt));
    requests_.forget();
    peers_.clear();
    const bool stream = config_.transport != Transport::udp;
    if (stream && cause != TurnFailure::disconnected) outbox_.emplace_back(TurnDisconnect{path_});
    step_ = now + next_wait(now);
    state_ = State::waiting;
    cleared_ = turned_ = false;
    ipv6_ = config_.ipv6;
}

/// Twice the last one, unless an allocation stood well meanwhile.
Duration TurnClient::next_wait(Instant now) {
    const bool stood = state_ == State::allocated && now - since_ >= kLongestWait;
    wait_ = stood || wait_ == Duration{} ? kFirstWait : std::min(2 * wait_, kLongestWait);
    const double spread = 1 + random_.unit() / 4;
    return Duration{static_cast<Duration::rep>(static_cast<double>(wait_.count()) * spread)};
}

void TurnClient::stream_closed(Instant now) {
    if (config_.transport == Transport::udp || state_ == State::waiting || state_ == State::closed) return;
    fail(now, TurnFailure::disconnected, "the connection dropped, or could not be made");
    reschedule(now);
}

void TurnClient::close() {
    if (state_ == State::allocated) requests_.tell(refresh_for(0s));
    requests_.forget();
    peers_.clear();
    relayed_.reset();
    const bool connected = config_.transport != Transport::udp && state_ != State::waiting;
    if (connected && state_ != State::closed) outbox_.emplace_back(TurnDisconnect{path_});
    state_ = State::closed;
    next_.reset();
}

// Peers.

void TurnClient::on_peer(Instant now, const TurnAnswer& answer) {
    if (state_ != State::allocated) return;
    if (answer.error == stun::kAllocationMismatch) return fail(now, TurnFailure::lost, answer.reason);
    for (const HeldPacket& packet : peers_.handle_answer(now, answer)) {
        send_open(now, packet.peer, packet.bytes);
    }
    // coturn, restarted, calls it a bad request; only a refresh is told that there is no allocation any more.
    const bool doubtful = answer.outcome == TurnAnswer::Outcome::refused && answer.error != stun::kForbidden;
    if (doubtful && !refreshing_) refresh(now);
}

void TurnClient::permit(Instant now, const IpAddress& peer) {
    if (state_ != State::allocated || peer.is_v6() != ipv6_) return;
    peers_.want(now, peer);
    ask_for_peers(now);
}

void TurnClient::send(Instant now, const Endpoint& peer, Bytes packet) {
    const bool wanted = state_ == State::allocated && peer.ip.is_v6() == ipv6_ && peer.port != 0 &&
                        packet.size() <= kMaxRelayedPacket && peers_.want(now, peer.ip);
    ask_for_peers(now);
    if (wanted && peers_.open(now, peer.ip)) return send_open(now, peer, packet);
    if (wanted && peers_.pending(peer.ip)) return peers_.hold(peer, packet);
    ++counters_.unsent;
}

void TurnClient::ask_for_peers(Instant now) {
    if (!peers_.has_requests()) return;
    for (const TurnRequest& request : peers_.take_requests()) requests_.ask(now, request);
    reschedule(now);
}

void TurnClient::send_open(Instant now, const Endpoint& peer, Bytes packet) {
    if (deserves_channel(packet) && peers_.want_channel(now, peer)) ask_for_peers(now);
    if (const auto channel = peers_.channel_to(now, peer)) {
        ++counters_.by_channel;
        outbox_.emplace_back(Transmit{path_, stun::ChannelData{*channel, packet}.write()});
        return;
    }
    ++counters_.by_indication;
    stun::Header header{stun::Class::indication, stun::kSend, {}};
    random_.fill(header.transaction);
    outbox_.emplace_back(Transmit{path_, stun::Builder{header}.xor_peer_address(peer).data(packet).take()});
}

// What comes.

bool TurnClient::handle_datagram(Instant now, const Path& path, Bytes datagram) {
    if (path != path_) return false;
    if (stun::ChannelData::is(datagram)) {
        receive_channel_data(datagram);
        return true;
    }
    const auto header = stun::peek_header(datagram);
    if (!header || !is_turn(header->method)) return false;
    if (header->kind == stun::Class::indication) {
        receive_indication(datagram);
    } else if (header->kind == stun::Class::request) {
        ++counters_.malformed;
    } else if (const auto answer = requests_.handle_response(now, datagram)) {
        act(now, *answer);
    }
    ask_for_peers(now);
    if (header->kind != stun::Class::indication) reschedule(now);
    return true;
}

void TurnClient::receive_channel_data(Bytes datagram) {
    const auto message = stun::ChannelData::read(datagram);
    if (!message) {
        ++counters_.malformed;
        return;
    }
    const auto peer = peers_.peer_behind(message->number);
    if (!peer) {
        ++counters_.unknown_channels;
        return;
    }
    receive(*peer, message->payload);
}

void TurnClient::receive_indication(Bytes datagram) {
    const auto message = stun::Message::parse(datagram);
    const bool good = message && message->header.method == stun::kData && message->peer_address &&
                      message->data && message->unknown_required.empty();
    if (!good) {
        ++counters_.malformed;
        return;
    }
    receive(*message->peer_address, *message->data);
}

void TurnClient::receive(const Endpoint& peer, Bytes packet) {
    if (!relayed_ || !peers_.knows(peer.ip)) {
        ++counters_.strangers;
        return;
    }
    ++counters_.received;
    outbox_.emplace_back(TurnReceived{{*relayed_, peer}, {packet.begin(), packet.end()}});
}

// Time.

void TurnClient::handle_timeout(Instant now) {
    if (!next_ || now < *next_) return;
    for (const TurnAnswer& answer : requests_.handle_timeout(now)) act(now, answer);
    if (state_ == State::waiting && now >= step_) allocate(now);
    if (state_ == State::allocated) {
        if (now >= expires_) {
            fail(now, TurnFailure::no_answer, "the allocation ran out");
        } else if (!refreshing_ && now >= step_) {
            refresh(now);
        }
    }
    if (state_ == State::allocated) {
        peers_.handle_timeout(now);
        ask_for_peers(now);
    }
    reschedule(now);
}

std::optional<TurnOutput> TurnClient::poll() {
    if (auto transmit = requests_.poll()) return std::move(*transmit);
    if (outbox_.empty()) return std::nullopt;
    TurnOutput output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

/// Looks at everything that has a deadline: done when a request begins or ends, and not for every packet.
void TurnClient::reschedule(Instant now) {
    next_ = requests_.deadline();
    const auto consider = [this](std::optional<Instant> other) {
        if (other && (!next_ || *other < *next_)) next_ = other;
    };
    if (state_ == State::waiting) consider(step_);
    if (state_ == State::allocated) {
        consider(expires_);
        if (!refreshing_) consider(step_);
        consider(peers_.deadline(now));
    }
    if (state_ == State::closed) next_.reset();
}

}  // namespace legroom::ice
