// What was parsed and is written again parses as the same header, elements and payload.
#include <algorithm>
#include <cstdlib>

#include "rtp/packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace legroom;
    const auto packet = rtp::parse_packet({data, size});
    if (!packet) return 0;
    std::vector<rtp::ExtensionElement> elements;
    for (int id = 1; id <= 255; ++id) {
        const auto found = rtp::find_extension(*packet, static_cast<std::uint8_t>(id));
        if (found) elements.push_back({static_cast<std::uint8_t>(id), *found});
    }
    ByteVector out;
    rtp::write_packet(out, packet->header, elements, packet->payload);
    const auto again = rtp::parse_packet(out);
    if (!again || again->header != packet->header) std::abort();
    if (!std::ranges::equal(again->payload, packet->payload)) std::abort();
    for (const auto& element : elements) {
        const auto found = rtp::find_extension(*again, element.id);
        if (!found || !std::ranges::equal(*found, element.data)) std::abort();
    }
    return 0;
}
