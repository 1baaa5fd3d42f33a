#include "io/recording_store.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sndfile.h>

#include "sim/full_disk.hpp"
#include "sim/scratch_directory.hpp"

namespace legroom::io {
namespace {

using record::kPositionsPerTick;
using record::RecordingId;
using Names = std::vector<std::string>;

/// A directory of its own, and what a store there says.
class Shelf {
public:
    Shelf() { make_store(); }

    void make_store() {
        store.emplace(directory, [this](record::Report report) { reports.push_back(std::move(report)); });
    }

    std::shared_ptr<record::Tape> open(RecordingId id, const std::string& name,
                                       const std::string& multi_channel = "") {
        auto tape = std::make_shared<record::Tape>(1, SampleRate::k8000);
        store->handle(record::Open{id, name, multi_channel, {SampleRate::k8000, 1}, tape});
        return tape;
    }
    template <class Report>
    Report take() {
        Report report = std::get<Report>(reports.at(0));
        reports.erase(reports.begin());
        return report;
    }
    void age(const std::string& name) const {
        std::filesystem::last_write_time(
            directory + "/" + name, std::filesystem::file_time_type::clock::now() - std::chrono::hours{1});
    }
    /// Another start of the program in the same directory.
    void next_run() {
        make_store();
        store->recover();
        while (store->work()) {
        }
    }
    [[nodiscard]] Names names() const {
        Names found;
        for (const auto& entry : std::filesystem::directory_iterator{directory})
            found.push_back(entry.path().filename());
        std::ranges::sort(found);
        return found;
    }
    [[nodiscard]] std::uintmax_t size(const std::string& name) const {
        return std::filesystem::file_size(directory + "/" + name);
    }
    [[nodiscard]] std::string content(const std::string& name) const {
        std::ifstream in(directory + "/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& name, const std::string& bytes) const {
        std::ofstream(directory + "/" + name, std::ios::binary) << bytes;
    }

    ScratchDirectory scratch;
    std::string directory = scratch.path();
    std::vector<record::Report> reports;
    std::optional<RecordingStore> store;
};

/// So many ticks of one value from there on.
void say(record::Tape& tape, record::Position tick, std::size_t ticks, std::int16_t value = 1'000) {
    const std::vector<std::int16_t> sound(160, value);
    for (std::size_t i = 0; i < ticks; ++i, ++tick) {
        tape.put({tick * kPositionsPerTick, SampleRate::k8000, sound});
        tape.reach(tick * kPositionsPerTick, (tick + 1) * kPositionsPerTick);
    }
}

constexpr std::size_t kTickBytes = 320;

TEST(RecordingStore, PublishesAWholeFileAtTheEnd) {
    Shelf shelf;
    const auto tape = shelf.open(RecordingId{1}, "a.wav");
    EXPECT_EQ(shelf.take<record::Opened>().file, shelf.directory + "/a.wav");
    say(*tape, 0, 50);
    shelf.store->drain();
    EXPECT_EQ(shelf.names(), Names{".rec-a.wav.tmp"});
    EXPECT_EQ(shelf.size(".rec-a.wav.tmp"), 80 + 50 * kTickBytes);
    tape->reach(0, 75 * kPositionsPerTick);  // silence
    tape->close();
    shelf.store->drain();
    EXPECT_EQ(shelf.take<record::Finished>().file, shelf.directory + "/a.wav");
    EXPECT_EQ(shelf.names(), Names{"a.wav"});
    EXPECT_EQ(shelf.size("a.wav"), 80 + 75 * kTickBytes);
    EXPECT_EQ(std::filesystem::status(shelf.directory + "/a.wav").permissions(),
              static_cast<std::filesystem::perms>(0644));
    const std::string bytes = shelf.content("a.wav");
    EXPECT_EQ(bytes.substr(80, 2), "\xe8\x03");
    EXPECT_EQ(bytes.substr(80 + 60 * kTickBytes, 4), std::string(4, '\0'));
    EXPECT_EQ(shelf.store->count(), 0U);
}

TEST(RecordingStore, NeverOverwrites) {
    Shelf shelf;
    shelf.write("taken.wav", "mine");
    shelf.open(RecordingId{1}, "taken.wav");
    EXPECT_TRUE(shelf.take<record::NotOpened>().name_taken);
    const auto tape = shelf.open(RecordingId{2}, "b.wav");
    shelf.take<record::Opened>();
    shelf.open(RecordingId{3}, "b.wav");
    EXPECT_TRUE(shelf.take<record::NotOpened>().name_taken) << "somebody is writing it";
    shelf.write("b.wav", "came in between");
    say(*tape, 0, 1);
    tape->close();
    shelf.store->drain();
    EXPECT_EQ(shelf.take<record::Finished>().file, shelf.directory + "/b-1.wav");
    EXPECT_EQ(shelf.content("b.wav"), "came in between");
    EXPECT_EQ(shelf.content("taken.wav"), "mine");
}

TEST(RecordingStore, MakesNoFileThatNobodyWaitsFor) {
    Shelf shelf;
    const auto tape = std::make_shared<record::Tape>(1, SampleRate::k8000);
    tape->close();  // while the disk hung
    shelf.store->handle(record::Open{RecordingId{1}, "a.wav", "", {SampleRate::k8000, 1}, tape});
    EXPECT_FALSE(shelf.take<record::NotOpened>().name_taken);
    shelf.open(RecordingId{2}, "a.wav");
    EXPECT_EQ(shelf.take<record::Opened>().id, RecordingId{2}) << "asked for again";
}

TEST(RecordingStore, SaysWhyAFileCannotBeMade) {
    Shelf shelf;
    shelf.write("file", "");
    RecordingStore store(shelf.directory + "/file/below",
                         [&shelf](record::Report report) { shelf.reports.push_back(std::move(report)); });
    const auto tape = std::make_shared<record::Tape>(1, SampleRate::k8000);
    store.handle(record::Open{RecordingId{1}, "a.wav", "", {SampleRate::k8000, 1}, tape});
    const auto report = shelf.take<record::NotOpened>();
    EXPECT_FALSE(report.name_taken);
    EXPECT_EQ(report.why, "Not a directory");
}

TEST(RecordingStore, KeepsWhatThereIsWhenTheDiskIsFull) {
    Shelf shelf;
    const auto tape = shelf.open(RecordingId{1}, "full.wav");
    const auto other = shelf.open(RecordingId{2}, "other.wav");
    shelf.reports.clear();
    say(*tape, 0, 50);
    say(*other, 0, 5);
    shelf.store->drain();
    say(*tape, 50, 100);
    {
        const FullDisk full(80 + 100 * kTickBytes + 7);
        shelf.store->drain();
    }
    const auto finished = shelf.take<record::Finished>();
    EXPECT_EQ(finished.error, "File too large");
    EXPECT_EQ(finished.file, shelf.directory + "/full.wav");
    EXPECT_GE(shelf.size("full.wav"), 80 + 50 * kTickBytes);
    EXPECT_EQ((shelf.size("full.wav") - 80) % 2, 0U);
    EXPECT_EQ(shelf.store->count(), 1U) << "the other one goes on";
}

TEST(RecordingStore, AHeaderThatCannotBeWrittenLosesNoSound) {
    Shelf shelf;
    const auto tape = shelf.open(RecordingId{1}, "a.wav");
    shelf.take<record::Opened>();
    say(*tape, 0, 65);
    shelf.store->drain();
    tape->close();
    {
        const FullDisk full(0);
        shelf.store->drain();
    }
    EXPECT_EQ(shelf.take<record::Finished>().file, shelf.directory + "/a.wav");
    EXPECT_EQ(shelf.size("a.wav"), 80 + 65 * kTickBytes);
}

TEST(RecordingStore, AStoreThatIsDroppedLosesNoSound) {
    Shelf shelf;
    const auto tape = shelf.open(RecordingId{1}, "a.wav");
    say(*tape, 0, 65);
    shelf.store->drain();
    shelf.store.reset();
    EXPECT_EQ(shelf.size(".rec-a.wav.tmp"), 80 + 65 * kTickBytes);
}

TEST(RecordingStore, MakesOneFileOfAllTracks) {
    Shelf shelf;
    const auto tape = shelf.open(RecordingId{1}, "mix.wav", "all.wav");
    std::vector<std::shared_ptr<record::Tape>> tracks;
    for (const char* key : {"one", "two"}) {
        tracks.push_back(std::make_shared<record::Tape>(1, SampleRate::k8000));
        shelf.store->handle(record::AddTrack{RecordingId{1}, key, tracks.back()});
    }
    shelf.reports.clear();
    for (record::Position tick = 0; tick < 60; ++tick) {
        say(*tape, tick, 1, 3);
        if (tick < 40) say(*tracks[0], tick, 1, 1);
        if (tick >= 10) say(*tracks[1], tick, 1, 2);
        shelf.store->drain();
    }
    tape->close();
    shelf.store->drain();
    while (shelf.store->work()) {
    }
    const auto finished = shelf.take<record::Finished>();
    EXPECT_EQ(finished.multi_channel_file, shelf.directory + "/all.wav");
    ASSERT_EQ(finished.tracks.size(), 2U);
    EXPECT_EQ(finished.tracks[0].key, "one");
    EXPECT_EQ(finished.tracks[0].end.count(), 800);
    EXPECT_EQ(finished.tracks[1].channel, 1U);
    EXPECT_EQ(finished.tracks[1].start.count(), 200);
    EXPECT_EQ(finished.tracks[1].end.count(), 1'200);
    EXPECT_EQ(shelf.names(), (Names{"all.wav", "mix.wav"}));
    const std::string bytes = shelf.content("all.wav");
    ASSERT_EQ(bytes.size(), 80 + 60 * 2 * kTickBytes);
    const auto pair = [&](std::size_t tick) { return bytes.substr(80 + tick * 2 * kTickBytes, 4); };
    EXPECT_EQ(pair(0), std::string("\1\0\0\0", 4));
    EXPECT_EQ(pair(20), std::string("\1\0\2\0", 4));
    EXPECT_EQ(pair(50), std::string("\0\0\2\0", 4));
}

/// A room's recording with two channels, of which each says 20 ticks.
struct TwoTracks {
    explicit TwoTracks(Shelf& shelf) : mix(shelf.open(RecordingId{1}, "mix.wav", "all.wav")) {
        for (const char* key : {"one", "two"}) {
            tracks.push_back(std::make_shared<record::Tape>(1, SampleRate::k8000));
            shelf.store->handle(record::AddTrack{RecordingId{1}, key, tracks.back()});
        }
        say(20);
        shelf.store->drain();
        shelf.reports.clear();
    }
    void say(std::size_t ticks) {
        for (const auto& tape : {mix, tracks[0], tracks[1]}) io::say(*tape, tick, ticks);
        tick += ticks;
    }

    std::shared_ptr<record::Tape> mix;
    std::vector<std::shared_ptr<record::Tape>> tracks;
    record::Position tick = 0;
};

const Names kLeft{".rec-all.wav.0.tmp", ".rec-all.wav.1.tmp", "mix.wav"};

/// The next start makes the one file, with two channels of so many ticks.
void expect_merged_by_the_next(Shelf& shelf, std::size_t ticks) {
    shelf.next_run();
    EXPECT_EQ(shelf.names(), (Names{"all.wav", "mix.wav"}));
    EXPECT_EQ(shelf.size("all.wav"), 80 + ticks * 2 * kTickBytes);
    EXPECT_EQ(shelf.take<record::Recovered>().file, shelf.directory + "/all.wav");
}

TEST(RecordingStore, TracksThatCannotBeMergedAreLeftForTheNextStart) {
    for (const std::size_t full_at : {std::size_t{0}, 80 + 30 * kTickBytes}) {  // at its header, and later
        Shelf shelf;
        TwoTracks room(shelf);
        room.mix->close();
        if (full_at == 0) {
            const FullDisk full(full_at);
            shelf.store->drain();
        } else {
            shelf.store->drain();
            const FullDisk full(full_at);
            while (shelf.store->work()) {
            }
        }
        const auto finished = shelf.take<record::Finished>();
        EXPECT_EQ(finished.file, shelf.directory + "/mix.wav");
        EXPECT_EQ(finished.error, "File too large");
        EXPECT_EQ(finished.multi_channel_file, "");
        EXPECT_TRUE(finished.tracks.empty());
        EXPECT_EQ(finished.omitted, (Names{"one", "two"}));
        EXPECT_EQ(shelf.take<record::Warning>().file, shelf.directory + "/all.wav");
        EXPECT_EQ(shelf.names(), kLeft);
        expect_merged_by_the_next(shelf, 20);
    }
}

TEST(RecordingStore, TracksWhoseFileCannotBeMadeAreLeftForTheNextStart) {
    Shelf shelf;
    TwoTracks room(shelf);
    shelf.write("all.wav", "somebody's");
    room.mix->close();
    shelf.store->drain();
    EXPECT_EQ(shelf.take<record::Finished>().omitted.size(), 2U);
    shelf.next_run();
    EXPECT_EQ(shelf.names().size(), 4U);
    std::filesystem::remove(shelf.directory + "/all.wav");
    shelf.reports.clear();
    expect_merged_by_the_next(shelf, 20);
}

TEST(RecordingStore, ATrackThatCannotBeWrittenKeepsWhatItHas) {
    Shelf shelf;
    TwoTracks room(shelf);
    say(*room.tracks[1], 20, 20);
    {
        const FullDisk full(80 + 25 * kTickBytes);
        shelf.store->drain();  // the second one's end
    }
    say(*room.mix, 20, 40);
    say(*room.tracks[0], 20, 40);
    room.mix->close();
    shelf.store->drain();
    while (shelf.store->work()) {
    }
    const auto finished = shelf.take<record::Finished>();
    EXPECT_EQ(finished.error, "File too large");
    EXPECT_EQ(finished.multi_channel_file, shelf.directory + "/all.wav");
    EXPECT_EQ(finished.tracks.size(), 2U);
    const std::string bytes = shelf.content("all.wav");
    ASSERT_EQ(bytes.size(), 80 + 60 * 2 * kTickBytes);
    const auto both = [&](std::size_t tick) { return bytes.substr(80 + tick * 2 * kTickBytes, 4); };
    EXPECT_EQ(both(10), "\xe8\x03\xe8\x03");
    EXPECT_EQ(both(50), std::string("\xe8\x03\0\0", 4));
}

TEST(RecordingStore, TracksAreMergedThoughTheMixCouldNotBeWritten) {
    Shelf shelf;
    const auto mix = shelf.open(RecordingId{1}, "mix.wav", "all.wav");
    const auto track = std::make_shared<record::Tape>(1, SampleRate::k8000);
    shelf.store->handle(record::AddTrack{RecordingId{1}, "one", track});
    shelf.take<record::Opened>();
    say(*track, 0, 20);
    shelf.store->drain();
    say(*mix, 0, 20);
    {
        const FullDisk full(80);
        shelf.store->drain();
    }
    while (shelf.store->work()) {
    }
    const auto finished = shelf.take<record::Finished>();
    EXPECT_EQ(finished.file, "");
    EXPECT_EQ(finished.multi_channel_file, shelf.directory + "/all.wav");
    EXPECT_EQ(shelf.size("all.wav"), 80 + 20 * kTickBytes);
}

TEST(RecordingStore, ChannelsOfAnEarlierRunWaitForOneThatCannotBeRead) {
    const std::string begun{as_text(record::wav_header({SampleRate::k8000, 1}, 0))};
    const std::string wide{as_text(record::wav_header({SampleRate::k16000, 1}, 0))};
    for (const std::string& other : {std::string(200, 'z'), wide + "12"}) {
        Shelf shelf;
        shelf.write(".rec-all.wav.0.tmp", begun + "12");
        shelf.write(".rec-all.wav.1.tmp", other);
        shelf.next_run();
        EXPECT_EQ(shelf.names(), (Names{".rec-all.wav.0.tmp", ".rec-all.wav.1.tmp"}));
        EXPECT_EQ(shelf.take<record::Warning>().file, shelf.directory + "/.rec-all.wav.1.tmp");
        std::filesystem::remove(shelf.directory + "/.rec-all.wav.1.tmp");
        shelf.next_run();
        EXPECT_EQ(shelf.names(), Names{"all.wav"});
    }
}

TEST(RecordingStore, TheEndOfTheProgramDoesNotWaitForMerges) {
    Shelf shelf;
    TwoTracks room(shelf);
    room.say(20);
    shelf.store->finish_all({});
    const auto finished = shelf.take<record::Finished>();
    EXPECT_EQ(finished.file, shelf.directory + "/mix.wav");
    EXPECT_EQ(finished.omitted, (Names{"one", "two"}));
    EXPECT_EQ(shelf.names(), kLeft);
    shelf.reports.clear();
    expect_merged_by_the_next(shelf, 40);
}

TEST(RecordingStore, AMergeThatIsShortEnoughIsDoneAtTheEndOfTheProgram) {
    Shelf shelf;
    TwoTracks room(shelf);
    shelf.store->finish_all(std::chrono::minutes{1});
    EXPECT_EQ(shelf.names(), (Names{"all.wav", "mix.wav"}));
}

TEST(RecordingStore, MergesTakeTurnsAndThoseOfAnEarlierRunComeLast) {
    Shelf shelf;
    const std::string begun{as_text(record::wav_header({SampleRate::k8000, 1}, 0))};
    shelf.write(".rec-old.wav.0.tmp", begun + "12");
    shelf.store->recover();
    const auto order = [&shelf](record::RecordingId id, const std::string& name, std::size_t ticks) {
        const auto mix = shelf.open(id, name + ".wav", name + "-all.wav");
        const auto track = std::make_shared<record::Tape>(1, SampleRate::k8000);
        shelf.store->handle(record::AddTrack{id, name, track});
        for (std::size_t tick = 0; tick < ticks; tick += 50) {
            for (const auto& tape : {mix, track}) say(*tape, tick, 50);
            shelf.store->drain();
        }
        mix->close();
    };
    order(RecordingId{1}, "long", 5'000);
    order(RecordingId{2}, "short", 50);
    shelf.store->drain();
    shelf.reports.clear();
    while (shelf.store->work()) {
    }
    EXPECT_EQ(shelf.take<record::Finished>().multi_channel_file, shelf.directory + "/short-all.wav");
    EXPECT_EQ(shelf.take<record::Finished>().multi_channel_file, shelf.directory + "/long-all.wav");
    EXPECT_EQ(shelf.take<record::Recovered>().file, shelf.directory + "/old.wav");
}

TEST(RecordingStore, OfChannelsThatNobodyEverSentAnythingOnThereIsNoFile) {
    for (const bool silence_came : {false, true}) {
        Shelf shelf;
        const auto mix = shelf.open(RecordingId{1}, "mix.wav", "all.wav");
        const auto track = std::make_shared<record::Tape>(1, SampleRate::k8000);
        shelf.store->handle(record::AddTrack{RecordingId{1}, "one", track});
        say(*mix, 0, 20);  // comfort noise
        track->reach(0, 20 * kPositionsPerTick);
        if (silence_came) track->capture();
        mix->close();
        shelf.store->drain();
        while (shelf.store->work()) {
        }
        EXPECT_EQ(shelf.names(), silence_came ? (Names{"all.wav", "mix.wav"}) : Names{"mix.wav"});
    }
}

/// By libsndfile, which knows nothing of us.
TEST(RecordingStore, OthersReadAFileOfThreeChannels) {
    Shelf shelf;
    const auto mix = shelf.open(RecordingId{1}, "mix.wav", "all.wav");
    for (const std::int16_t value : {1'000, 2'000, 3'000}) {
        const auto track = std::make_shared<record::Tape>(1, SampleRate::k8000);
        shelf.store->handle(record::AddTrack{RecordingId{1}, std::to_string(value), track});
        say(*track, 0, 5, value);
    }
    say(*mix, 0, 5);
    mix->close();
    shelf.store->drain();
    while (shelf.store->work()) {
    }
    SF_INFO info{};
    SNDFILE* file = ::sf_open((shelf.directory + "/all.wav").c_str(), SFM_READ, &info);
    ASSERT_NE(file, nullptr) << ::sf_strerror(nullptr);
    EXPECT_EQ(info.format, SF_FORMAT_WAVEX | SF_FORMAT_PCM_16);
    EXPECT_EQ(info.channels, 3);
    EXPECT_EQ(info.samplerate, 8'000);
    EXPECT_EQ(info.frames, 5 * 160);
    std::array<std::int16_t, 3> last{};
    EXPECT_EQ(::sf_seek(file, 799, SEEK_SET), 799);
    EXPECT_EQ(::sf_readf_short(file, last.data(), 1), 1);
    EXPECT_EQ(last, (std::array<std::int16_t, 3>{1'000, 2'000, 3'000}));
    ::sf_close(file);
}

/// One whose merging had just ended, and whose channels were somewhere else.
TEST(RecordingStore, FinishesAFileOfThreeChannels) {
    Shelf shelf;
    const ByteVector header = record::wav_header({SampleRate::k8000, 3}, 0);
    shelf.write(".rec-all.wav.tmp", std::string{as_text(header)} + std::string(13, 'x'));
    shelf.next_run();
    EXPECT_EQ(shelf.size("all.wav"), 104 + 12U);
}

/// What kill -9 leaves: files that nobody closed.
TEST(RecordingStore, FinishesWhatAnEarlierRunLeft) {
    Shelf shelf;
    ByteVector header = record::wav_header({SampleRate::k8000, 2}, 0);
    std::string begun{as_text(header)};
    shelf.write(".rec-call.wav.tmp", begun + std::string(4 * 1'000, 'x') + "yyy");
    shelf.write(".rec-nothing.wav.tmp", begun);
    shelf.write(".rec-less.wav.tmp", "");
    shelf.age(".rec-less.wav.tmp");
    shelf.write(".rec-foreign.wav.tmp", std::string(200, 'z'));
    shelf.write("other.tmp", "mine");
    header = record::wav_header({SampleRate::k8000, 1}, 0);
    begun = as_text(header);
    shelf.write(".rec-all.wav.0.tmp", begun + std::string(8, 'a'));
    shelf.write(".rec-all.wav.1.tmp", begun + std::string(4, 'b'));
    shelf.write(".rec-all.wav.tmp", begun + "half of it");
    shelf.write("done.wav", begun + "whole");
    shelf.write(".rec-done.wav.0.tmp", begun + "12");
    shelf.write(".rec-silent.wav.0.tmp", begun);
    shelf.write(".rec-silent.wav.1.tmp", begun.substr(0, 79));
    shelf.store->recover();
    while (shelf.store->work()) {
    }
    EXPECT_EQ(shelf.names(), (Names{".rec-foreign.wav.tmp", "all.wav", "call.wav", "done.wav", "other.tmp"}));
    EXPECT_EQ(shelf.take<record::Recovered>().file, shelf.directory + "/call.wav");
    EXPECT_EQ(shelf.take<record::Warning>().file, shelf.directory + "/.rec-foreign.wav.tmp");
    EXPECT_EQ(shelf.take<record::Recovered>().file, shelf.directory + "/all.wav");
    EXPECT_TRUE(shelf.reports.empty());
    EXPECT_EQ(shelf.size("call.wav"), 80U + 4'000U);
    EXPECT_EQ(shelf.content("call.wav").substr(76, 4), std::string("\xa0\x0f\0\0", 4))
        << "4000, in its header";
    EXPECT_EQ(shelf.content("all.wav").substr(80), std::string("aabbaabbaa\0\0aa\0\0", 16));
    EXPECT_EQ(shelf.content("done.wav"), begun + "whole");
}

TEST(RecordingStore, LeavesAloneWhatAnotherProgramWrites) {
    Shelf shelf;
    const auto tape = shelf.open(RecordingId{1}, "busy.wav");
    say(*tape, 0, 5);
    shelf.store->drain();
    RecordingStore second(shelf.directory, [](const record::Report&) { FAIL() << "nothing to tell"; });
    second.recover();
    EXPECT_EQ(shelf.names(), Names{".rec-busy.wav.tmp"});
    tape->close();
    shelf.store->drain();
    EXPECT_EQ(shelf.names(), Names{"busy.wav"});
}

TEST(RecordingStore, FinishesEverythingAtTheEndOfTheProgram) {
    Shelf shelf;
    const auto tape = shelf.open(RecordingId{1}, "a.wav");
    shelf.open(RecordingId{2}, "empty.wav");
    say(*tape, 0, 5);
    shelf.store->finish_all({});  // nobody has closed a tape
    EXPECT_EQ(shelf.names(), Names{"a.wav"});
    EXPECT_EQ(shelf.size("a.wav"), 80 + 5 * kTickBytes);
}

}  // namespace
}  // namespace legroom::io
