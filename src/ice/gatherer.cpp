#include "ice/gatherer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "stun/builder.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstTimeout = 500ms;  // RTO of RFC 8489 §6.2.1, doubled after every sending
constexpr Duration kGiveUp = 5s;
constexpr Duration kRound = 20s;
constexpr Duration kQueryPacing = 20ms;  // RFC 8445 §14.2: gathering is paced like checks

bool is_address(const Endpoint& endpoint, const IpAddress& like) {
    return endpoint.port != 0 && endpoint.ip.is_v4() == like.is_v4() && !endpoint.ip.is_unspecified() &&
           !endpoint.ip.is_multicast();
}

Candidate reflexive_candidate(const Endpoint& mapped, const Path& path, std::uint16_t local_preference) {
    const auto type = CandidateType::server_reflexive;
    const Endpoint& base = path.local;
    return {type,
            mapped,
            base,
            base,
            candidate_priority(type, local_preference),
            candidate_foundation(type, base.ip, path.remote.ip)};
}

}  // namespace

Gatherer::Gatherer(const std::vector<Endpoint>& bases, const std::vector<Endpoint>& stun_servers,
                   Random& random, Instant now)
    : random_(random) {
    ask(now, bases, stun_servers);
}

void Gatherer::ask(Instant now, const std::vector<Endpoint>& bases,
                   const std::vector<Endpoint>& stun_servers) {
    const auto before = std::exchange(queries_, {});
    while (known_.size() > kMaxQueries) {  // asked anew again and again, within one round
        outbox_.emplace_back(CandidateLost{known_.front()});
        known_.erase(known_.begin());
    }
    first_round_end_ = now + kGiveUp;
    done_ = false;
    std::uint16_t preference = std::numeric_limits<std::uint16_t>::max();
    for (const Endpoint& base : bases) {
        for (const Endpoint& server : stun_servers) {
            if (base.ip.is_v4() != server.ip.is_v4()) continue;
            if (queries_.size() >= kMaxQueries) {
                ++counters_.dropped;
                continue;
            }
            Query query;
            query.path = {base, server};
            query.local_preference = preference;
            query.next = now + kQueryPacing * static_cast<int>(queries_.size());
            const auto same = [&](const Query& one) { return one.path == query.path; };
            const auto old = std::find_if(before.begin(), before.end(), same);
            if (old != before.end()) query.mapped = old->mapped;
            queries_.push_back(query);
        }
        --preference;
    }
    finish_first_round();
    handle_timeout(now);
}

void Gatherer::handle_timeout(Instant now) {
    for (Query& query : queries_) {
        if (now >= query.next) act(now, query);
    }
}

void Gatherer::act(Instant now, Query& query) {
    if (!query.asking) return ask(now, query);
    if (now >= query.end) return settle(query, query.started + kRound);
    send(query);
    query.timeout *= 2;
    query.next = std::min(now + query.timeout, query.end);
}

void Gatherer::ask(Instant now, Query& query) {
    random_.fill(query.id);
    query.asking = true;
    query.started = now;
    query.end = query.settled ? now + kGiveUp : first_round_end_;
    query.timeout = kFirstTimeout;
    query.next = now + query.timeout;
    send(query);
}

void Gatherer::send(const Query& query) {
    const stun::Header header{stun::Class::request, stun::kBinding, query.id};
    outbox_.emplace_back(Transmit{query.path, stun::Builder{header}.fingerprint().take()});
}

void Gatherer::settle(Query& query, Instant next_round) {
    query.asking = false;
    query.settled = true;
    query.next = next_round;
    finish_first_round();
}

void Gatherer::finish_first_round() {
    if (done_) return;
    done_ = std::all_of(queries_.begin(), queries_.end(), [](const Query& query) { return query.settled; });
    if (!done_) return;
    outbox_.emplace_back(GatheringDone{});
    lose_unseen();
}

bool Gatherer::handle_datagram(Instant now, const Path& path, Bytes datagram) {
    const auto header = stun::peek_header(datagram);
    if (!header || header->kind == stun::Class::request) return false;
    const auto query = std::find_if(queries_.begin(), queries_.end(), [&](const Query& one) {
        return one.asking && one.id == header->transaction && one.path == path;
    });
    if (query == queries_.end()) return false;

    const auto answer = stun::Message::parse(datagram);
    if (!answer) {
        ++counters_.refused;  // not what the server sent: the transaction goes on
        return true;
    }
    // RFC 3489 servers add attributes nobody needs to understand: unknown_required does not count here.
    const bool good = answer->header.kind == stun::Class::success && answer->mapped_address &&
                      is_address(*answer->mapped_address, path.local.ip);
    ++(good ? counters_.answers : counters_.refused);
    if (good) learn(*query, *answer->mapped_address);
    settle(*query, now + kRound);
    if (good) lose_unseen();
    return true;
}

void Gatherer::learn(Query& query, const Endpoint& mapped) {
    const Endpoint& base = query.path.local;
    const auto before = std::exchange(query.mapped, mapped);
    if (before == mapped || mapped == base) return;

    const auto latest =
        std::find_if(known_.rbegin(), known_.rend(), [&](const Candidate& one) { return one.base == base; });
    if (latest != known_.rend() && latest->endpoint == mapped) return;  // another server said so before
    const auto known = std::find_if(known_.begin(), known_.end(), [&](const Candidate& one) {
        return one.base == base && one.endpoint == mapped;
    });
    if (known == known_.end()) {
        known_.push_back(reflexive_candidate(mapped, query.path, query.local_preference));
    } else if (before) {
        std::rotate(known, known + 1, known_.end());  // back to it: the latest again
    } else {
        return;
    }
    outbox_.emplace_back(known_.back());
}

bool Gatherer::is_lost(const Candidate& known) const {
    bool asked = false;
    bool answered = false;
    for (const Query& query : queries_) {
        if (query.path.local != known.base) continue;
        if (query.mapped == known.endpoint) return false;
        asked = true;
        answered |= query.mapped.has_value();
    }
    return answered || !asked;
}

/// Not before the first round is over: of the servers asked anew the first to answer shall not speak for all.
void Gatherer::lose_unseen() {
    if (!done_) return;
    const auto lost = std::stable_partition(known_.begin(), known_.end(),
                                            [this](const Candidate& one) { return !is_lost(one); });
    std::for_each(lost, known_.end(),
                  [this](Candidate& one) { outbox_.emplace_back(CandidateLost{std::move(one)}); });
    known_.erase(lost, known_.end());
}

std::optional<GathererOutput> Gatherer::poll() {
    if (outbox_.empty()) return std::nullopt;
    GathererOutput output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

std::optional<Instant> Gatherer::deadline() const {
    const auto next = std::min_element(queries_.begin(), queries_.end(),
                                       [](const Query& a, const Query& b) { return a.next < b.next; });
    return next == queries_.end() ? std::nullopt : std::optional{next->next};
}

}  // namespace legroom::ice
