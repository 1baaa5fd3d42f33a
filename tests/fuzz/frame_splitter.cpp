// Any stream, cut into pieces of any size (the first byte says how): the frames are those a look at the whole
// finds, and the splitter breaks where and only where a frame is announced that is too long.
#include "io/frame_splitter.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace legroom;

constexpr std::size_t kLongest = 300;

void demand(bool truth) {
    if (!truth) std::abort();
}

struct Split {
    std::vector<ByteVector> frames;
    bool broken = false;

    friend bool operator==(const Split&, const Split&) = default;
};

Split at_once(Bytes stream) {
    Split split;
    for (ByteReader in{stream}; in.rest().size() >= 2;) {
        const std::size_t size = in.u16();
        if (size > kLongest) return {split.frames, true};
        const Bytes frame = in.bytes(size);
        if (!in.ok()) break;
        split.frames.emplace_back(frame.begin(), frame.end());
    }
    return split;
}

Split piecewise(Bytes stream, std::size_t piece) {
    Split split;
    io::FrameSplitter splitter{kLongest};
    while (!stream.empty() && !splitter.broken()) {
        const MutableBytes space = splitter.space();
        demand(!space.empty());
        const Bytes part = stream.first(std::min({piece, stream.size(), space.size()}));
        std::copy(part.begin(), part.end(), space.begin());
        splitter.filled(part.size());
        stream = stream.subspan(part.size());
        while (const auto frame = splitter.next()) {
            split.frames.emplace_back(frame->begin(), frame->end());
            std::fill(frame->begin(), frame->end(), std::uint8_t{0xff});  // The receiver's to change.
        }
        demand(!splitter.has_next());
    }
    split.broken = splitter.broken();
    return split;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Bytes stream{data + 1, size - 1};
    demand(piecewise(stream, std::size_t{data[0]} + 1) == at_once(stream));
    return 0;
}
