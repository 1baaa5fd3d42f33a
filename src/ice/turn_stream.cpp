#include "ice/turn_stream.hpp"

#include <algorithm>
#include <cassert>

#include "stun/channel_data.hpp"
#include "stun/message.hpp"

namespace legroom::ice {
namespace {

constexpr std::size_t kLengthKnown = 4;  // both kinds begin with two bytes of type and two of length
constexpr std::size_t kCookieKnown = 8;

}  // namespace

TurnStream::TurnStream() : buffer_(2 * kMaxDatagram) {}

MutableBytes TurnStream::space() {
    if (broken_) return {};
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    return MutableBytes{buffer_}.subspan(end_);
}

void TurnStream::filled(std::size_t count) {
    assert(count <= buffer_.size() - end_);
    end_ += count;
    pass_over();
}

std::optional<MutableBytes> TurnStream::next() {
    if (!has_next()) return std::nullopt;
    const Frame frame = *front();
    const MutableBytes datagram = MutableBytes{buffer_}.subspan(begin_, frame.datagram);
    begin_ += frame.padded;
    pass_over();
    return datagram;
}

bool TurnStream::has_next() const {
    if (broken_) return false;
    const auto frame = front();
    return frame && frame->padded <= waiting().size();
}

/// How long the datagram is that begins here; nullopt while too little of it has come.
std::optional<TurnStream::Frame> TurnStream::front() const {
    if (waiting().size() < kLengthKnown) return std::nullopt;
    ByteReader in{waiting().subspan(2)};
    const std::size_t length = in.u16();
    if (stun::ChannelData::is(waiting())) {
        const std::size_t size = stun::kAttributeHeaderSize + length;
        return Frame{size, stun::padded(size)};
    }
    return Frame{stun::kHeaderSize + length, stun::kHeaderSize + length};
}

/// Leaves at the front a datagram worth waiting for, or the beginning of one.
void TurnStream::pass_over() {
    while (!broken_) {
        const std::size_t skipped = std::min(skip_, waiting().size());
        begin_ += skipped;
        skip_ -= skipped;
        const auto frame = front();
        if (!frame) return;
        const bool stun = !stun::ChannelData::is(waiting());
        if (stun && waiting().size() < kCookieKnown) {
            broken_ = waiting()[0] > 0x3f || frame->datagram % 4 != 0;
            return;
        }
        broken_ = stun && (waiting()[0] > 0x3f || frame->datagram % 4 != 0 ||
                           ByteReader{waiting().subspan(4)}.u32() != stun::kMagicCookie);
        if (broken_ || frame->padded <= kMaxDatagram) return;
        skip_ = frame->padded;
        ++passed_over_;
    }
}

ByteVector TurnStream::frame(Bytes datagram) {
    ByteVector frame{datagram.begin(), datagram.end()};
    frame.resize(stun::padded(frame.size()));
    return frame;
}

}  // namespace legroom::ice
