#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "rtp/error.hpp"
#include "rtp/ntp_time.hpp"

namespace legroom::rtp {

inline constexpr std::size_t kMaxCompoundPackets = 32;  ///< A browser sends about four.
inline constexpr std::size_t kMaxReportBlocks = 31;     ///< The five-bit count (RFC 3550 §6.4.1).
inline constexpr std::size_t kMaxGoodbyeSources = 31;   ///< Likewise (§6.6).
inline constexpr std::size_t kMaxSdesText = 255;        ///< The length byte (§6.5).

/// How one stream arrives at whoever reports (RFC 3550 §6.4.1).
struct ReportBlock {
    Ssrc ssrc{};                            ///< The stream reported on.
    std::uint8_t fraction_lost = 0;         ///< Since the report before, in 1/256.
    std::int32_t cumulative_lost = 0;       ///< 24 bits, signed: duplicates make it negative.
    std::uint32_t highest_sequence = 0;     ///< Extended: cycles in the upper half.
    std::uint32_t jitter = 0;               ///< In timestamp ticks.
    std::uint32_t last_sr = 0;              ///< NtpTime::compact() of the last SR received, 0: none.
    std::uint32_t delay_since_last_sr = 0;  ///< 1/65536 s, 0: none.

    friend bool operator==(const ReportBlock&, const ReportBlock&) = default;
};

/// What a sender says of its own stream (RFC 3550 §6.4.1).
struct SenderInfo {
    NtpTime ntp;                      ///< When this was said,
    std::uint32_t rtp_timestamp = 0;  ///< and the same moment in the stream's ticks.
    std::uint32_t packets = 0;
    std::uint32_t octets = 0;  ///< Payload only.

    friend bool operator==(const SenderInfo&, const SenderInfo&) = default;
};

struct SenderReport {
    Ssrc sender{};
    SenderInfo info;
    std::vector<ReportBlock> blocks;  ///< At most kMaxReportBlocks.
    friend bool operator==(const SenderReport&, const SenderReport&) = default;
};

struct ReceiverReport {
    Ssrc sender{};
    std::vector<ReportBlock> blocks;  ///< At most kMaxReportBlocks.
    friend bool operator==(const ReceiverReport&, const ReceiverReport&) = default;
};

/// One source's CNAME (RFC 3550 §6.5.1); other items are skipped. The text is the peer's: any bytes.
struct SourceDescription {
    Ssrc source{};
    std::string cname;  ///< At most kMaxSdesText bytes.
    friend bool operator==(const SourceDescription&, const SourceDescription&) = default;
};

struct Goodbye {
    std::vector<Ssrc> sources;  ///< At most kMaxGoodbyeSources.
    std::string reason;         ///< Often empty; at most kMaxSdesText bytes, the peer's.
    friend bool operator==(const Goodbye&, const Goodbye&) = default;
};

using RtcpPacket = std::variant<SenderReport, ReceiverReport, SourceDescription, Goodbye>;

struct Compound {
    std::vector<RtcpPacket> packets;  ///< In order of arrival; SDES gives one element a CNAME.
    std::size_t skipped = 0;          ///< Packets of types we do not read: feedback, XR, APP, ...
};

/// Takes a decrypted RTCP datagram apart. Packets have to fill it exactly (RFC 3550 A.2); any type may
/// come first or alone (RFC 5506); padding is for the last one only. One broken packet refuses it all.
Result<Compound> parse_compound(Bytes datagram);

/// Appends packets in the order given: a compound begins with a report and carries a CNAME (RFC 3550
/// §6.1), which is the caller's to keep. Lists and texts past their maximum are cut there.
void write_compound(ByteVector& out, const std::vector<RtcpPacket>& packets);

}  // namespace legroom::rtp
