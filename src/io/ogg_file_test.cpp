#include "io/ogg_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <sys/resource.h>

#include "io/recording_store.hpp"
#include "sim/scratch_directory.hpp"

namespace legroom::io {
namespace {

using record::kPositionsPerTick;
using record::RecordingId;

/// A directory of its own, and one recording of packets in it.
class PacketShelf {
public:
    PacketShelf() {
        store.emplace(directory, [this](record::Report report) { reports.push_back(std::move(report)); });
        store->handle(record::OpenPackets{RecordingId{1}, "call.ogg", 7, tape});
    }

    /// So many ticks of packets from there on; each is a frame of silence.
    void say(record::Position tick, std::size_t ticks) const {
        for (std::size_t i = 0; i < ticks; ++i, ++tick) {
            const std::array<std::uint8_t, 3> packet{0xf8, 0xff, 0xfe};
            tape->put({tick * kPositionsPerTick, kPositionsPerTick, packet});
            tape->reach(0, (tick + 1) * kPositionsPerTick);
            store_drain(tick);
        }
    }
    void store_drain(record::Position tick) const {
        if (tick % 5 == 4) store->drain();
    }
    [[nodiscard]] std::string path(const std::string& name) const { return directory + "/" + name; }
    [[nodiscard]] std::string content(const std::string& name) const {
        std::ifstream in(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
    }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator{directory})
            found.push_back(entry.path().filename());
        std::ranges::sort(found);
        return found;
    }

