#include "dtls/handshake_impl.hpp"

#include <algorithm>
#include <array>
#include <openssl/err.h>

#include "dtls/fingerprint.hpp"
#include "dtls/material.hpp"
#include "dtls/srtp_keys.hpp"

namespace legroom::dtls {
namespace {

using std::chrono::milliseconds;

constexpr Duration kMinFirstInterval = milliseconds{50};
constexpr Duration kMaxFirstInterval = milliseconds{1000};  // RFC 6347 §4.2.4.1
constexpr Duration kMaxInterval = milliseconds{1000};       // somebody waits to be heard

constexpr std::size_t kResendsPerCopy = 3;
constexpr std::size_t kMaxCopies = 3;

bool looks_like_dtls(Bytes datagram) {  // RFC 7983 §7
    return !datagram.empty() && datagram[0] >= 20 && datagram[0] <= 63 &&
           datagram.size() <= kMaxInputDatagram;
}

}  // namespace

Handshake::Impl::Impl(HandshakeConfig with)
    : config(std::move(with)), queue_([this](Bytes records) { send(records); }) {}

/// Before every call into OpenSSL: its error queue is the thread's, so it may hold some other leg's errors.
void Handshake::Impl::begin_call() {
    ERR_clear_error();
    join_records_ = false;
}

/// OpenSSL retransmits every handshake message in a datagram of its own. Joined they are lost together or not
/// at all, which is better: a flight helps only when it is whole (RFC 6347 §4.2.3 allows both).
void Handshake::Impl::send(Bytes records) {
    auto* const last = outputs.empty() ? nullptr : std::get_if<Datagram>(&outputs.back());
    if (join_records_ && last != nullptr && last->bytes.size() + records.size() <= kMaxOutputDatagram) {
        last->bytes.insert(last->bytes.end(), records.begin(), records.end());
    } else {
        outputs.emplace_back(Datagram{{records.begin(), records.end()}});
    }
    join_records_ = true;
}

/// The outputs from `first_new` on repeat a flight. From the third time on the path is known to be bad, and a
/// second copy goes along, later a third and a fourth: OpenSSL gives up after twelve attempts, and copies
/// cost the peer nothing, who drops them as replayed.
void Handshake::Impl::resent(std::size_t first_new) {
    const std::size_t end = outputs.size();
    if (state_ == State::ended || first_new == end) return;
    const std::size_t copies = std::min(++resends_ / kResendsPerCopy, kMaxCopies);
    for (std::size_t copy = 0; copy < copies; ++copy) {
        for (std::size_t i = first_new; i < end; ++i) outputs.push_back(outputs[i]);
    }
}

void Handshake::Impl::start(Instant now, Duration round_trip) {
    if (state_ != State::idle) return;
    if (!trustworthy(config.remote_fingerprints)) return end(Failed{"no fingerprint better than sha-1"});
    first_interval_ = std::clamp(2 * round_trip, kMinFirstInterval, kMaxFirstInterval);
    if (!make_ssl()) return end(Failed{"OpenSSL cannot start a handshake"});

    state_ = State::handshaking;
    advance();
    for (const ByteVector& datagram : std::exchange(early_, {})) feed(now, datagram);
    update_deadline(now);
}

bool Handshake::Impl::make_ssl() {
    begin_call();
    ssl_.reset(SSL_new(config.certificate.material().context.get()));
    BIO* const bio = ssl_ == nullptr ? nullptr : make_datagram_bio(queue_);
    if (bio == nullptr) return false;
    SSL* const ssl = ssl_.get();
    SSL_set_bio(ssl, bio, bio);
    SSL_set_app_data(ssl, this);
    SSL_set_mtu(ssl, kMaxOutputDatagram);
    DTLS_set_timer_cb(ssl, next_interval);
    if (config.role == Role::client) {
        SSL_set_connect_state(ssl);
    } else {
        SSL_set_accept_state(ssl);
    }
    return true;
}

void Handshake::Impl::handle_datagram(Instant now, Bytes datagram) {
    if (!looks_like_dtls(datagram) || state_ == State::ended) {
        ++counters.garbage;
    } else if (state_ == State::idle) {
        keep_early(datagram);
    } else {
        feed(now, datagram);
    }
}

void Handshake::Impl::keep_early(Bytes datagram) {
    if (config.role == Role::client || early_.size() >= kMaxEarlyDatagrams) {
        ++counters.early_dropped;
        return;
    }
    early_.emplace_back(datagram.begin(), datagram.end());
}

void Handshake::Impl::feed(Instant now, Bytes datagram) {
    if (state_ == State::ended || flooded(datagram)) return;
    queue_.arrive(datagram);
    advance();
    queue_.clear();
    update_deadline(now);
}

bool Handshake::Impl::flooded(Bytes datagram) {
    if (state_ != State::handshaking) return false;
    handshake_bytes_ += datagram.size();
    if (handshake_bytes_ <= kMaxHandshakeBytes) return false;
    end(Failed{"flood of handshake datagrams"});
    return true;
}

void Handshake::Impl::handle_timeout(Instant now) {
    if (state_ != State::handshaking && state_ != State::established) return;
    const std::size_t queued = outputs.size();
    begin_call();
    // 0: not due by OpenSSL's clock, which may be a little behind `now`; the new deadline says by how much.
    if (DTLSv1_handle_timeout(ssl_.get()) < 0)
        end(Failed{"no answer: " + error_reason(), FailureKind::timeout});
    resent(queued);
    update_deadline(now);
}

void Handshake::Impl::close() {
    if (state_ == State::established) {
        begin_call();
        SSL_shutdown(ssl_.get());
    }
    state_ = State::ended;
    deadline.reset();
}

void Handshake::Impl::advance() {
    if (state_ == State::handshaking) continue_handshake();
    if (state_ == State::established) read_records();
}

void Handshake::Impl::continue_handshake() {
    begin_call();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
        finish_handshake();
    } else {
        explain(result);
    }
}

