// The real program, killed in the middle of recordings.
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <poll.h>

#include "audio/goertzel.hpp"
#include "scenario/ogg_reader.hpp"
#include "scenario/running_program.hpp"
#include "scenario/swarm.hpp"
#include "scenario/wav_reader.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

std::map<std::string, std::string> recording_to(const std::string& directory) {
    return {{"RECORDING_DIR", directory}};
}

struct Folder {
    Folder() {
        std::string pattern = std::filesystem::temp_directory_path() / "legroom-crash-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    /// The one file there, when nothing hidden is there any more.
    [[nodiscard]] std::string only_file() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator{path})
            names.push_back(entry.path().filename());
        return names.size() == 1 && !names[0].starts_with(".") ? path + "/" + names[0] : "";
    }

    std::string path;
};

/// A machine that is busy conceals here and there, which is not what is tested: of all 200 ms the best.
double clearest_share(const WavContent& wav, double hz) {
    double best = 0;
    for (std::size_t from = 0; from + wav.rate / 5 <= wav.frames(); from += wav.rate / 10) {
        const auto window = wav.channel(0, from, from + wav.rate / 5);
        best = std::max(best, audio::power_share(window, SampleRate{wav.rate}, hz));
    }
    return best;
}

WavContent read_sound(const std::string& path) {
    if (path.ends_with(".ogg")) return {48'000, 1, play_ogg(path)};
    return read_wav(path);
}

/// Every other one is in the other format.
TEST(RecordingCrash, TwentyKillsAtAnyMomentLeaveTwentyFilesThatPlayToTheLastSecond) {
    SeededRandom random(20);
    for (int i = 0; i < 20; ++i) {
        SCOPED_TRACE(i);
        Folder folder;
        double recorded = 0;
        {
            RunningProgram program(recording_to(folder.path));
            Swarm swarm(program.http(), random);
            ClientConfig voice;
            voice.tone_hz = 440;
            const std::string leg = swarm.call(voice);
            ASSERT_TRUE(swarm.run_while_not([&] { return swarm.client(0).packets_heard() > 20; }, 20s));
            const std::string format = i % 2 == 0 ? R"({"format":"wav"})" : R"({"format":"ogg"})";
            ASSERT_EQ(swarm.http().request("POST", "/v1/legs/" + leg + "/record", format).status, 200U);
            const auto begun = std::chrono::steady_clock::now();
            swarm.run_while_not([] { return false; }, std::chrono::milliseconds{2'200 + random.below(1'500)});
            program.kill();
            recorded = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        }
        RunningProgram again(recording_to(folder.path));
        for (int tries = 0; tries < 500 && folder.only_file().empty(); ++tries) ::poll(nullptr, 0, 20);
        ASSERT_NE(folder.only_file(), "");
        const WavContent wav = read_sound(folder.only_file());
        ASSERT_GT(wav.seconds(), recorded - 1) << "to the last second";
        EXPECT_LT(wav.seconds(), recorded + 0.1);
        EXPECT_GT(clearest_share(wav, 440), 0.9);
    }
}

TEST(RecordingCrash, TheEndOfTheProgramFinishesRecordings) {
    Folder folder;
    RunningProgram program(recording_to(folder.path + "/made/when/needed"));
    SeededRandom random(21);
    Swarm swarm(program.http(), random);
    ClientConfig voice;
    voice.tone_hz = 440;
    const std::string leg = swarm.call(voice);
    ASSERT_TRUE(swarm.run_while_not([&] { return swarm.client(0).packets_heard() > 20; }, 20s));
    ASSERT_EQ(swarm.http().request("POST", "/v1/legs/" + leg + "/record", R"({"filename":"x"})").status,
              200U);
    swarm.run_while_not([] { return false; }, 500ms);
    EXPECT_EQ(program.terminate(), 0);
    EXPECT_GT(read_wav(folder.path + "/made/when/needed/x.wav").seconds(), 0.2);
}

TEST(RecordingCrash, ADirectoryThatCannotBeWrittenCostsNoCall) {
    RunningProgram program(recording_to("/proc/nowhere"));
    SeededRandom random(22);
    Swarm swarm(program.http(), random);
    const std::string leg = swarm.call({});
    const HttpReply reply = swarm.http().request("POST", "/v1/legs/" + leg + "/record");
    EXPECT_EQ(reply.status, 500U) << reply.body;
    EXPECT_EQ(swarm.http().request("GET", "/v1/legs/" + leg).status, 200U);
}

}  // namespace
}  // namespace legroom::scenario
