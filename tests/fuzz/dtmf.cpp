// Any packets in any order: an event is written as it was read, a press is reported once as long as it is
// remembered, and no more of them than there are packets or than a second allows.
#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "rtp/dtmf_receiver.hpp"

namespace {

using namespace legroom;

void demand(bool truth) {
    if (!truth) std::abort();
}

void check_payload(Bytes payload) {
    const auto event = rtp::parse_telephone_event(payload);
    demand(event.has_value() == (payload.size() >= 4));
    if (!event) return;
    ByteVector written;
    rtp::write_telephone_event(written, *event);
    demand(rtp::parse_telephone_event(written).value() == *event);
    if (const auto digit = rtp::digit_of(event->event)) demand(rtp::event_of(*digit) == event->event);
}

}  // namespace

/// Ten bytes a packet: milliseconds since the one before, flags (marker, clock, SSRC), four of timestamp,
/// four of payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader in{{data, size}};
    rtp::DtmfReceiver receiver;
    const Instant start{std::chrono::hours{1}};
    Instant now = start;
    std::uint64_t packets = 0;
    std::uint64_t presses = 0;
    std::set<std::pair<unsigned, std::uint32_t>> reported;
    while (!in.rest().empty()) {
        now += std::chrono::milliseconds{in.u8()};
        const std::uint8_t flags = in.u8();
        rtp::Packet packet;
        packet.header.marker = (flags & 1) != 0;
        packet.header.ssrc = Ssrc{(flags >> 2) & 3U};
        packet.header.timestamp = in.u32();
        packet.payload = in.rest().first(std::min<std::size_t>(in.rest().size(), 4));
        in.skip(packet.payload.size());
        check_payload(packet.payload);
        const auto digit = receiver.receive(now, packet, (flags & 2) != 0 ? 48'000 : 8'000);
        ++packets;
        if (!digit) continue;
        ++presses;
        const bool fresh = reported.emplace((flags >> 2) & 3U, packet.header.timestamp).second;
        demand(fresh || packets > rtp::DtmfReceiver::kMaxRemembered);
    }
    const auto& counted = receiver.counters();
    demand(counted.presses == presses);
    demand(counted.presses + counted.repeated + counted.segments + counted.flooded + counted.not_dtmf +
               counted.malformed ==
           packets);
    const auto due = rtp::DtmfReceiver::kMaxBurst + (now - start) / rtp::DtmfReceiver::kMinInterval + 1;
    demand(presses <= static_cast<std::uint64_t>(due));
    return 0;
}
