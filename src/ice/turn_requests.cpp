#include "ice/turn_requests.hpp"

#include <algorithm>

#include "stun/builder.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstRetransmission = 500ms;  // RTO of RFC 8489 §6.2.1, doubled after every sending
// Shorter than the RFC's 39.5 s: whoever asked asks again, and after an outage that is sooner than the next
// retransmission of a request that has waited longer and longer.
constexpr Duration kDatagramPatience = 10s;
constexpr Duration kStreamPatience = 20s;  // the connection, and perhaps TLS, is made in it too
constexpr int kMaxChallenges = 3;
constexpr std::size_t kMaxReason = 100;

Duration patience(const Path& path) {
    return path.transport == Transport::udp ? kDatagramPatience : kStreamPatience;
}

std::string printable(std::string_view text) {
    std::string clean{text.substr(0, kMaxReason)};
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return clean;
}

TurnAnswer refusal(const TurnRequest& request, std::uint16_t code, std::string_view reason) {
    TurnAnswer answer;
    answer.request = request;
    answer.outcome = TurnAnswer::Outcome::refused;
    answer.error = code;
    answer.reason = std::to_string(code) + " " + printable(reason);
    return answer;
}

TurnAnswer grant(const TurnRequest& request, const stun::Message& message) {
    TurnAnswer answer;
    answer.request = request;
    answer.relayed = message.relayed_address;
    answer.mapped = message.mapped_address;
    answer.lifetime = message.lifetime;
    return answer;
}

TurnAnswer silence(const TurnRequest& request, Duration waited, bool doubtful) {
    TurnAnswer answer;
    answer.request = request;
    answer.outcome = TurnAnswer::Outcome::no_answer;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited).count();
    answer.reason = doubtful ? "only answers without valid MESSAGE-INTEGRITY" : "no answer";
    answer.reason += " in " + std::to_string(seconds) + " s";
    return answer;
}

void write_what(stun::Builder& out, const TurnRequest& request) {
    switch (request.method) {
        case stun::kAllocate:
            out.requested_transport(stun::kTransportUdp);
            // Servers of RFC 5766 know no families, and refuse what they do not know: IPv4 goes without
            // saying.
            if (request.ipv6) out.requested_family(stun::kFamilyV6);
            return;
        case stun::kRefresh:
            out.lifetime(request.lifetime);
            return;
        case stun::kChannelBind:
            out.channel_number(request.channel).xor_peer_address(request.peer);
            return;
        default:
            out.xor_peer_address(request.peer);
    }
}

}  // namespace

TurnRequests::TurnRequests(const Path& path, std::string username, std::string password, Random& random)
    : path_(path), username_(std::move(username)), password_(std::move(password)), random_(random) {}

void TurnRequests::ask(Instant now, const TurnRequest& request) { begin(now, request, 0); }

void TurnRequests::begin(Instant now, const TurnRequest& request, int challenges) {
    stun::TransactionId id{};
    random_.fill(id);
    Transaction transaction;
    transaction.request = request;
    transaction.bytes = write(request, id);
    transaction.end = now + patience(path_);
    transaction.timeout = kFirstRetransmission;
    // A stream delivers, or drops altogether (RFC 8489 §6.2.2).
    transaction.next = path_.transport == Transport::udp ? now + transaction.timeout : transaction.end;
    transaction.challenges = challenges;
    transaction.authenticated = key_.has_value();
    ++counters_.requests;
    send(transaction);
    transactions_[id] = std::move(transaction);
}

void TurnRequests::tell(const TurnRequest& request) {
    stun::TransactionId id{};
    random_.fill(id);
    ++counters_.requests;
    outbox_.push_back({path_, write(request, id)});
}

void TurnRequests::forget() { transactions_.clear(); }

