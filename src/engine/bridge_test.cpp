// Rooms joined by bridges, sample by sample. A participant is a bridge end whose other side is the test.
#include "engine/bridge.hpp"

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <vector>

#include "base/random.hpp"
#include "engine/room.hpp"

namespace legroom::engine {
namespace {

constexpr SampleRate kBridgedRate = SampleRate::k8000;

/// Says one value for a whole tick and hears one.
struct Probe {
    Probe() {
        says.set_open(true);
        hears.set_open(true);
    }
    void say(float value) {
        audio::Frame& frame = *says.leaving();
        frame = audio::Frame{kBridgedRate};
        std::ranges::fill(frame.samples(), value);
        if (value != 0) says.sound();
        says.hand_over();
    }
    float hear() {
        hears.hand_over();
        return hears.arriving() == nullptr ? 0 : hears.arriving()->samples()[0];
    }
    Lane says;
    Lane hears;
};

struct Link {
    std::size_t a;
    std::size_t b;
    bool a_to_b = true;
    bool b_to_a = true;
};

/// Rooms with a probe in each.
struct House {
    House(std::size_t size, const std::vector<Link>& links) : probes(size) {
        for (std::size_t i = 0; i < size; ++i) {
            rooms.emplace_back(kBridgedRate, false, 0);
            rooms.back().add(BridgeEnd{&probes[i].says, &probes[i].hears});
        }
        for (const Link& link : links) {
            Bridge& bridge = bridges.emplace_back();
            bridge.a_to_b.set_open(link.a_to_b);
            bridge.b_to_a.set_open(link.b_to_a);
            rooms[link.a].add(BridgeEnd{&bridge.b_to_a, &bridge.a_to_b});
            rooms[link.b].add(BridgeEnd{&bridge.a_to_b, &bridge.b_to_a});
        }
    }

    /// One tick: what is heard in each room when this is said there.
    std::vector<float> tick(const std::vector<float>& said) {
        for (std::size_t i = 0; i < rooms.size(); ++i) probes[i].say(said[i]);
        for (Room& room : rooms) room.tick(Instant{}, mixer);
        for (Bridge& bridge : bridges) {
            bridge.a_to_b.hand_over();
            bridge.b_to_a.hand_over();
        }
        std::vector<float> heard;
        for (Probe& probe : probes) heard.push_back(probe.hear());
        return heard;
    }

    std::vector<Probe> probes;
    std::deque<Room> rooms;
    std::deque<Bridge> bridges;
    mix::Mixer mixer;
};

using Sounds = std::vector<float>;

TEST(Bridge, IsHeardInTheOtherRoomOneTickLaterAndNeverByWhoSaidIt) {
    House house{2, {{0, 1}}};
    EXPECT_EQ(house.tick({0.5F, 0.25F}), (Sounds{0, 0}));
    EXPECT_EQ(house.tick({0, 0}), (Sounds{0.25F, 0.5F}));
    for (int tick = 0; tick < 10; ++tick) EXPECT_EQ(house.tick({0, 0}), (Sounds{0, 0})) << "no echo";
}

TEST(Bridge, CarriesInEachOfItsFourDirections) {
    for (const bool a_to_b : {false, true}) {
        for (const bool b_to_a : {false, true}) {
            House house{2, {{0, 1, a_to_b, b_to_a}}};
            house.tick({0.5F, 0.25F});
            EXPECT_EQ(house.tick({0, 0}), (Sounds{b_to_a ? 0.25F : 0, a_to_b ? 0.5F : 0}));
        }
    }
}

TEST(Bridge, WhatIsUnderWayWhenADirectionIsClosedIsLost) {
    House house{2, {{0, 1}}};
    house.tick({0.5F, 0.25F});
    house.bridges[0].a_to_b.set_open(false);
    EXPECT_EQ(house.tick({0.5F, 0.25F}), (Sounds{0.25F, 0}));
    house.bridges[0].a_to_b.set_open(true);
    EXPECT_EQ(house.tick({0.125F, 0}), (Sounds{0.25F, 0})) << "nothing left had been kept";
    EXPECT_EQ(house.tick({0, 0}), (Sounds{0, 0.125F}));
}

TEST(Bridge, ChainsPassOnATickEach) {
    House house{4, {{0, 1}, {1, 2}, {2, 3}}};
    house.tick({0.5F, 0, 0, 0});
    EXPECT_EQ(house.tick({0, 0, 0, 0}), (Sounds{0, 0.5F, 0, 0}));
    EXPECT_EQ(house.tick({0, 0, 0, 0}), (Sounds{0, 0, 0.5F, 0}));
    EXPECT_EQ(house.tick({0, 0, 0, 0}), (Sounds{0, 0, 0, 0.5F}));
    EXPECT_EQ(house.tick({0, 0, 0, 0}), (Sounds{0, 0, 0, 0})) << "the end of it";
}

TEST(Bridge, InARingASoundComesRoundUndiminishedUntilTheRingIsBroken) {
    House house{3, {{0, 1, true, false}, {1, 2, true, false}, {2, 0, true, false}}};
    house.tick({0.5F, 0, 0});
    for (int round = 0; round < 100; ++round) {
        EXPECT_EQ(house.tick({0, 0, 0}), (Sounds{0, 0.5F, 0}));
        EXPECT_EQ(house.tick({0, 0, 0}), (Sounds{0, 0, 0.5F}));
        EXPECT_EQ(house.tick({0, 0, 0}), (Sounds{0.5F, 0, 0}));
    }
    house.bridges[2].a_to_b.set_open(false);
    for (int tick = 0; tick < 3; ++tick) house.tick({0, 0, 0});
    EXPECT_EQ(house.tick({0, 0, 0}), (Sounds{0, 0, 0}));
}

TEST(Bridge, ARingThatIsFedSaturatesAndNoMore) {
    std::vector<Link> everyone;
    for (std::size_t a = 0; a < 5; ++a) {
        for (std::size_t b = a + 1; b < 5; ++b) everyone.push_back({a, b});
    }
    House house{5, everyone};
    Sounds heard;
    for (int tick = 0; tick < 1'000; ++tick) {
        heard = house.tick({0.001F, 0, 0, 0, 0});
        for (const float value : heard) ASSERT_LE(value, 1.0F);
    }
    EXPECT_EQ(heard, (Sounds{1, 1, 1, 1, 1})) << "full scale, and that is where it ends";
}

/// The slow way: each participant of each room hears the clipped sum of all others.
struct Model {
    explicit Model(const std::vector<Link>& its_links)
        : links(its_links), to_b(links.size()), to_a(links.size()) {}

