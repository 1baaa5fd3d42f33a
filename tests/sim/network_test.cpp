#include "sim/network.hpp"

#include <deque>
#include <gtest/gtest.h>

namespace legroom::sim {
namespace {

using namespace std::chrono_literals;

const Endpoint kA = *Endpoint::parse("192.0.2.1:1000");
const Endpoint kB = *Endpoint::parse("192.0.2.2:2000");

/// Sends a numbered datagram every 10 ms to `target`, and remembers what it gets and when.
class Metronome final : public Node {
public:
    struct Heard {
        Instant when;
        Path path;
        std::uint32_t number;
        friend bool operator==(const Heard&, const Heard&) = default;
    };

    void start(Instant now, const Path& path) {
        path_ = path;
        next_ = now;
    }
    void stop() { next_.reset(); }

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        heard.push_back({now, path, ByteReader{datagram}.u32()});
    }
    void on_timeout(Instant now) override {
        ByteVector bytes;
        ByteWriter{bytes}.u32(number_++);
        out_.push_back({path_, bytes});
        next_ = now + 10ms;
    }
    std::optional<Transmit> poll() override {
        if (out_.empty()) return std::nullopt;
        Transmit transmit = std::move(out_.front());
        out_.pop_front();
        return transmit;
    }
    std::optional<Instant> deadline() const override { return next_; }

    std::vector<Heard> heard;

private:
    Path path_;
    std::optional<Instant> next_;
    std::deque<Transmit> out_;
    std::uint32_t number_ = 0;
};

struct Two {
    explicit Two(std::uint64_t seed, Link link) : network(seed, link) {
        network.attach(kA, a);
        network.attach(kB, b);
        a.start(network.now(), {kA, kB});
    }
    Network network;
    Metronome a;
    Metronome b;
};

TEST(Network, DeliversInOrderAfterTheDelay) {
    Two two{1, {.delay = 40ms}};
    const Instant start = two.network.now();
    two.network.run_for(1s);
    ASSERT_EQ(two.b.heard.size(), 97U);  // sent at 0, 10, … 960 ms
    for (std::uint32_t i = 0; i < 97; ++i) {
        EXPECT_EQ(two.b.heard[i], (Metronome::Heard{start + 40ms + i * 10ms, {kB, kA}, i}));
    }
    EXPECT_EQ(two.network.now(), start + 1s);
}

TEST(Network, LosesDuplicatesAndReordersAsAsked) {
    Two two{2, {.delay = 40ms, .loss = 0.2, .duplicate = 0.1, .reorder = 0.1}};
    two.network.run_for(100s);
    const auto& counters = two.network.counters();
    EXPECT_EQ(counters.sent, 10'001U);
    EXPECT_NEAR(static_cast<double>(counters.lost), 2000, 150);
    EXPECT_NEAR(static_cast<double>(counters.delivered), 10'000 - 2000 + 1000, 250);
    int overtaken = 0;
    for (std::size_t i = 1; i < two.b.heard.size(); ++i) {
        overtaken += two.b.heard[i].number < two.b.heard[i - 1].number ? 1 : 0;
    }
    EXPECT_GT(overtaken, 500);
}

TEST(Network, RepeatsARunFromItsSeed) {
    const Link rough{.delay = 30ms, .jitter = 20ms, .loss = 0.3, .duplicate = 0.1, .reorder = 0.2};
    Two one{3, rough};
    Two same{3, rough};
    Two other{4, rough};
    for (Two* two : {&one, &same, &other}) two->network.run_for(10s);
    EXPECT_EQ(one.b.heard, same.b.heard);
    EXPECT_NE(one.b.heard, other.b.heard);
}

TEST(Network, BlacksOut) {
    Two two{5, {.delay = 10ms}};
    two.network.run_for(1s);
    two.network.set_link({.loss = 1});
    const std::size_t before = two.b.heard.size();
    two.network.run_for(1s);
    EXPECT_LE(two.b.heard.size(), before + 2) << "only what was under way";
    two.network.set_link(kA.ip, kB.ip, {});
    two.network.run_for(1s);
    EXPECT_GT(two.b.heard.size(), before + 90) << "one pair's link wins over the general one";
}

TEST(Network, LosesWhatGoesToOrFromAVanishedAddress) {
    Two two{6, {}};
    two.network.run_for(1s);
    two.network.detach(kB);
    const std::size_t before = two.b.heard.size();
    two.network.run_for(1s);
    EXPECT_EQ(two.b.heard.size(), before);
    two.network.attach(kB, two.b);
    two.network.detach(kA);
    two.network.run_for(1s);
    EXPECT_LE(two.b.heard.size(), before + 1);
    two.network.remove(two.a);
    const auto sent = two.network.counters().sent;
    two.network.run_for(1s);
    EXPECT_EQ(two.network.counters().sent, sent) << "a removed node has no timers";
}

TEST(Network, TranslatesBothWays) {
    const Endpoint outside = *Endpoint::parse("203.0.113.9:777");
    Two two{7, {.delay = 10ms}};
    two.network.translate(kA, outside);
    two.b.start(two.network.now(), {kB, outside});
    two.network.run_for(100ms);
    ASSERT_FALSE(two.b.heard.empty());
    EXPECT_EQ(two.b.heard.front().path, (Path{kB, outside}));
    ASSERT_FALSE(two.a.heard.empty());
    EXPECT_EQ(two.a.heard.front().path, (Path{kA, kB}));
}

TEST(Network, StopsWhenDone) {
    Two two{8, {}};
    EXPECT_TRUE(two.network.run_while_not([&] { return two.b.heard.size() == 5; }, 1s));
    EXPECT_EQ(two.b.heard.size(), 5U);
    two.a.stop();
    const Instant before = two.network.now();
    EXPECT_FALSE(two.network.run_while_not([&] { return two.b.heard.size() == 50; }, 1s));
    EXPECT_EQ(two.network.now(), before + 1s);
}

}  // namespace
}  // namespace legroom::sim