void Handshake::Impl::finish_handshake() {
    auto keys = export_srtp_keys(*ssl_, config.role);
    if (!keys) {
        SSL_shutdown(ssl_.get());
        return end(Failed{"no common SRTP profile"});
    }
    state_ = State::established;
    outputs.emplace_back(Established{std::move(*keys)});
}

/// Also where OpenSSL answers a peer that repeats its last flight because ours was lost.
void Handshake::Impl::read_records() {
    std::array<std::uint8_t, 2048> dropped{};
    const std::size_t queued = outputs.size();
    int result = 0;
    do {
        begin_call();
        result = SSL_read(ssl_.get(), dropped.data(), static_cast<int>(dropped.size()));
        if (result > 0) ++counters.application_data;
    } while (result > 0);
    explain(result);
    resent(queued);
}

void Handshake::Impl::explain(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return;
        case SSL_ERROR_ZERO_RETURN:
            SSL_shutdown(ssl_.get());  // a close_notify is answered with one (RFC 5246 §7.2.1)
            return end(Closed{});
        default:
            return end(
                Failed{error_reason(), wrong_certificate_ ? FailureKind::fingerprint : FailureKind::refused});
    }
}

std::string Handshake::Impl::error_reason() const {
    if (wrong_certificate_) return "fingerprint mismatch";
    const unsigned long error = ERR_peek_error();
    const int reason = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET) {
        return std::string{"alert from the peer: "} +
               SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET);
    }
    const char* const text = ERR_reason_error_string(error);
    return text == nullptr ? "DTLS error" : text;
}

void Handshake::Impl::end(Output last) {
    state_ = State::ended;
    deadline.reset();
    outputs.push_back(std::move(last));
    ERR_clear_error();
}

void Handshake::Impl::update_deadline(Instant now) {
    deadline.reset();
    timeval left{};
    if (state_ == State::ended || DTLSv1_get_timeout(ssl_.get(), &left) != 1) return;
    deadline = now + std::chrono::seconds{left.tv_sec} + std::chrono::microseconds{left.tv_usec};
}

int Handshake::Impl::verify_peer(X509_STORE_CTX* store, void* /*argument*/) {
    const auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const X509* const leaf = X509_STORE_CTX_get0_cert(store);
    Impl& self = of(ssl);
    if (leaf != nullptr && matches_every_hash(*leaf, self.config.remote_fingerprints)) return 1;
    self.wrong_certificate_ = true;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

unsigned int Handshake::Impl::next_interval(SSL* ssl, unsigned int current_us) {
    const Duration next = current_us == 0 ? of(ssl).first_interval_
                                          : std::min(Duration{2 * std::int64_t{current_us}}, kMaxInterval);
    return static_cast<unsigned int>(next.count());
}

}  // namespace legroom::dtls
