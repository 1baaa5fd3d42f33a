#pragma once

#include <functional>
#include <openssl/bio.h>

#include "base/bytes.hpp"

namespace legroom::dtls {

/// What OpenSSL reads from and writes to instead of a socket: one BIO_write is one datagram, one BIO_read
/// takes one whole datagram.
class DatagramQueue {
public:
    /// `send` takes each datagram OpenSSL writes, during the SSL_ call that writes it.
    explicit DatagramQueue(std::function<void(Bytes)> send) : send_(std::move(send)) {}

    /// The next read gives this datagram; it must stay alive until then or until clear().
    void arrive(Bytes datagram) { arrived_ = datagram; }
    void clear() { arrived_ = {}; }

    /// At most `room` bytes of the datagram that arrived, the rest of which is lost; 0 without one.
    std::size_t read(MutableBytes room);
    void write(Bytes datagram) { send_(datagram); }

private:
    Bytes arrived_;
    std::function<void(Bytes)> send_;
};

/// A BIO over `queue`, which must outlive it and stay where it is. Null when OpenSSL fails.
BIO* make_datagram_bio(DatagramQueue& queue);

}  // namespace legroom::dtls
