#include "app/server_probe.hpp"

#include <algorithm>

#include "stun/builder.hpp"
#include "stun/integrity.hpp"

namespace legroom::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstTimeout = 500ms;  // RTO of RFC 8489 §6.2.1, doubled after every sending
constexpr int kMaxChallenges = 2;          // one to learn the nonce, one because it was stale (438)

// RFC 8656 §17, §18
constexpr std::uint16_t kAllocate = 0x003;
constexpr std::uint16_t kRefresh = 0x004;
constexpr std::uint16_t kLifetime = 0x000d;
constexpr std::uint16_t kRequestedTransport = 0x0019;
constexpr std::uint32_t kUdp = 17U << 24;
constexpr std::uint16_t kStaleNonce = 438;

std::array<std::uint8_t, 4> big_endian(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
            static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

}  // namespace

ServerProbe::ServerProbe(Instant now, std::optional<TurnLogin> login, bool reliable, Random& random)
    : login_(std::move(login)), reliable_(reliable), random_(random), end_(now + kLimit) {
    ask(now);
}

void ServerProbe::ask(Instant now) {
    random_.fill(id_);
    request_ =
        login_ ? allocate() : stun::Builder{{stun::Class::request, stun::kBinding, id_}}.fingerprint().take();
    asked_ = now;
    timeout_ = kFirstTimeout;
    next_ = reliable_ ? end_ : std::min(now + timeout_, end_);
    outbox_.push_back(request_);
}

ByteVector ServerProbe::allocate() { return signed_request(kAllocate, kRequestedTransport, kUdp); }

/// A lifetime of zero ends the allocation (RFC 8656 §8).
ByteVector ServerProbe::give_back() {
    random_.fill(id_);
    return signed_request(kRefresh, kLifetime, 0);
}

ByteVector ServerProbe::signed_request(std::uint16_t method, std::uint16_t attribute, std::uint32_t value) {
    stun::Builder builder{{stun::Class::request, method, id_}};
    builder.attribute(attribute, big_endian(value));
    if (challenge_) {
        auto key = stun::IntegrityKey::long_term(login_->username, challenge_->realm, login_->password);
        builder.text(stun::Attribute::username, login_->username)
            .text(stun::Attribute::realm, challenge_->realm)
            .text(stun::Attribute::nonce, challenge_->nonce)
            .message_integrity(key);
    }
    return builder.fingerprint().take();
}

void ServerProbe::handle_message(Instant now, Bytes bytes) {
    const auto message = stun::Message::parse(bytes);
    if (finished_ || !message || message->header.transaction != id_) return;
    if (answer_.round_trip == Duration::zero()) answer_.round_trip = now - asked_;
    if (message->header.kind == stun::Class::success) on_success(*message);
    if (message->header.kind == stun::Class::error) on_error(now, *message);
}

void ServerProbe::on_success(const stun::Message& message) {
    finished_ = true;
    answer_.mapped = message.mapped_address;
    if (login_) {
        answer_.outcome = ServerAnswer::Outcome::relayed;
        outbox_.push_back(give_back());
    } else if (message.mapped_address) {
        answer_.outcome = ServerAnswer::Outcome::mapped;
    } else {
        answer_.outcome = ServerAnswer::Outcome::refused;
        answer_.reason = "an answer without an address";
    }
}

void ServerProbe::on_error(Instant now, const stun::Message& message) {
    const stun::ErrorCode error = message.error.value_or(stun::ErrorCode{});
    const bool is_challenge =
        (error.code == stun::kUnauthenticated && !challenge_) || error.code == kStaleNonce;
    if (login_ && is_challenge && message.realm && message.nonce && challenges_ < kMaxChallenges) {
        ++challenges_;
        challenge_ = {std::string{*message.realm}, std::string{*message.nonce}};
        return ask(now);
    }
    finished_ = true;
    answer_.outcome = ServerAnswer::Outcome::refused;
    answer_.code = error.code;
    answer_.reason = error.reason;
}

void ServerProbe::handle_timeout(Instant now) {
    if (finished_ || now < next_) return;
    if (now >= end_) {
        finished_ = true;
        return;
    }
    outbox_.push_back(request_);
    timeout_ *= 2;
    next_ = std::min(now + timeout_, end_);
}

std::optional<ByteVector> ServerProbe::poll() {
    if (outbox_.empty()) return std::nullopt;
    ByteVector message = std::move(outbox_.front());
    outbox_.pop_front();
    return message;
}

Instant ServerProbe::deadline() const { return next_; }

}  // namespace legroom::app
