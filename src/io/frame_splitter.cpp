#include "io/frame_splitter.hpp"

#include <algorithm>
#include <cassert>

namespace legroom::io {

FrameSplitter::FrameSplitter(std::size_t max_frame)
    : buffer_(2 * (kHeaderSize + max_frame)), max_frame_(max_frame) {}

MutableBytes FrameSplitter::space() {
    if (broken_) return {};
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    return MutableBytes{buffer_}.subspan(end_);
}

void FrameSplitter::filled(std::size_t count) {
    assert(count <= buffer_.size() - end_);
    end_ += count;
}

std::optional<MutableBytes> FrameSplitter::next() {
    if (broken_ || waiting().size() < kHeaderSize) return std::nullopt;
    const std::size_t size = ByteReader{waiting()}.u16();
    broken_ = size > max_frame_;
    if (!has_next()) return std::nullopt;
    const MutableBytes frame = MutableBytes{buffer_}.subspan(begin_ + kHeaderSize, size);
    begin_ += kHeaderSize + size;
    return frame;
}

bool FrameSplitter::has_next() const {
    const Bytes bytes = waiting();
    return !broken_ && bytes.size() >= kHeaderSize && bytes.size() - kHeaderSize >= ByteReader{bytes}.u16();
}

ByteVector FrameSplitter::frame(Bytes message) {
    assert(message.size() <= 0xffff);
    ByteVector frame;
    frame.reserve(kHeaderSize + message.size());
    ByteWriter out{frame};
    out.u16(static_cast<std::uint16_t>(message.size()));
    out.bytes(message);
    return frame;
}

}  // namespace legroom::io
