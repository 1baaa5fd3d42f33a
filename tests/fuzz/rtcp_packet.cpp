// What was understood of a compound and is written again is understood the same.
#include <cstdlib>

#include "rtp/rtcp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace legroom;
    const auto compound = rtp::parse_compound({data, size});
    if (!compound || compound->packets.empty()) return 0;
    ByteVector out;
    rtp::write_compound(out, compound->packets);
    const auto again = rtp::parse_compound(out);
    if (!again && again.error() == rtp::Error::too_many) return 0;  // One SDES can hold 31 CNAMEs.
    if (!again || again->packets != compound->packets) std::abort();
    return 0;
}
