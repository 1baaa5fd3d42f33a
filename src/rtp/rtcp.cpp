#include "rtp/rtcp.hpp"

#include <algorithm>
#include <string_view>

#include "rtp/first_byte.hpp"

namespace legroom::rtp {

namespace {

constexpr std::uint8_t kCountMask = 0x1f;
constexpr std::uint8_t kCnameItem = 1;
constexpr std::int32_t kMostLost = 0x7f'ffff;
constexpr std::int32_t kLeastLost = -0x80'0000;

enum Type : std::uint8_t { kSenderReport = 200, kReceiverReport = 201, kSdes = 202, kGoodbye = 203 };

/// One packet of a compound, cut out but not understood.
struct Chunk {
    std::uint8_t count = 0;
    std::uint8_t type = 0;
    bool padded = false;
    Bytes body;
};

Result<Chunk> next_chunk(ByteReader& in) {
    //  0                   1                   2                   3     RFC 3550 §6.4.1
    // |V=2|P|  count  |      PT       |  length in words minus one    |
    const std::uint8_t flags = in.u8();
    Chunk chunk;
    chunk.count = flags & kCountMask;
    chunk.padded = (flags & kPaddingBit) != 0;
    chunk.type = in.u8();
    chunk.body = in.bytes(in.u16() * 4U);
    if (!in.ok()) return Error::truncated;
    if (flags >> 6 != kVersion) return Error::bad_version;
    return chunk;
}

Result<Bytes> without_padding(const Chunk& chunk, bool last) {
    if (!chunk.padded) return chunk.body;
    if (!last || chunk.body.empty()) return Error::bad_padding;
    const std::size_t count = chunk.body.back();
    if (count == 0 || count % 4 != 0 || count > chunk.body.size()) return Error::bad_padding;
    return chunk.body.first(chunk.body.size() - count);
}

/// Sign-extends the 24 bits of "cumulative number of packets lost".
std::int32_t signed_24(std::uint32_t value) {
    return (value & 0x80'0000U) != 0 ? static_cast<std::int32_t>(value) - 0x100'0000
                                     : static_cast<std::int32_t>(value);
}

ReportBlock read_block(ByteReader& in) {
    ReportBlock block;
    block.ssrc = Ssrc{in.u32()};
    block.fraction_lost = in.u8();
    block.cumulative_lost = signed_24(in.u24());
    block.highest_sequence = in.u32();
    block.jitter = in.u32();
    block.last_sr = in.u32();
    block.delay_since_last_sr = in.u32();
    return block;
}

std::vector<ReportBlock> read_blocks(ByteReader& in, std::uint8_t count) {
    std::vector<ReportBlock> blocks;
    for (std::uint8_t i = 0; i < count && in.ok(); ++i) blocks.push_back(read_block(in));
    return blocks;
}

SenderInfo read_sender_info(ByteReader& in) {
    SenderInfo info;
    info.ntp = NtpTime{in.u64()};
    info.rtp_timestamp = in.u32();
    info.packets = in.u32();
    info.octets = in.u32();
    return info;
}

bool read_sender_report(ByteReader& in, std::uint8_t count, Compound& compound) {
    SenderReport report;
    report.sender = Ssrc{in.u32()};
    report.info = read_sender_info(in);
    report.blocks = read_blocks(in, count);
    if (in.ok()) compound.packets.emplace_back(std::move(report));
    return in.ok();
}

bool read_receiver_report(ByteReader& in, std::uint8_t count, Compound& compound) {
    ReceiverReport report;
    report.sender = Ssrc{in.u32()};
    report.blocks = read_blocks(in, count);
    if (in.ok()) compound.packets.emplace_back(std::move(report));
    return in.ok();
}

/// Items up to the null item, whose zeros fill the chunk to a 32-bit boundary (RFC 3550 §6.5). At the very
/// end of the packet it is forgiven when missing.
void read_sdes_items(ByteReader& in, std::size_t body_size, Compound& compound, Ssrc source) {
    while (!in.rest().empty()) {
        const std::uint8_t item = in.u8();
        if (item == 0) break;
        const Bytes text = in.bytes(in.u8());
        if (!in.ok()) return;
        if (item == kCnameItem) {
            compound.packets.emplace_back(SourceDescription{source, std::string{as_text(text)}});
        }
    }
    const std::size_t consumed = body_size - in.rest().size();
    in.skip((4 - consumed % 4) % 4);
}

bool read_sdes(ByteReader& in, std::uint8_t count, Compound& compound) {
    const std::size_t body_size = in.rest().size();
    for (std::uint8_t i = 0; i < count && in.ok(); ++i) {
        const Ssrc source{in.u32()};
        read_sdes_items(in, body_size, compound, source);
    }
    return in.ok();
}

bool read_goodbye(ByteReader& in, std::uint8_t count, Compound& compound) {
    Goodbye goodbye;
    for (std::uint8_t i = 0; i < count && in.ok(); ++i) goodbye.sources.push_back(Ssrc{in.u32()});
    if (!in.rest().empty()) goodbye.reason = as_text(in.bytes(in.u8()));
    if (in.ok()) compound.packets.emplace_back(std::move(goodbye));
    return in.ok();
}

bool read_packet(const Chunk& chunk, Bytes body, Compound& compound) {
    ByteReader in{body};
    switch (chunk.type) {
        case kSenderReport:
            return read_sender_report(in, chunk.count, compound);
        case kReceiverReport:
            return read_receiver_report(in, chunk.count, compound);
        case kSdes:
            return read_sdes(in, chunk.count, compound);
        case kGoodbye:
            return read_goodbye(in, chunk.count, compound);
        default:
            ++compound.skipped;
            return true;
    }
}

class PacketWriter {
public:
    explicit PacketWriter(ByteVector& out) : writer_(out) {}

    void operator()(const SenderReport& report) {
        begin(kSenderReport, std::min(report.blocks.size(), kMaxReportBlocks));
        ssrc(report.sender);
        writer_.u64(report.info.ntp.value);
        writer_.u32(report.info.rtp_timestamp);
        writer_.u32(report.info.packets);
        writer_.u32(report.info.octets);
        blocks(report.blocks);
        end();
    }

    void operator()(const ReceiverReport& report) {
        begin(kReceiverReport, std::min(report.blocks.size(), kMaxReportBlocks));
        ssrc(report.sender);
        blocks(report.blocks);
        end();
    }

    void operator()(const SourceDescription& description) {
        begin(kSdes, 1);
        ssrc(description.source);
        writer_.u8(kCnameItem);
        text(description.cname);
        writer_.u8(0);  // The null item has to be there even where the text ends on a boundary.
        end();
    }

    void operator()(const Goodbye& goodbye) {
        const std::size_t count = std::min(goodbye.sources.size(), kMaxGoodbyeSources);
        begin(kGoodbye, count);
        for (std::size_t i = 0; i < count; ++i) ssrc(goodbye.sources[i]);
        if (!goodbye.reason.empty()) text(goodbye.reason);
        end();
    }

private:
    void begin(Type type, std::size_t count) {
        start_ = writer_.size();
        writer_.u8(static_cast<std::uint8_t>(kVersion << 6 | count));
        writer_.u8(type);
        writer_.u16(0);
    }

    void end() {
        const std::size_t size = writer_.size() - start_;
        writer_.zeros((4 - size % 4) % 4);
        writer_.patch_u16(start_ + 2, static_cast<std::uint16_t>((size + 3) / 4 - 1));
    }

    void ssrc(Ssrc ssrc) { writer_.u32(static_cast<std::uint32_t>(ssrc)); }

    void text(std::string_view text) {
        text = text.substr(0, kMaxSdesText);
        writer_.u8(static_cast<std::uint8_t>(text.size()));
        writer_.bytes(as_bytes(text));
    }

    void blocks(const std::vector<ReportBlock>& blocks) {
        const std::size_t count = std::min(blocks.size(), kMaxReportBlocks);
        for (std::size_t i = 0; i < count; ++i) block(blocks[i]);
    }

    void block(const ReportBlock& block) {
        ssrc(block.ssrc);
        writer_.u8(block.fraction_lost);
        const std::int32_t lost = std::clamp(block.cumulative_lost, kLeastLost, kMostLost);
        writer_.u24(static_cast<std::uint32_t>(lost) & 0xff'ffffU);
        writer_.u32(block.highest_sequence);
        writer_.u32(block.jitter);
        writer_.u32(block.last_sr);
        writer_.u32(block.delay_since_last_sr);
    }

    ByteWriter writer_;
    std::size_t start_ = 0;
};

}  // namespace

Result<Compound> parse_compound(Bytes datagram) {
    ByteReader in{datagram};
    Compound compound;
    std::size_t count = 0;
    do {
        const auto chunk = next_chunk(in);
        if (!chunk) return chunk.error();
        if (++count > kMaxCompoundPackets) return Error::too_many;
        const auto body = without_padding(*chunk, in.rest().empty());
        if (!body) return body.error();
        if (!read_packet(*chunk, *body, compound)) return Error::truncated;
    } while (!in.rest().empty());
    return compound;
}

void write_compound(ByteVector& out, const std::vector<RtcpPacket>& packets) {
    PacketWriter writer{out};
    for (const RtcpPacket& packet : packets) std::visit(writer, packet);
}

}  // namespace legroom::rtp
