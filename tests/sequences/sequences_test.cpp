// Thousands of random command sequences against the whole server; the model that judges them is in player.cpp
// and story.cpp. A failure names its seed and prints what of its sequence it takes; LEGROOM_SEEDS multiplies
// how many are played.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sequences/player.hpp"
#include "sequences/script.hpp"
#include "sim/seeds.hpp"

namespace legroom::sequences {
namespace {

std::string played(std::uint64_t seed, Peers peers, const Script& script) {
    return Player{seed, peers}.play(script);
}

/// What of it is needed to go wrong somehow: each line is left out that can be.
Script cut_down(std::uint64_t seed, Peers peers, Script script) {
    for (std::size_t i = script.size(); i-- > 0;) {
        Script shorter = script;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
        if (!played(seed, peers, shorter).empty()) script = std::move(shorter);
    }
    return script;
}

std::string explain(std::uint64_t seed, Peers peers, const Script& script) {
    const Script least = cut_down(seed, peers, script);
    return fmt::format("seed {}, {} lines of which {} are enough:\n{}and then: {}", seed, script.size(),
                       least.size(), to_string(least), played(seed, peers, least));
}

void report(const Player::Figures& sum, std::uint64_t sequences) {
    fmt::print(
        "{} sequences: {} answers ({} refusals), {} events, {} legs ({} connected), {} playbacks, "
        "{} recordings ({} files)\n",
        sequences, sum.answers, sum.refusals, sum.events, sum.legs, sum.connected, sum.playbacks,
        sum.recordings, sum.files);
}

void play_all(std::uint64_t seeds, Peers peers) {
    Player::Figures sum;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const Script script = write_script(seed);
        Player player{seed, peers};
        const std::string wrong = player.play(script);
        ASSERT_EQ(wrong, "") << explain(seed, peers, script);
        sum += player.figures();
    }
    report(sum, seeds);
    // That what is promised was put to the test at all.
    EXPECT_GT(sum.connected, 0U);
    EXPECT_GT(sum.playbacks, 0U);
    EXPECT_GT(sum.recordings, 0U);
    EXPECT_GT(sum.refusals, 0U);
}

/// The shard is the real one; that a peer came up, fell silent, failed or pressed a key is told.
TEST(Sequences, KeepWhatIsPromisedWithPeersThatAreToldOf) { play_all(sim::seeds(10'000), Peers::told); }

/// With peers that connect, talk and vanish. Fewer, for it is their media that takes the time.
TEST(Sequences, KeepWhatIsPromisedWithRealPeers) { play_all(sim::seeds(150), Peers::real); }

}  // namespace
}  // namespace legroom::sequences
