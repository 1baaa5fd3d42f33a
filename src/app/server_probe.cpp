#include "app/server_probe.hpp"

#include <algorithm>
#include <array>

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
constexpr std::uint16_t kCreatePermission = 0x008;
constexpr std::uint16_t kLifetime = 0x000d;
constexpr std::uint16_t kXorPeerAddress = 0x0012;
constexpr std::uint16_t kRequestedTransport = 0x0019;
constexpr std::uint32_t kUdp = 17U << 24;
constexpr std::uint16_t kStaleNonce = 438;

std::array<std::uint8_t, 4> big_endian(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
            static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

/// An IPv4 address without a port, as attributes hold one (RFC 8489 §14.2).
std::array<std::uint8_t, 8> xor_address(const IpAddress& ip) {
    constexpr std::array<std::uint8_t, 4> kMask{0x21, 0x12, 0xa4, 0x42};
    std::array<std::uint8_t, 8> value{0, 1, kMask[0], kMask[1]};
    for (std::size_t i = 0; i < kMask.size(); ++i) value[4 + i] = ip.bytes()[i] ^ kMask[i];
    return value;
}

}  // namespace

ServerProbe::ServerProbe(Instant now, std::optional<TurnLogin> login, bool reliable, Random& random)
    : login_(std::move(login)), reliable_(reliable), random_(random), end_(now + kLimit) {
    ask(now);
}

void ServerProbe::ask_about(const std::vector<IpAddress>& peers) {
    for (const IpAddress& peer : peers) {
        if (peer.is_v4() && peers_.size() < kMaxPeers) peers_.push_back(peer);
    }
}

void ServerProbe::ask(Instant now) {
    random_.fill(id_);
    send(now, question());
}

void ServerProbe::send(Instant now, ByteVector request) {
    request_ = std::move(request);
    asked_ = now;
    timeout_ = kFirstTimeout;
    next_ = reliable_ ? end_ : std::min(now + timeout_, end_);
    outbox_.push_back(request_);
}

ByteVector ServerProbe::question() {
    if (!login_) return stun::Builder{{stun::Class::request, stun::kBinding, id_}}.fingerprint().take();
    if (!allocated_) return signed_request(kAllocate, kRequestedTransport, big_endian(kUdp));
    return signed_request(kCreatePermission, kXorPeerAddress, xor_address(peers_.front()));
}

ByteVector ServerProbe::signed_request(std::uint16_t method, std::uint16_t attribute, Bytes value) {
    stun::Builder builder{{stun::Class::request, method, id_}};
    builder.attribute(attribute, value);
    if (challenge_) {
        auto key = stun::IntegrityKey::long_term(login_->username, challenge_->realm, login_->password);
        builder.text(stun::Attribute::username, login_->username)
            .text(stun::Attribute::realm, challenge_->realm)
            .text(stun::Attribute::nonce, challenge_->nonce)
            .message_integrity(key);
    }
    return builder.fingerprint().take();
}

/// Gives back what it was given: a lifetime of zero ends the allocation (RFC 8656 §8).
void ServerProbe::finish() {
    finished_ = true;
    if (!allocated_) return;
    random_.fill(id_);
    outbox_.push_back(signed_request(kRefresh, kLifetime, big_endian(0)));
}

void ServerProbe::handle_message(Instant now, Bytes bytes) {
    const auto message = stun::Message::parse(bytes);
    if (finished_ || !message || message->header.transaction != id_) return;
    if (answer_.round_trip == Duration::zero()) answer_.round_trip = now - asked_;
    if (message->header.kind == stun::Class::success) on_success(now, *message);
    if (message->header.kind == stun::Class::error) on_error(now, *message);
}

void ServerProbe::on_success(Instant now, const stun::Message& message) {
    if (allocated_) return finish();  // A permission: one is enough.
    if (login_) return on_allocated(now, message);
    answer_.mapped = message.mapped_address;
    answer_.outcome = answer_.mapped ? ServerAnswer::Outcome::mapped : ServerAnswer::Outcome::refused;
    if (!answer_.mapped) answer_.reason = "an answer without an address";
    finish();
}

void ServerProbe::on_allocated(Instant now, const stun::Message& message) {
    allocated_ = true;
    answer_.mapped = message.mapped_address;
    answer_.outcome = ServerAnswer::Outcome::relayed;
    peers_.empty() ? finish() : ask(now);
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
    answer_.code = error.code;
    answer_.reason = error.reason;
    if (!allocated_) {
        answer_.outcome = ServerAnswer::Outcome::refused;
        return finish();
    }
    peers_.pop_front();
    answer_.denies_peers = peers_.empty();
    peers_.empty() ? finish() : ask(now);
}

void ServerProbe::handle_timeout(Instant now) {
    if (finished_ || now < next_) return;
    if (now >= end_) return finish();
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
