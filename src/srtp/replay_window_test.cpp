#include "srtp/replay_window.hpp"

#include <gtest/gtest.h>
#include <set>

#include "base/random.hpp"
#include "srtp/error.hpp"
#include "srtp/stream.hpp"

namespace legroom::srtp {
namespace {

constexpr std::uint64_t kRoc = 0x1'0000;

TEST(GuessIndex, PicksTheNearest) {
    EXPECT_EQ(guess_index(std::nullopt, 40000).value(), 40000U);
    EXPECT_EQ(guess_index(65535, 0).value(), kRoc);
    EXPECT_EQ(guess_index(kRoc, 65535).value(), 65535U);
    EXPECT_EQ(guess_index(7 * kRoc + 10, 65530).value(), 6 * kRoc + 65530);
    EXPECT_EQ(guess_index(7 * kRoc + 65530, 10).value(), 8 * kRoc + 10);
    // Exactly half a cycle away, RFC 3711 §3.3.1 stays within the cycle.
    EXPECT_EQ(guess_index(7 * kRoc + 1, 0x8001).value(), 7 * kRoc + 0x8001);
    EXPECT_EQ(guess_index(7 * kRoc + 0x8001, 1).value(), 7 * kRoc + 1);
}

TEST(GuessIndex, StopsAtBothEndsOfTheStream) {
    EXPECT_EQ(guess_index(5, 65535).error(), make_error_code(Error::replayed));
    EXPECT_EQ(guess_index((std::uint64_t{1} << 48) - 1, 0).error(), make_error_code(Error::key_exhausted));
    EXPECT_TRUE(guess_index((std::uint64_t{1} << 48) - 2, 65535));
}

TEST(ReplayWindow, EndsExactly1024PacketsBack) {
    ReplayWindow window;
    window.mark(5000);
    EXPECT_TRUE(window.is_fresh(5000 - 1023));
    EXPECT_FALSE(window.is_fresh(5000 - 1024));
    EXPECT_FALSE(window.is_fresh(5000));
    window.mark(5000 - 1023);
    EXPECT_FALSE(window.is_fresh(5000 - 1023));
}

TEST(ReplayWindow, AgreesWithASetOfEverythingSeen) {
    SeededRandom random{1};
    ReplayWindow window;
    std::set<std::uint64_t> seen;
    std::uint64_t highest = 3000;
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t step = random.below(50) == 0 ? random.below(3000) : random.below(1200);
        const std::uint64_t index = random.below(3) == 0 ? highest + step : highest - std::min(highest, step);
        const bool old = !seen.empty() && index + kReplayWindow <= highest;
        ASSERT_EQ(window.is_fresh(index), !old && seen.count(index) == 0) << "step " << i;
        if (!window.is_fresh(index)) continue;
        window.mark(index);
        seen.insert(index);
        highest = *seen.rbegin();
    }
}

TEST(StreamTable, EndsWithTheLastRtcpIndex) {
    StreamTable streams;
    EXPECT_EQ(streams.next_rtcp(Ssrc{1}).value(), 0U);
    streams.mark_rtcp(Ssrc{1}, kMaxRtcpIndex - 2);
    EXPECT_EQ(streams.next_rtcp(Ssrc{1}).value(), kMaxRtcpIndex - 1U);
    streams.mark_rtcp(Ssrc{1}, kMaxRtcpIndex - 1);
    EXPECT_EQ(streams.next_rtcp(Ssrc{1}).error(), make_error_code(Error::key_exhausted));
    EXPECT_EQ(streams.next_rtcp(Ssrc{2}).value(), 0U);
}

TEST(StreamTable, EndsWithTheLastRtpIndex) {
    StreamTable streams;
    streams.mark_rtp(Ssrc{1}, (std::uint64_t{1} << 48) - 1);
    EXPECT_EQ(streams.place_rtp(Ssrc{1}, 0).error(), make_error_code(Error::key_exhausted));
}

}  // namespace
}  // namespace legroom::srtp
