#pragma once

#include <deque>
#include <string>

#include "dtls/datagram_bio.hpp"
#include "dtls/handshake.hpp"
#include "dtls/openssl_ptr.hpp"

namespace legroom::dtls {

/// One Handshake, at an address that does not change: OpenSSL's callbacks find it by that.
struct Handshake::Impl {
    explicit Impl(HandshakeConfig with);

    void start(Instant now, Duration round_trip);
    void handle_datagram(Instant now, Bytes datagram);
    void handle_timeout(Instant now);
    void close();

    /// OpenSSL's question whether the peer's certificate chain will do. The fingerprints decide, not a chain.
    static int verify_peer(X509_STORE_CTX* store, void* argument);

    HandshakeConfig config;
    std::deque<Output> outputs;
    std::optional<Instant> deadline;
    HandshakeCounters counters;

private:
    enum class State { idle, handshaking, established, ended };

    bool make_ssl();
    void begin_call();
    void send(Bytes records);
    void resent(std::size_t first_new);
    void keep_early(Bytes datagram);
    void feed(Instant now, Bytes datagram);
    bool flooded(Bytes datagram);

    void advance();
    void continue_handshake();
    void finish_handshake();
    void read_records();
    void explain(int result);
    void end(Output last);
    void update_deadline(Instant now);
    [[nodiscard]] std::string error_reason() const;

    static Impl& of(const SSL* ssl) { return *static_cast<Impl*>(SSL_get_app_data(ssl)); }
    static unsigned int next_interval(SSL* ssl, unsigned int current_us);

    State state_ = State::idle;
    Duration first_interval_{};
    std::vector<ByteVector> early_;
    std::size_t handshake_bytes_ = 0;
    std::size_t resends_ = 0;    ///< Times a flight of ours had to be sent again.
    bool join_records_ = false;  ///< The last datagram queued is of the same OpenSSL call.
    bool wrong_certificate_ = false;
    DatagramQueue queue_;
    SslPtr ssl_;
};

}  // namespace legroom::dtls
