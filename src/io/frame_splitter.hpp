#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.hpp"

namespace legroom::io {

/// Cuts the bytes of one stream into the frames they were: two bytes of length, then so many bytes (RFC 4571
/// §2). Owns no socket. Its memory is that of two frames of the greatest length, whatever comes.
///
/// Write to space(), say with filled() how much that was, then call next() until it returns nullopt.
class FrameSplitter {
public:
    static constexpr std::size_t kHeaderSize = 2;

    explicit FrameSplitter(std::size_t max_frame);

    /// Where the next bytes are to be put. Empty only while whole frames wait, or when broken(). What next()
    /// returned before is no longer valid.
    MutableBytes space();
    void filled(std::size_t count);  ///< So many bytes were put at the beginning of space().

    /// The next whole frame, the caller's to change until it calls space(). A null packet is an empty one
    /// (§2).
    std::optional<MutableBytes> next();
    [[nodiscard]] bool has_next() const;

    /// A frame was announced that is longer than the greatest: what follows cannot be understood.
    [[nodiscard]] bool broken() const { return broken_; }

    /// `message`, at most 65535 bytes, as a frame.
    static ByteVector frame(Bytes message);

private:
    [[nodiscard]] Bytes waiting() const { return Bytes{buffer_}.subspan(begin_, end_ - begin_); }

    ByteVector buffer_;
    std::size_t max_frame_;
    std::size_t begin_ = 0;  ///< Of what next() has not returned yet.
    std::size_t end_ = 0;    ///< Of what has come.
    bool broken_ = false;
};

}  // namespace legroom::io