    ScratchDirectory scratch;
    std::string directory = scratch.path();
    std::shared_ptr<record::PacketTape> tape = std::make_shared<record::PacketTape>();
    std::vector<record::Report> reports;
    mutable std::optional<RecordingStore> store;
};

/// By libsndfile, which knows nothing of us.
struct Played {
    sf_count_t frames = 0;
    int channels = 0;
    bool silent = true;
};
Played play(const std::string& path) {
    SF_INFO info{};
    SNDFILE* file = ::sf_open(path.c_str(), SFM_READ, &info);
    EXPECT_NE(file, nullptr) << ::sf_strerror(nullptr);
    if (file == nullptr) return {};
    Played played{0, info.channels, true};
    std::vector<float> samples(4'800 * static_cast<std::size_t>(info.channels));
    for (sf_count_t got = 1; got > 0;) {
        got = ::sf_readf_float(file, samples.data(), 4'800);
        played.frames += got;
        const auto end = samples.begin() + static_cast<std::ptrdiff_t>(got * info.channels);
        played.silent &=
            std::all_of(samples.begin(), end, [](float sample) { return std::abs(sample) < 1e-6F; });
    }
    ::sf_close(file);
    return played;
}

TEST(OggFile, IsAsLongAsItsTapeForAnybodyWhoPlaysIt) {
    PacketShelf shelf;
    shelf.say(0, 3);
    // Gaps of 2.5, 5, 7.5 ms and so on, some concealed, some silent.
    record::Position at = 3 * kPositionsPerTick;
    for (record::Position gap = 120; gap <= 2'400; gap += 120) {
        if (gap % 240 == 0) shelf.tape->put({at, gap, {}});
        const std::array<std::uint8_t, 3> packet{0xf8, 0xff, 0xfe};
        shelf.tape->put({at + gap, 960, packet});
        at += gap + 960;
    }
    const record::Position end = 40 * at;  // and then nothing
    shelf.tape->reach(0, end);
    shelf.tape->close();
    shelf.store->drain();
    EXPECT_EQ(std::get<record::Finished>(shelf.reports.at(1)).file, shelf.path("call.ogg"));
    EXPECT_EQ(shelf.names(), std::vector<std::string>{"call.ogg"});
    const Played played = play(shelf.path("call.ogg"));
    EXPECT_EQ(played.frames, static_cast<sf_count_t>(end));
    EXPECT_EQ(played.channels, 1);
    EXPECT_TRUE(played.silent);
}

TEST(OggFile, WithoutAPacketThereIsNone) {
    PacketShelf shelf;
    EXPECT_EQ(std::get<record::Opened>(shelf.reports.at(0)).file, shelf.path("call.ogg"));
    shelf.tape->close();
    shelf.store->drain();
    EXPECT_EQ(std::get<record::Finished>(shelf.reports.at(1)).file, "");
    EXPECT_TRUE(shelf.names().empty());
}

TEST(OggFile, IsFinishedAtTheEndOfTheProgram) {
    PacketShelf shelf;
    shelf.say(0, 77);
    shelf.store->finish_all();  // nobody has closed the tape
    EXPECT_EQ(play(shelf.path("call.ogg")).frames, 77 * 960);
}

/// What kill -9 leaves: pages that nobody ended, maybe a part of one.
TEST(OggFile, IsFinishedByTheNextStart) {
    PacketShelf shelf;
    shelf.say(0, 200);
    const std::string begun = shelf.content(".rec-call.ogg.tmp");
    shelf.write(".rec-cut.ogg.tmp", begun.substr(0, begun.size() - 5));
    shelf.write(".rec-more.ogg.tmp", begun + std::string(5'000, '\0'));
    shelf.write(".rec-headers.ogg.tmp", begun.substr(0, 47));
    shelf.write(".rec-nothing.ogg.tmp", "");
    shelf.write(".rec-foreign.ogg.tmp", std::string(300, 'z'));
    shelf.reports.clear();
    shelf.store->recover();
    const std::vector<std::string> left{".rec-call.ogg.tmp", ".rec-foreign.ogg.tmp", "cut.ogg", "more.ogg"};
    EXPECT_EQ(shelf.names(), left) << "what is being written is left alone";
    ASSERT_EQ(shelf.reports.size(), 2U);
    EXPECT_EQ(std::get<record::Recovered>(shelf.reports[0]).file, shelf.path("cut.ogg"));
    EXPECT_EQ(play(shelf.path("more.ogg")).frames, 175 * 960) << "half a second at most is missing";
    EXPECT_EQ(play(shelf.path("cut.ogg")).frames, 150 * 960);
    EXPECT_EQ(shelf.content("more.ogg").size(), begun.size());
}

TEST(OggFile, KeepsWhatThereIsWhenTheDiskIsFull) {
    PacketShelf shelf;
    shelf.say(0, 100);
    const std::uintmax_t before = shelf.content(".rec-call.ogg.tmp").size();
    rlimit unlimited{};
    ::getrlimit(RLIMIT_FSIZE, &unlimited);
    const auto old = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{before + 50, unlimited.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    shelf.say(100, 100);
    ::setrlimit(RLIMIT_FSIZE, &unlimited);
    std::signal(SIGXFSZ, old);
    const auto finished = std::get<record::Finished>(shelf.reports.at(1));
    EXPECT_EQ(finished.error, "File too large");
    EXPECT_EQ(finished.file, shelf.path("call.ogg"));
    EXPECT_EQ(play(finished.file).frames, 75 * 960);
    EXPECT_EQ(shelf.content("call.ogg").size(), before);
}

TEST(OggFile, SaysHowMuchTheDiskWasTooSlowFor) {
    PacketShelf shelf;
    const ByteVector packet(1'200, 0xf8);
    for (record::Position tick = 0; tick < 200; ++tick) {
        shelf.tape->put({tick * kPositionsPerTick, kPositionsPerTick, packet});
        shelf.tape->reach(0, (tick + 1) * kPositionsPerTick);
    }
    shelf.tape->close();
    shelf.store->drain();
    const auto finished = std::get<record::Finished>(shelf.reports.at(1));
    EXPECT_GT(finished.dropped, 80U);
    EXPECT_LT(finished.dropped, 110U);
}

}  // namespace
}  // namespace legroom::io