    Sounds tick(const std::vector<float>& said) {
        Sounds heard;
        for (std::size_t room = 0; room < said.size(); ++room)
            heard.push_back(sum_of(room, said, nullptr, true));
        Sounds next_to_b(links.size());
        Sounds next_to_a(links.size());
        for (std::size_t i = 0; i < links.size(); ++i) {
            if (links[i].a_to_b) next_to_b[i] = sum_of(links[i].a, said, &links[i], false);
            if (links[i].b_to_a) next_to_a[i] = sum_of(links[i].b, said, &links[i], false);
        }
        to_b = next_to_b;
        to_a = next_to_a;
        return heard;
    }
    /// What is said in a room, less what comes over `without`, or by its probe.
    float sum_of(std::size_t room, const std::vector<float>& said, const Link* without, bool probe) const {
        double sum = probe ? 0 : said[room];
        for (std::size_t i = 0; i < links.size(); ++i) {
            if (&links[i] == without) continue;
            if (links[i].b == room) sum += to_b[i];
            if (links[i].a == room) sum += to_a[i];
        }
        return static_cast<float>(std::clamp(sum, -1.0, 1.0));
    }

    const std::vector<Link>& links;
    Sounds to_b;  ///< What each link brings to its rooms in this tick.
    Sounds to_a;
};

TEST(Bridge, AnyHouseSoundsLikeTheSumOfItsParts) {
    SeededRandom random{5};
    for (int run = 0; run < 200; ++run) {
        const std::size_t size = 2 + random.below(5);
        std::vector<Link> links;
        for (std::size_t a = 0; a < size; ++a) {
            for (std::size_t b = a + 1; b < size; ++b) {
                if (random.below(2) == 0) links.push_back({a, b, random.below(3) > 0, random.below(3) > 0});
            }
        }
        House house{size, links};
        Model model{links};
        for (int tick = 0; tick < 20; ++tick) {
            std::vector<float> said(size);
            for (float& value : said)
                value = random.below(2) == 0 ? 0 : static_cast<float>(random.unit() - 0.5);
            const Sounds heard = house.tick(said);
            const Sounds expected = model.tick(said);
            for (std::size_t i = 0; i < size; ++i)
                ASSERT_NEAR(heard[i], expected[i], 1e-4) << run << ' ' << tick;
        }
    }
}

}  // namespace
}  // namespace legroom::engine
