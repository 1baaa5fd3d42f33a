// Telephone events on the wire, and key presses through a sender, a bad network and a receiver.
#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "rtp/dtmf_receiver.hpp"
#include "rtp/dtmf_sender.hpp"

#include "rtp/hex_test_support.hpp"

namespace legroom::rtp {
namespace {

using namespace std::chrono_literals;

const Instant kPressed{1h};
const std::string kKeys = "0123456789*#ABCD";

TEST(TelephoneEvent, IsReadAndWritten) {  // RFC 4733 §2.3
    struct Case {
        const char* name;
        const char* hex;
        TelephoneEvent event;
    };
    const Case cases[] = {
        {"the 5, begun", "05 0a 03c0", {5, false, 10, 960}},
        {"the D, let go", "0f 8a 1e00", {15, true, 10, 7680}},
        {"the loudest and longest", "0b bf ffff", {11, true, 63, 65'535}},
        {"no key of a telephone", "10 00 0000", {16, false, 0, 0}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        const ByteVector bytes = from_hex(c.hex);
        EXPECT_EQ(parse_telephone_event(bytes).value(), c.event);
        ByteVector written;
        write_telephone_event(written, c.event);
        EXPECT_EQ(written, bytes);
    }
    EXPECT_EQ(parse_telephone_event(from_hex("05 0a 03")).error(), Error::truncated);
    EXPECT_EQ(parse_telephone_event({}).error(), Error::truncated);
    EXPECT_EQ(parse_telephone_event(from_hex("05 4a 03c0 06 0a 03c0")).value(),
              (TelephoneEvent{5, false, 10, 960}))
        << "the reserved bit and what follows are ignored";
}

TEST(TelephoneEvent, KnowsTheSixteenKeys) {
    for (std::uint8_t event = 0; event < 16; ++event) {
        const char digit = digit_of(event).value();
        EXPECT_EQ(digit, kKeys[event]);
        EXPECT_EQ(event_of(digit), event);
    }
    EXPECT_EQ(event_of('a'), 12);
    EXPECT_EQ(event_of('d'), 15);
    EXPECT_EQ(digit_of(16), std::nullopt);
    for (const char other : {'e', 'E', ' ', ',', '\0'}) EXPECT_EQ(event_of(other), std::nullopt);
}

struct Sent {
    Instant at;
    Header header;
    TelephoneEvent event;
};

/// How senders differ.
struct Style {
    const char* name;
    std::uint32_t clock_rate = 48'000;
    std::chrono::milliseconds duration{100};
    std::chrono::milliseconds gap{80};
    bool ends_at_once = false;   ///< As browsers do; else 20 ms apart.
    bool exact_segments = true;  ///< RFC 4733 §2.5.1.3; browsers begin one with their next packet.
    enum class Marker { first, never, always } marker = Marker::first;
};

/// A stream of telephone events by the style's rules, made without DtmfSender.
std::vector<Sent> press(const std::string& digits, const Style& style, std::uint32_t timestamp) {
    std::vector<Sent> packets;
    Instant now = kPressed;
    std::uint16_t sequence = 65'500;  // it wraps soon
    const auto ticks = [&](auto time) {
        return static_cast<std::uint32_t>(time.count() * style.clock_rate / 1000);
    };
    const auto say = [&](Instant at, TelephoneEvent event, std::uint32_t began, bool first) {
        const bool marker =
            style.marker == Style::Marker::always || (first && style.marker == Style::Marker::first);
        packets.push_back({at, {101, marker, SequenceNumber{sequence++}, began, Ssrc{7}}, event});
    };
    for (const char digit : digits) {
        const std::uint8_t code = event_of(digit).value();
        std::uint32_t began = timestamp;
        for (auto held = 20ms; held <= style.duration; held += 20ms) {
            const std::uint32_t now_there = timestamp + ticks(held);
            std::uint32_t length = now_there - began;
            const bool end = held + 20ms > style.duration;
            if (length > kMaxEventDuration) {
                say(now + held, {code, end, 10, kMaxEventDuration}, began, false);
                began = style.exact_segments ? began + kMaxEventDuration : now_there;
                length -= kMaxEventDuration;
            }
            const TelephoneEvent event{code, end, 10, static_cast<std::uint16_t>(length)};
            for (int copy = 0; copy < (end ? 3 : 1); ++copy)
                say(now + held + (style.ends_at_once ? 0ms : copy * 20ms), event, began, held == 20ms);
        }
        now += style.duration + style.gap;
        timestamp += ticks(style.duration + style.gap);
    }
    return packets;
}

struct Weather {
    double loss = 0;
    double duplicate = 0;
    Duration jitter{};  ///< On top of each packet: reorders.
};

/// What the receiver makes of the packets that come through.
std::string hear(DtmfReceiver& receiver, std::vector<Sent> packets, const Style& style, Weather weather = {},
                 std::uint64_t seed = 1) {
    SeededRandom random{seed};
    std::vector<Sent> arriving;
    for (Sent& packet : packets) {
        for (int copy = random.unit() < weather.duplicate ? 2 : 1; copy > 0; --copy) {
            if (random.unit() < weather.loss) continue;
            Sent late = packet;
            if (weather.jitter > 0us)
                late.at += Duration{random.below(static_cast<std::uint32_t>(weather.jitter.count()))};
            arriving.push_back(late);
        }
    }
    std::stable_sort(arriving.begin(), arriving.end(),
                     [](const Sent& a, const Sent& b) { return a.at < b.at; });
    std::string heard;
    for (const Sent& packet : arriving) {
        ByteVector payload;
        write_telephone_event(payload, packet.event);
        if (const auto digit = receiver.receive(packet.at, {packet.header, 0, {}, payload}, style.clock_rate))
            heard += *digit;
    }
    return heard;
}

std::string hear(const std::string& digits, const Style& style, Weather weather = {},
                 std::uint64_t seed = 1) {
    DtmfReceiver receiver;
    SeededRandom random{seed};
    return hear(receiver, press(digits, style, random.u32()), style, weather, seed);
}

using Marker = Style::Marker;
const Style kStyles[] = {
    {.name = "plain"},
    {.name = "8 kHz", .clock_rate = 8'000},
    {.name = "browser", .gap = 70ms, .ends_at_once = true},
    {.name = "fast browser", .duration = 40ms, .gap = 40ms, .ends_at_once = true},
    {.name = "no marker", .marker = Marker::never},
    {.name = "marker on every packet", .marker = Marker::always},
    {.name = "long", .duration = 1300ms},
    {.name = "longer than a timestamp says", .duration = 1400ms},
    {.name = "the same of a browser", .duration = 1400ms, .ends_at_once = true, .exact_segments = false},
    {.name = "let go at the limit", .duration = 1380ms, .ends_at_once = true, .exact_segments = false},
    {.name = "five segments", .duration = 6000ms, .ends_at_once = true, .exact_segments = false},
    {.name = "two segments at 8 kHz", .clock_rate = 8'000, .duration = 9000ms},
};

TEST(DtmfReceiver, HearsEachPressOnceWhateverTheSendersStyle) {
    for (const Style& style : kStyles) {
        SCOPED_TRACE(style.name);
        EXPECT_EQ(hear(kKeys, style), kKeys);
        EXPECT_EQ(hear("1111", style), "1111") << "equal digits are kept apart";
    }
}

TEST(DtmfReceiver, HearsAHundredOfAHundredThroughBadNetworks) {
    const Weather weathers[] = {
        {.loss = 0.1}, {.jitter = 70ms}, {.duplicate = 0.3}, {.loss = 0.1, .duplicate = 0.1, .jitter = 70ms}};
    for (const Style& style : kStyles) {
        for (const Weather& weather : weathers) {
            for (std::uint64_t seed = 1; seed <= 5; ++seed) {
                SCOPED_TRACE(testing::Message()
                             << style.name << ", seed " << seed << ", loss " << weather.loss);
                SeededRandom random{seed};
                std::string keys;
                while (keys.size() < (style.duration > 1s ? 20 : 100)) keys += kKeys[random.below(16)];
                std::string heard = hear(keys, style, weather, seed);
                if (weather.jitter > style.gap) {  // what overtakes a whole gap is another order
                    std::sort(keys.begin(), keys.end());
                    std::sort(heard.begin(), heard.end());
                }
                // Of a press of four packets one in ten thousand is lost whole.
                if (style.duration == 40ms && weather.loss > 0) {
                    EXPECT_GE(heard.size(), 99U);
                } else {
                    EXPECT_EQ(heard, keys);
                }
            }
        }
    }
}

TEST(DtmfReceiver, OneSurvivingPacketOfAPressIsEnough) {
    const Style style{.name = "plain"};
    const auto all = press("7", style, 5);
    for (const Sent& survivor : all)
        EXPECT_EQ(
            [&] {
                DtmfReceiver r;
                return hear(r, {survivor}, style);
            }(),
            "7");
}

TEST(DtmfReceiver, APressWithoutAnEndIsReportedOnceAndDoesNotSwallowTheNext) {
    const Style style{.name = "no marker", .marker = Marker::never};
    auto packets = press("555", style, 5);
    std::erase_if(packets, [](const Sent& sent) { return sent.event.end; });
    DtmfReceiver receiver;
    EXPECT_EQ(hear(receiver, packets, style), "555");
    EXPECT_EQ(receiver.counters().segments, 0U);
}

TEST(DtmfReceiver, ALongPressLosesHalfASecondWithoutBecomingTwo) {
    const Style style{.name = "long", .duration = 2000ms};
    auto packets = press("5", style, 5);
    const auto lost = [](const Sent& sent) {
        return sent.at > kPressed + 900ms && sent.at < kPressed + 1400ms;
    };
    std::erase_if(packets, lost);
    DtmfReceiver receiver;
    EXPECT_EQ(hear(receiver, packets, style), "5");
    EXPECT_EQ(receiver.counters().segments, 1U);
}

TEST(DtmfReceiver, ForgetsTheOldestAndCountsWhatItDrops) {
    DtmfReceiver receiver;
    const Style style{.name = "quick", .gap = 40ms};
    const auto once = press(std::string(DtmfReceiver::kMaxRemembered, '3'), style, 5);
    EXPECT_EQ(hear(receiver, once, style).size(), DtmfReceiver::kMaxRemembered);
    EXPECT_EQ(hear(receiver, once, style), "") << "all of them are remembered";
    EXPECT_EQ(receiver.counters().repeated, 2 * once.size() - DtmfReceiver::kMaxRemembered);
    hear(receiver, press("4", style, 123'456'789), style);
    EXPECT_EQ(hear(receiver, {once.front()}, style), "3") << "but the oldest";

    const auto take = [&](const char* hex, std::uint32_t timestamp) {
        const ByteVector payload = from_hex(hex);
        return receiver.receive(kPressed, {{.timestamp = timestamp}, 0, {}, payload}, 8'000);
    };
    EXPECT_EQ(take("10 0a 00a0", 1), std::nullopt);
    EXPECT_EQ(take("01 0a 00", 1), std::nullopt);
    EXPECT_EQ(receiver.counters().not_dtmf, 1U);
    EXPECT_EQ(receiver.counters().malformed, 1U);
}

TEST(DtmfReceiver, IsNotToBeFlooded) {
    DtmfReceiver receiver;
    const ByteVector payload = from_hex("01 0a 03c0");
    int heard = 0;
    for (std::uint32_t i = 0; i < 10'000; ++i) {  // in ten seconds
        const Instant now = kPressed + i * 1ms;
        heard +=
            receiver.receive(now, {{.marker = true, .timestamp = i * 48}, 0, {}, payload}, 48'000) ? 1 : 0;
    }
    EXPECT_NEAR(heard, DtmfReceiver::kMaxBurst + 10s / DtmfReceiver::kMinInterval, 1);
    EXPECT_EQ(receiver.counters().flooded, 10'000U - static_cast<unsigned>(heard));
    EXPECT_TRUE(receiver.receive(kPressed + 1min, {{.timestamp = 7}, 0, {}, payload}, 48'000))
        << "later all is well";
}

/// What comes of a sender in so many ticks: nullopt for sound.
std::vector<std::optional<DtmfPacket>> run(DtmfSender& sender, int ticks, std::uint32_t clock_rate = 48'000) {
    std::vector<std::optional<DtmfPacket>> packets;
    for (int tick = 0; tick < ticks; ++tick)
        packets.push_back(sender.next(1'000 + static_cast<std::uint32_t>(tick) * 960, clock_rate));
    return packets;
}

TEST(DtmfSender, SendsGrowingDurationsThenThreeEndsThenSound) {  // RFC 4733 §2.5.1.2 to §2.5.1.4
    DtmfSender sender;
    ASSERT_TRUE(sender.add('5'));
    ASSERT_TRUE(sender.add('#'));
    const auto packets = run(sender, 25);
    for (int tick = 0; tick < 10; ++tick) {
        const bool end = tick >= 7;
        const auto duration = static_cast<std::uint16_t>(std::min(tick + 1, 8) * 960);
        ASSERT_TRUE(packets[tick]) << tick;
        EXPECT_EQ(packets[tick]->event, (TelephoneEvent{5, end, 10, duration})) << tick;
        EXPECT_EQ(packets[tick]->marker, tick == 0);
        EXPECT_EQ(packets[tick]->timestamp, 1'000U);
    }
    EXPECT_FALSE(packets[10] || packets[11]) << "sound between two digits";
    ASSERT_TRUE(packets[12]) << "160 ms and 80 ms after the first";
    EXPECT_EQ(packets[12]->event, (TelephoneEvent{11, false, 10, 960}));
    EXPECT_TRUE(packets[12]->marker);
    EXPECT_EQ(packets[12]->timestamp, 1'000U + 12 * 960);
    EXPECT_FALSE(packets[22] || packets[23] || packets[24]);
    EXPECT_EQ(sender.take_sent(), 2U);
    EXPECT_EQ(sender.take_sent(), 0U);
}

TEST(DtmfSender, CountsDurationInTheClockOfThePayloadType) {
    DtmfSender sender;
    sender.add('1');
    EXPECT_EQ(run(sender, 9, 8'000).back()->event.duration, 1'280);
}

TEST(DtmfSender, KeepsToItsBounds) {
    struct Case {
        DtmfPace pace;
        int pressed, until_next;
    };
    const Case cases[] = {{{1ms, 0ms}, 5, 8}, {{100ms, 60ms}, 5, 8}, {{1h, 200ms}, 50, 60}};
    for (const Case& c : cases) {
        DtmfSender sender{c.pace};
        sender.add('1');
        sender.add('2');
        const auto packets = run(sender, 100);
        EXPECT_EQ(packets[c.pressed]->event.duration, c.pressed * 960);
        EXPECT_FALSE(packets[c.until_next - 1]);
        EXPECT_EQ(packets[c.until_next]->event.event, 2);
    }

    DtmfSender sender;
    EXPECT_FALSE(sender.add('x'));
    for (std::size_t i = 0; i < DtmfSender::kMaxWaiting; ++i) EXPECT_TRUE(sender.add('1'));
    EXPECT_FALSE(sender.add('1'));
    run(sender, 1);
    EXPECT_EQ(sender.clear(), DtmfSender::kMaxWaiting);
    EXPECT_FALSE(run(sender, 1).front()) << "nothing is left of the one that was being sent";
}

TEST(DtmfSender, AnotherStreamBeginsTheDigitAgain) {
    DtmfSender sender;
    sender.add('9');
    run(sender, 5);
    sender.start_over();
    const auto packets = run(sender, 11);
    EXPECT_TRUE(packets.front()->marker);
    EXPECT_EQ(packets.front()->event.duration, 960);
    EXPECT_TRUE(packets[9]->event.end);
    EXPECT_FALSE(packets[10]);
    EXPECT_EQ(sender.take_sent(), 1U);
}

}  // namespace
}  // namespace legroom::rtp
