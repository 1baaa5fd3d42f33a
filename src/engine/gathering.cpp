#include "engine/gathering.hpp"

#include <algorithm>
#include <utility>

#include "engine/relay_plan.hpp"

namespace legroom::engine {
namespace {

template <class T>
void add_once(std::vector<T>& values, const T& value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

/// What we send from and what arrives at the one port, each once.
std::vector<Endpoint> udp_bases(const std::vector<ice::Candidate>& candidates) {
    std::vector<Endpoint> bases;
    for (const ice::Candidate& candidate : candidates) {
        if (candidate.transport == Transport::udp) add_once(bases, candidate.base);
    }
    return bases;
}

std::vector<IpAddress> present_addresses(const SetHostCandidates& ours) {
    auto present = ours.addresses;
    for (const ice::Candidate& candidate : ours.candidates) add_once(present, candidate.base.ip);
    return present;
}

bool is_among(const ice::Candidate& candidate, const std::vector<ice::Candidate>& others) {
    return std::any_of(others.begin(), others.end(), [&](const ice::Candidate& other) {
        return other.endpoint == candidate.endpoint && other.base == candidate.base &&
               other.transport == candidate.transport;
    });
}

/// With the addresses that have vanished: legs may have learnt of bases that were never announced, and the
/// ports are the same at every address.
std::vector<Endpoint> vanished_bases(const SetHostCandidates& before, const SetHostCandidates& after) {
    std::vector<std::uint16_t> ports;
    for (const ice::Candidate& candidate : before.candidates) add_once(ports, candidate.base.port);
    const auto present = present_addresses(after);
    std::vector<Endpoint> vanished;
    for (const IpAddress& ip : present_addresses(before)) {
        if (std::find(present.begin(), present.end(), ip) != present.end()) continue;
        for (const std::uint16_t port : ports) vanished.push_back({ip, port});
    }
    return vanished;
}

std::string name_of(const Endpoint& server, Transport transport) {
    return "TURN server " + server.to_string() + " (" + std::string{to_string(transport)} + ")";
}

std::string without_a_base(const TurnServer& server) {
    if (server.endpoints.empty()) return "a TURN server without an address is left out";
    return name_of(server.endpoints.front(), server.transport) +
           " is left out: this machine has no address of its family";
}

std::string left_out(const ice::TurnConfig& config) {
    return name_of(config.server, config.transport) +
           " is left out: an entry before it is the same, or there are " + std::to_string(ice::kMaxRelays) +
           " relays already";
}

}  // namespace

Gathering::Gathering(SetHostCandidates ours, Random& random)
    : random_(random), ours_(std::move(ours)), relays_(random) {}

std::vector<ice::Candidate> Gathering::local_candidates() const {
    auto candidates = ours_.candidates;
    candidates.insert(candidates.end(), relayed_.begin(), relayed_.end());
    return candidates;
}

/// What has vanished makes room in the legs for what is new. A leg that had no room for all is told of all
/// again.
void Gathering::set_hosts(Instant now, const SetHostCandidates& ours) {
    const SetHostCandidates before = std::exchange(ours_, ours);
    const auto vanished = vanished_bases(before, ours_);
    for (const Endpoint& base : vanished) outbox_.emplace_back(LocalRemoved{base});
    if (servers_) renew_relays(now);
    for (const ice::Candidate& candidate : ours_.candidates) {
        if (!vanished.empty() || !is_among(candidate, before.candidates))
            outbox_.emplace_back(LocalAdded{candidate});
    }
    const bool other_bases = udp_bases(before.candidates) != udp_bases(ours_.candidates);
    if (servers_ && other_bases) ask_stun_servers(now);
    settle();
}

void Gathering::set_servers(Instant now, const StartGathering& servers) {
    const auto before = std::exchange(servers_, servers);
    if (!before || before->stun_servers != servers.stun_servers) ask_stun_servers(now);
    renew_relays(now);
    settle();
}

void Gathering::ask_stun_servers(Instant now) {
    const auto bases = udp_bases(ours_.candidates);
    if (gatherer_) return gatherer_->ask(now, bases, servers_->stun_servers);
    gatherer_.emplace(bases, servers_->stun_servers, random_, now);
}

void Gathering::renew_relays(Instant now) {
    const RelayBases bases{udp_bases(ours_.candidates), present_addresses(ours_)};
    const auto plan = plan_relays(servers_->turn_servers, bases, standing_allocations());
    const auto change = relays_.set(now, plan.configs);
    for (const Endpoint& relayed : change.given_up) remove_relay(relayed);
    std::vector<std::string> complaints;
    for (const TurnServer& server : plan.without_a_base) complaints.push_back(without_a_base(server));
    for (const ice::TurnConfig& config : change.left_out) complaints.push_back(left_out(config));
    complain(std::move(complaints));
}

/// Those that relay what they were asked for.
std::vector<ice::TurnConfig> Gathering::standing_allocations() const {
    std::vector<ice::TurnConfig> standing;
    for (const ice::TurnClient& client : relays_.clients()) {
        const auto relayed = client.relayed();
        if (relayed && relayed->ip.is_v6() == client.config().ipv6) standing.push_back(client.config());
    }
    return standing;
}

void Gathering::complain(std::vector<std::string> complaints) {
    for (const std::string& one : complaints) {
        const bool old = std::find(complaints_.begin(), complaints_.end(), one) != complaints_.end();
        if (!old) report(RelayFailed{one});
    }
    complaints_ = std::move(complaints);
}

bool Gathering::handle_datagram(Instant now, const Path& path, Bytes datagram) {
    const bool ours = (gatherer_ && gatherer_->handle_datagram(now, path, datagram)) ||
                      relays_.handle_datagram(now, path, datagram);
    if (ours) settle();
    return ours;
}

bool Gathering::send(Instant now, const Transmit& transmit) {
    const bool relayed = ever_relayed_ && relays_.send(now, transmit);
    if (relayed) settle();
    return relayed;
}

void Gathering::stream_closed(Instant now, const Path& path) {
    relays_.stream_closed(now, path);
    settle();
}

void Gathering::close() {
    relays_.close();
    settle();
}

void Gathering::handle_timeout(Instant now) {
    if (gatherer_) gatherer_->handle_timeout(now);
    relays_.handle_timeout(now);
    settle();
}

std::optional<GatheringOutput> Gathering::poll() {
    if (outbox_.empty()) return std::nullopt;
    GatheringOutput output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

std::optional<Instant> Gathering::deadline() const {
    const auto one = gatherer_ ? gatherer_->deadline() : std::nullopt;
    const auto other = relays_.deadline();
    if (one && other) return std::min(*one, *other);
    return one ? one : other;
}

void Gathering::settle() {
    if (!gatherer_) return;  // nobody was asked yet
    while (auto output = gatherer_->poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            outbox_.emplace_back(std::move(*datagram));
        } else if (auto* candidate = std::get_if<ice::Candidate>(&*output)) {
            report(CandidateGathered{std::move(*candidate)});
        } else if (auto* lost = std::get_if<ice::CandidateLost>(&*output)) {
            report(CandidateLost{std::move(lost->candidate)});
        }  // That it is done is said below, for both.
    }
    while (auto output = relays_.poll()) act(std::move(*output));
    if (said_done_ || !gatherer_->done() || !relays_.settled()) return;
    said_done_ = true;
    report(GatheringDone{});
}

void Gathering::act(ice::TurnOutput output) {
    if (auto* candidate = std::get_if<ice::Candidate>(&output)) {
        add_relay(*candidate);
        report(CandidateGathered{std::move(*candidate)});
    } else if (auto* failed = std::get_if<ice::TurnFailed>(&output)) {
        report(RelayFailed{std::move(failed->reason)});
        if (failed->lost) remove_relay(*failed->lost);
    } else if (auto* datagram = std::get_if<Transmit>(&output)) {
        outbox_.emplace_back(std::move(*datagram));
    } else if (auto* received = std::get_if<ice::TurnReceived>(&output)) {
        outbox_.emplace_back(std::move(*received));
    } else {
        outbox_.emplace_back(std::get<ice::TurnDisconnect>(output));
    }
}

void Gathering::add_relay(const ice::Candidate& candidate) {
    ever_relayed_ = true;
    relayed_.push_back(candidate);
    outbox_.emplace_back(LocalAdded{candidate});
}

void Gathering::remove_relay(const Endpoint& relayed) {
    const auto found = std::find_if(relayed_.begin(), relayed_.end(),
                                    [&](const ice::Candidate& one) { return one.endpoint == relayed; });
    if (found == relayed_.end()) return;
    report(CandidateLost{std::move(*found)});
    relayed_.erase(found);
    outbox_.emplace_back(LocalRemoved{relayed});
}

}  // namespace legroom::engine