ByteVector TurnRequests::write(const TurnRequest& request, const stun::TransactionId& id) {
    stun::Builder out{{stun::Class::request, request.method, id}};
    write_what(out, request);
    if (key_) {
        out.text(stun::Attribute::username, username_);
        out.text(stun::Attribute::realm, realm_).text(stun::Attribute::nonce, nonce_);
        out.message_integrity(*key_);
    }
    return out.fingerprint().take();
}

void TurnRequests::send(const Transaction& transaction) { outbox_.push_back({path_, transaction.bytes}); }

std::optional<TurnAnswer> TurnRequests::handle_response(Instant now, Bytes datagram) {
    const auto message = stun::Message::parse(datagram);
    const auto found = message ? transactions_.find(message->header.transaction) : transactions_.end();
    if (found == transactions_.end() || found->second.request.method != message->header.method) {
        ++counters_.stray;
        return std::nullopt;
    }
    if (!believable(found->second, *message)) {
        ++counters_.unauthenticated;
        found->second.doubtful = true;
        return std::nullopt;
    }
    const Transaction transaction = std::move(found->second);
    transactions_.erase(found);
    if (message->header.kind == stun::Class::success) {
        proven_ = true;
        return grant(transaction.request, *message);
    }
    if (take_challenge(transaction, *message)) {
        ++counters_.challenges;
        begin(now, transaction.request, transaction.challenges + 1);
        return std::nullopt;
    }
    const auto error = message->error.value_or(stun::ErrorCode{});
    return refusal(transaction.request, error.code, error.reason);
}

/// Whether the answer may be taken for the server's. An error without integrity may: a 401 or 438 cannot have
/// any (RFC 8489 §9.2.4), and others come without from many servers.
bool TurnRequests::believable(const Transaction& transaction, const stun::Message& message) {
    if (message.header.kind == stun::Class::error && !message.has_integrity()) return true;
    return transaction.authenticated && message.verify_integrity(*key_);
}

/// Takes realm and nonce from a 401 or 438 (RFC 8489 §9.2.5). False: it is no challenge, or one we have
/// failed.
bool TurnRequests::take_challenge(const Transaction& transaction, const stun::Message& message) {
    if (!message.error || !message.nonce || transaction.challenges >= kMaxChallenges) return false;
    const std::string realm{message.realm.value_or(realm_)};
    if (message.error->code == stun::kUnauthenticated) {
        // The same credentials once more are pointless, unless they were right before: then the server was
        // restarted, and knows our nonce no more.
        const bool failed = transaction.authenticated && realm == realm_;
        if (failed && (!proven_ || transaction.challenges > 0)) return false;
        if (!message.realm) return false;
    } else if (message.error->code != stun::kStaleNonce) {
        return false;
    }
    if (!key_ || realm != realm_) {
        key_ = stun::IntegrityKey::long_term(username_, realm, password_);
        realm_ = realm;
        proven_ = false;
    }
    nonce_ = *message.nonce;
    return true;
}

std::vector<TurnAnswer> TurnRequests::handle_timeout(Instant now) {
    std::vector<TurnAnswer> unanswered;
    for (auto at = transactions_.begin(); at != transactions_.end();) {
        Transaction& transaction = at->second;
        if (now >= transaction.end) {
            unanswered.push_back(silence(transaction.request, patience(path_), transaction.doubtful));
            at = transactions_.erase(at);
            continue;
        }
        if (now >= transaction.next) {
            ++counters_.retransmissions;
            send(transaction);
            transaction.timeout *= 2;
            transaction.next = std::min(now + transaction.timeout, transaction.end);
        }
        ++at;
    }
    return unanswered;
}

std::optional<Transmit> TurnRequests::poll() {
    if (outbox_.empty()) return std::nullopt;
    Transmit transmit = std::move(outbox_.front());
    outbox_.pop_front();
    return transmit;
}

std::optional<Instant> TurnRequests::deadline() const {
    std::optional<Instant> earliest;
    for (const auto& entry : transactions_) {
        if (!earliest || entry.second.next < *earliest) earliest = entry.second.next;
    }
    return earliest;
}

}  // namespace legroom::ice
