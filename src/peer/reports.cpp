#include "peer/reports.hpp"

#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"

namespace legroom::peer {
namespace {

constexpr Duration kFirstReport = std::chrono::milliseconds{500};
constexpr Duration kInterval =
    std::chrono::milliseconds{2500};  ///< RFC 3550 §6.2: half of 5 s is the first minimum.

}  // namespace

Reports::Reports(ReportsConfig config, Random& random)
    : config_(std::move(config)), random_(random), outgoing_(config_.ssrc, config_.clock_rate) {}

void Reports::start(Instant now) { next_ = now + kFirstReport; }

void Reports::on_sent(Instant now, Bytes plain_rtp) {
    if (const auto packet = rtp::parse_packet(plain_rtp)) {
        outgoing_.on_packet(now, packet->header, packet->payload.size());
    }
}

void Reports::on_received(Instant now, const rtp::Header& header) {
    if (!incoming_ || incoming_->ssrc() != header.ssrc) incoming_.emplace(header.ssrc);
    incoming_->on_packet(now, header, config_.clock_rate);
}

bool Reports::on_compound(Instant now, Bytes plain_rtcp) {
    const auto compound = rtp::parse_compound(plain_rtcp);
    if (!compound) return false;
    const auto take_blocks = [&](const std::vector<rtp::ReportBlock>& blocks) {
        for (const rtp::ReportBlock& block : blocks) {
            outgoing_.on_report_block(rtp::to_ntp(now, config_.ntp_origin), block);
        }
    };
    for (const rtp::RtcpPacket& packet : compound->packets) {
        if (const auto* sender = std::get_if<rtp::SenderReport>(&packet)) {
            if (incoming_ && incoming_->ssrc() == sender->sender)
                incoming_->on_sender_report(now, sender->info.ntp);
            take_blocks(sender->blocks);
        } else if (const auto* receiver = std::get_if<rtp::ReceiverReport>(&packet)) {
            take_blocks(receiver->blocks);
        }
    }
    return true;
}

ByteVector Reports::compound(Instant now) {
    schedule(now);
    ByteVector bytes;
    rtp::write_compound(bytes, report(now));
    return bytes;
}

ByteVector Reports::goodbye(Instant now) {
    auto packets = report(now);
    packets.emplace_back(rtp::Goodbye{{config_.ssrc}, {}});
    ByteVector bytes;
    rtp::write_compound(bytes, packets);
    return bytes;
}

std::vector<rtp::RtcpPacket> Reports::report(Instant now) {
    std::vector<rtp::ReportBlock> blocks;
    if (incoming_ && incoming_->valid()) blocks.push_back(incoming_->report(now));

    std::vector<rtp::RtcpPacket> packets;
    if (outgoing_.packets_sent() != sent_at_last_report_) {
        sent_at_last_report_ = outgoing_.packets_sent();
        const auto info = outgoing_.sender_info(now, rtp::to_ntp(now, config_.ntp_origin));
        packets.emplace_back(rtp::SenderReport{config_.ssrc, info, std::move(blocks)});
    } else {
        packets.emplace_back(rtp::ReceiverReport{config_.ssrc, std::move(blocks)});
    }
    packets.emplace_back(rtp::SourceDescription{config_.ssrc, config_.cname});
    return packets;
}

void Reports::schedule(Instant now) {
    // Spread over half to one and a half intervals, so that a thousand legs do not report in one tick
    // (§6.3.1).
    const double factor = 0.5 + random_.unit();
    next_ = now + std::chrono::duration_cast<Duration>(kInterval * factor);
}

}  // namespace legroom::peer
