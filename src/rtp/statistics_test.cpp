#include <gtest/gtest.h>

#include "rtp/receive_statistics.hpp"
#include "rtp/send_statistics.hpp"

namespace legroom::rtp {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kRate = 48'000;
constexpr Instant kStart{100s};
constexpr Duration kWall = kUnixEpochInNtp + 1'700'000'000s;

/// A remote Opus sender of 20 ms packets and what we note of it.
struct Receiver {
    ReceiveStatistics statistics{Ssrc{7}};

    /// Packet number `index`, sent on time and `delay` late here.
    Arrival arrives(std::uint32_t index, Duration delay = 0ms) {
        Header header;
        header.sequence = SequenceNumber{static_cast<std::uint16_t>(index)};
        header.timestamp = index * 960;
        header.ssrc = Ssrc{7};
        return statistics.on_packet(kStart + index * 20ms + delay, header, kRate);
    }
    ReportBlock report() { return statistics.report(kStart + 1h); }
};

TEST(ReceiveStatistics, TakesASourceForRealAfterTwoInSequence) {  // RFC 3550 A.1
    Receiver receiver;
    EXPECT_EQ(receiver.arrives(10), Arrival::probation);
    EXPECT_EQ(receiver.arrives(12), Arrival::probation);
    EXPECT_FALSE(receiver.statistics.valid());
    EXPECT_EQ(receiver.report(), ReportBlock{.ssrc = Ssrc{7}});
    EXPECT_EQ(receiver.arrives(13), Arrival::counted);
    EXPECT_TRUE(receiver.statistics.valid());
    EXPECT_EQ(receiver.statistics.packets_received(), 1U);
    EXPECT_EQ(receiver.report().highest_sequence, 13U);
}

TEST(ReceiveStatistics, CountsLossInTotalAndSinceTheLastReport) {  // A.3
    Receiver receiver;
    for (std::uint32_t i = 0; i <= 100; ++i) receiver.arrives(i);
    EXPECT_EQ(receiver.report().fraction_lost, 0);
    for (std::uint32_t i = 101; i <= 200; ++i) {
        if (i % 4 != 0 || i == 200) receiver.arrives(i);  // 24 of 100 lost
    }
    const ReportBlock lossy = receiver.report();
    EXPECT_EQ(lossy.cumulative_lost, 24);
    EXPECT_EQ(lossy.fraction_lost, 24 * 256 / 100);
    for (std::uint32_t i = 201; i <= 300; ++i) receiver.arrives(i);
    const ReportBlock clean = receiver.report();
    EXPECT_EQ(clean.cumulative_lost, 24);
    EXPECT_EQ(clean.fraction_lost, 0);
}

TEST(ReceiveStatistics, LatePacketsAreNotLostAndDuplicatesCountNegative) {
    Receiver receiver;
    for (const std::uint32_t i : {0, 1, 2, 4, 3, 5, 5, 5}) receiver.arrives(i);
    EXPECT_EQ(receiver.statistics.packets_lost(), -2);
    EXPECT_EQ(receiver.report().cumulative_lost, -2);
    EXPECT_EQ(receiver.report().fraction_lost, 0);
}

TEST(ReceiveStatistics, NearlyEverythingLostStillFitsTheField) {
    Receiver receiver;
    receiver.arrives(0);
    receiver.arrives(1);
    receiver.report();
    receiver.arrives(2'900);
    EXPECT_EQ(receiver.report().fraction_lost, 255);
}

TEST(ReceiveStatistics, ExtendsTheSequenceOverWraps) {
    Receiver receiver;
    for (std::uint32_t i = 65'000; i < 65'000 + 3 * 65'536; ++i) receiver.arrives(i);
    const ReportBlock report = receiver.report();
    EXPECT_EQ(report.highest_sequence, 65'000 + 3 * 65'536 - 1);
    EXPECT_EQ(report.cumulative_lost, 0);
}

TEST(ReceiveStatistics, ALatePacketFromBeforeTheWrapOpensNoCycle) {
    Receiver receiver;
    for (const std::uint32_t i : {65'533, 65'534, 65'536, 65'535, 65'537}) receiver.arrives(i);
    EXPECT_EQ(receiver.report().highest_sequence, 65'537U);
    EXPECT_EQ(receiver.statistics.packets_lost(), 0);
}

TEST(ReceiveStatistics, RestartsOnlyWhenTheJumpGoesOn) {  // A.1
    Receiver receiver;
    for (std::uint32_t i = 0; i < 10; ++i) receiver.arrives(i);
    EXPECT_EQ(receiver.arrives(20'000), Arrival::jump);
    EXPECT_EQ(receiver.arrives(10), Arrival::counted);  // a stray: the stream goes on
    EXPECT_EQ(receiver.statistics.packets_lost(), 0);
    EXPECT_EQ(receiver.arrives(30'000), Arrival::jump);
    EXPECT_EQ(receiver.arrives(30'001), Arrival::restarted);
    EXPECT_EQ(receiver.statistics.restarts(), 1U);
    EXPECT_EQ(receiver.arrives(30'002), Arrival::counted);
    EXPECT_EQ(receiver.statistics.packets_lost(), 0);
    EXPECT_EQ(receiver.report().highest_sequence, 30'002U);
}

TEST(ReceiveStatistics, MeasuresJitter) {  // A.8
    Receiver steady;
    for (std::uint32_t i = 0; i < 200; ++i) steady.arrives(i, 35ms);
    EXPECT_EQ(steady.statistics.jitter_ticks(), 0U);

    Receiver uneven;  // |D| is 10 ms, 480 ticks, every time: J converges to that.
    for (std::uint32_t i = 0; i < 400; ++i) uneven.arrives(i, i % 2 == 0 ? 0ms : 10ms);
    EXPECT_NEAR(uneven.statistics.jitter_ticks(), 480, 2);
    EXPECT_NEAR(std::chrono::duration<double>(uneven.statistics.jitter()).count(), 0.010, 0.0001);
}

TEST(ReceiveStatistics, ANewTimestampOriginIsNoJitter) {
    ReceiveStatistics statistics{Ssrc{7}};
    Header header;
    for (int i = 0; i < 100; ++i) {
        header.sequence.value = static_cast<std::uint16_t>(i);
        header.timestamp += i == 50 ? 0x4000'0000 : 960;
        statistics.on_packet(kStart + i * 20ms, header, kRate);
    }
    EXPECT_EQ(statistics.jitter_ticks(), 0U);
}

TEST(ReceiveStatistics, PacketsOfOneTimestampAreNoJitter) {  // RFC 4733 §2.5.1.2 sends events like that
    ReceiveStatistics statistics{Ssrc{7}};
    Header header;
    for (int i = 0; i < 10; ++i) {
        header.sequence.value = static_cast<std::uint16_t>(i);
        statistics.on_packet(kStart + i * 50ms, header, kRate);
    }
    EXPECT_EQ(statistics.jitter_ticks(), 0U);
}

TEST(ReceiveStatistics, TellsWhenTheLastSenderReportCame) {
    Receiver receiver;
    receiver.arrives(0);
    receiver.arrives(1);
    EXPECT_EQ(receiver.statistics.report(kStart).last_sr, 0U);
    EXPECT_EQ(receiver.statistics.report(kStart).delay_since_last_sr, 0U);
    receiver.statistics.on_sender_report(kStart, NtpTime{0x1122'3344'5566'7788});
    const ReportBlock report = receiver.statistics.report(kStart + 1500ms);
    EXPECT_EQ(report.last_sr, 0x3344'5566U);
    EXPECT_EQ(report.delay_since_last_sr, 65'536U * 3 / 2);
}

TEST(SendStatistics, MapsTheWallClockToTheStream) {
    SendStatistics statistics{Ssrc{7}, kRate};
    EXPECT_EQ(statistics.sender_info(kStart, NtpTime{5}), (SenderInfo{NtpTime{5}, 0, 0, 0}));
    Header header;
    header.timestamp = 0xffff'fff0;
    statistics.on_packet(kStart, header, 80);
    header.timestamp += 960;
    statistics.on_packet(kStart + 20ms, header, 40);
    const SenderInfo info = statistics.sender_info(kStart + 30ms, NtpTime{6});
    EXPECT_EQ(info, (SenderInfo{NtpTime{6}, 0xffff'fff0U + 960 + 480, 2, 120}));
}

TEST(SendStatistics, FindsTheRoundTrip) {  // RFC 3550 §6.4.1, figure 2
    // The drawing's own numbers: LSR 0xb705:2000, DLSR 5.25 s, now 0xb710:8000 gives 6.125 s.
    SendStatistics statistics{Ssrc{7}, kRate};
    ReportBlock block;
    block.ssrc = Ssrc{7};
    block.last_sr = 0xb705'2000;
    block.delay_since_last_sr = 0x0005'4000;
    const NtpTime now{0xb44d'b710'8000'0000};
    EXPECT_EQ(statistics.on_report_block(now, block), Duration{6'125ms});
    EXPECT_EQ(statistics.round_trip(), Duration{6'125ms});
    EXPECT_EQ(statistics.last_report(), block);
}

TEST(SendStatistics, BelievesNoNonsense) {
    SendStatistics statistics{Ssrc{7}, kRate};
    const NtpTime now = to_ntp(kStart, kWall);
    ReportBlock block;
    block.ssrc = Ssrc{8};
    block.last_sr = now.compact();
    EXPECT_EQ(statistics.on_report_block(now, block), std::nullopt) << "another stream's";
    EXPECT_FALSE(statistics.last_report());
    block.ssrc = Ssrc{7};
    block.last_sr = 0;
    EXPECT_EQ(statistics.on_report_block(now, block), std::nullopt) << "has had no report of ours";
    block.last_sr = now.compact();
    block.delay_since_last_sr = 3;
    EXPECT_EQ(statistics.on_report_block(now, block), Duration::zero()) << "rounded below zero";
    block.delay_since_last_sr = 65'536;
    EXPECT_EQ(statistics.on_report_block(now, block), std::nullopt) << "answered before it was asked";
    block.last_sr = now.compact() - 3600 * 65'536;
    block.delay_since_last_sr = 0;
    EXPECT_EQ(statistics.on_report_block(now, block), std::nullopt) << "an hour on the way";
}

TEST(Statistics, TwoEndsAgreeOnTheRoundTrip) {
    SendStatistics sender{Ssrc{7}, kRate};
    Receiver receiver;
    receiver.arrives(0);
    receiver.arrives(1);
    sender.on_packet(kStart, Header{}, 10);
    const SenderInfo info = sender.sender_info(kStart, to_ntp(kStart, kWall));
    receiver.statistics.on_sender_report(kStart + 40ms, info.ntp);
    const ReportBlock block = receiver.statistics.report(kStart + 2040ms);
    const auto trip = sender.on_report_block(to_ntp(kStart + 2100ms, kWall), block);
    ASSERT_TRUE(trip);
    EXPECT_NEAR(static_cast<double>(trip->count()), 100'000, 50);
}

TEST(Statistics, PacketsOfOneTimestampDoNotMoveTheSendersClock) {
    SendStatistics sender{Ssrc{7}, kRate};
    Header header;
    header.timestamp = 1'000;
    for (int tick = 0; tick < 10; ++tick) sender.on_packet(kStart + tick * 20ms, header, 4);
    const SenderInfo info = sender.sender_info(kStart + 200ms, to_ntp(kStart + 200ms, kWall));
    EXPECT_EQ(info.rtp_timestamp, 1'000 + kRate / 5);
    EXPECT_EQ(info.packets, 10U);
}

TEST(NtpTime, CountsFrom1900InFixedPoint) {
    const NtpTime epoch = to_ntp(Instant{}, kUnixEpochInNtp);
    EXPECT_EQ(epoch.value, std::uint64_t{2'208'988'800} << 32);
    EXPECT_EQ(to_ntp(Instant{500ms}, kUnixEpochInNtp).value - epoch.value, 0x8000'0000U);
    EXPECT_EQ(to_ntp(Instant{-500ms}, kUnixEpochInNtp).value, epoch.value - 0x8000'0000U);
    // 2036-02-07T06:28:16Z is where the 32 bits of seconds begin again.
    EXPECT_EQ(to_ntp(Instant{2'085'978'496s}, kUnixEpochInNtp).value, 0U);
}

TEST(NtpTime, CompactDurationsSaturate) {
    EXPECT_EQ(to_compact(1s), 65'536U);
    EXPECT_EQ(to_compact(-1s), 0U);
    EXPECT_EQ(to_compact(24h), 0xffff'ffffU);
    EXPECT_EQ(from_compact(65'536 / 4), Duration{250ms});
}

}  // namespace
}  // namespace legroom::rtp
