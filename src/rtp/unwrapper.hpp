#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "base/units.hpp"

namespace legroom::rtp {

/// Makes a counter that wraps into one that does not. Each value is taken to be the nearest one to the
/// highest seen so far (half the range and more ahead means behind), so reordering around a wrap comes
/// out right. The first value keeps its number; something older than it can come out negative.
template <class Wrapping>
class Unwrapper {
    static_assert(std::is_unsigned_v<Wrapping> && sizeof(Wrapping) < sizeof(std::int64_t));

public:
    std::int64_t unwrap(Wrapping value) {
        const std::int64_t extended = peek(value);
        if (!highest_ || extended > *highest_) highest_ = extended;
        return extended;
    }

    /// What unwrap() would give, without remembering it.
    [[nodiscard]] std::int64_t peek(Wrapping value) const {
        if (!highest_) return value;
        using Signed = std::make_signed_t<Wrapping>;
        return *highest_ +
               static_cast<Signed>(static_cast<Wrapping>(value - static_cast<Wrapping>(*highest_)));
    }

    [[nodiscard]] std::optional<std::int64_t> highest() const { return highest_; }
    /// Forgets everything: the stream has started anew.
    void reset() { highest_.reset(); }

private:
    std::optional<std::int64_t> highest_;
};

/// 16-bit RTP sequence numbers (RFC 3550 §5.1).
class SequenceUnwrapper : public Unwrapper<std::uint16_t> {
public:
    std::int64_t unwrap(SequenceNumber sequence) { return Unwrapper::unwrap(sequence.value); }
    [[nodiscard]] std::int64_t peek(SequenceNumber sequence) const { return Unwrapper::peek(sequence.value); }
};

/// 32-bit RTP timestamps, in ticks.
using TimestampUnwrapper = Unwrapper<std::uint32_t>;

}  // namespace legroom::rtp
