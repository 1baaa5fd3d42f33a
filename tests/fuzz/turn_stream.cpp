// Any bytes of a stream, cut into any chunks: the same datagrams come out as of the whole, none longer than
// the maximum, and each is cut out again of what frame() makes of it.
#include "ice/turn_stream.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "stun/channel_data.hpp"
#include "stun/message.hpp"

namespace {

using namespace legroom;
using ice::TurnStream;

void demand(bool truth) {
    if (!truth) std::abort();
}

struct Cut {
    std::vector<ByteVector> datagrams;
    bool broken = false;
};

Cut cut(Bytes bytes, std::size_t chunk) {
    TurnStream stream;
    Cut result;
    while (!bytes.empty() && !stream.broken()) {
        const MutableBytes space = stream.space();
        const std::size_t count = std::min({chunk, space.size(), bytes.size()});
        demand(count > 0);
        std::copy_n(bytes.begin(), count, space.begin());
        bytes = bytes.subspan(count);
        stream.filled(count);
        while (const auto datagram = stream.next()) {
            demand(datagram->size() <= TurnStream::kMaxDatagram);
            result.datagrams.emplace_back(datagram->begin(), datagram->end());
        }
    }
    result.broken = stream.broken();
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Bytes bytes{data + 1, size - 1};
    const Cut whole = cut(bytes, TurnStream::kMaxDatagram);
    const Cut pieces = cut(bytes, std::size_t{1} + data[0]);
    demand(whole.datagrams == pieces.datagrams && whole.broken == pieces.broken);
    for (const ByteVector& datagram : whole.datagrams) {
        const Cut again = cut(TurnStream::frame(datagram), 7);
        demand(again.datagrams == std::vector<ByteVector>{datagram} && !again.broken);
        demand(stun::ChannelData::read(datagram) || stun::peek_header(datagram));
    }
    return 0;
}
