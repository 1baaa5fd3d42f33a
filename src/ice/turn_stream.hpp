#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace legroom::ice {

/// Cuts the bytes of a TCP or TLS connection to a TURN server into STUN messages and ChannelData, which carry
/// their own lengths (RFC 8489 §6.2.2, RFC 8656 §12.5). Owns no socket. Its memory is that of two datagrams
/// of the greatest length, whatever comes.
///
/// Write to space(), say with filled() how much that was, then call next() until it returns nullopt.
class TurnStream {
public:
    /// The longest datagram handed on. A longer one is passed over and counted: any peer can make the server
    /// wrap 64 KiB of its own, and that must not cost the others their relay.
    static constexpr std::size_t kMaxDatagram = 2048;

    TurnStream();

    /// Where the next bytes are to be put. Empty only while whole datagrams wait, or when broken(). What
    /// next() returned before is no longer valid.
    MutableBytes space();
    void filled(std::size_t count);  ///< So many bytes were put at the beginning of space().

    /// The next whole datagram without its padding, the caller's to change until it calls space().
    std::optional<MutableBytes> next();
    [[nodiscard]] bool has_next() const;

    /// Something came that begins neither like STUN nor like ChannelData: what follows cannot be understood,
    /// and the connection is to be closed.
    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] std::uint64_t passed_over() const { return passed_over_; }

    /// `datagram` as it goes onto the stream: filled up to whole words (RFC 8656 §12.5).
    static ByteVector frame(Bytes datagram);

private:
    struct Frame {
        std::size_t datagram = 0;
        std::size_t padded = 0;
    };

    [[nodiscard]] Bytes waiting() const { return Bytes{buffer_}.subspan(begin_, end_ - begin_); }
    [[nodiscard]] std::optional<Frame> front() const;
    void pass_over();

    ByteVector buffer_;
    std::size_t begin_ = 0;  ///< Of what next() has not returned yet.
    std::size_t end_ = 0;    ///< Of what has come.
    std::size_t skip_ = 0;   ///< So many bytes of a datagram that is too long are still to come.
    bool broken_ = false;
    std::uint64_t passed_over_ = 0;
};

}  // namespace legroom::ice
