#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <numbers>
#include <sndfile.h>
#include <sys/mman.h>
#include <vector>

#include "audio/goertzel.hpp"
#include "io/http_server.hpp"
#include "io/open_sounds.hpp"
#include "io/sound_decoder.hpp"
#include "io/sound_fetcher.hpp"
#include "io/sound_file.hpp"

namespace legroom::io {
namespace {

using namespace std::chrono_literals;

Descriptor memory_file() { return Descriptor{::memfd_create("sound", MFD_CLOEXEC)}; }

Descriptor same_file(const Descriptor& file) {
    ::lseek(file.get(), 0, SEEK_SET);
    return Descriptor{::dup(file.get())};
}

/// A sine of 1000 Hz, half of full scale, in every channel.
Descriptor sine_file(int format, int rate, int channels, double seconds) {
    Descriptor file = memory_file();
    SF_INFO info{};
    info.format = format;
    info.samplerate = rate;
    info.channels = channels;
    SNDFILE* out = ::sf_open_fd(::dup(file.get()), SFM_WRITE, &info, SF_TRUE);
    EXPECT_NE(out, nullptr) << ::sf_strerror(nullptr);
    if (out == nullptr) return file;
    std::vector<float> samples;
    for (int i = 0; i < static_cast<int>(seconds * rate); ++i) {
        const double value = 0.5 * std::sin(2 * std::numbers::pi * 1'000 * i / rate);
        samples.insert(samples.end(), static_cast<std::size_t>(channels), static_cast<float>(value));
    }
    ::sf_writef_float(out, samples.data(), static_cast<sf_count_t>(samples.size()) / channels);
    ::sf_close(out);
    return same_file(file);
}

Descriptor file_of(std::string_view bytes) {
    Descriptor file = memory_file();
    EXPECT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return same_file(file);
}

std::string bytes_of(const Descriptor& file) {
    std::string bytes(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(file.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return bytes;
}

/// All of it; at most a minute.
std::vector<float> all_of(SoundFile& file, SoundFile::Read* last = nullptr) {
    std::vector<float> samples;
    audio::Frame frame;
    SoundFile::Read read = file.next(frame);
    for (; read == SoundFile::Read::frame && samples.size() < 60 * 48'000; read = file.next(frame))
        samples.insert(samples.end(), frame.samples().begin(), frame.samples().end());
    if (last != nullptr) *last = read;
    return samples;
}

double level_of(std::span<const float> samples) {
    double power = 0;
    for (const float sample : samples) power += static_cast<double>(sample) * sample;
    return 10 * std::log10(power / static_cast<double>(samples.size()) / 0.125);
}

struct FormatCase {
    const char* name;
    int format;
    int rate;
    int channels;
};

const FormatCase kFormatCases[] = {
    {"WAV 8 kHz mono", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8'000, 1},
    {"WAV 192 kHz stereo", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 192'000, 2},
    {"WAV 24 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48'000, 2},
    {"A-law", SF_FORMAT_WAV | SF_FORMAT_ALAW, 8'000, 1},
    {"u-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8'000, 2},
    {"FLAC 44.1 kHz", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44'100, 2},
    {"Ogg Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48'000, 2},
    {"Ogg Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 22'050, 1},
    {"MP3 44.1 kHz stereo", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44'100, 2},
    {"MP3 16 kHz mono", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16'000, 1},
};

TEST(SoundFile, EveryFormatSoundsAsItDid) {
    for (const FormatCase& c : kFormatCases) {
        SCOPED_TRACE(c.name);
        auto file = SoundFile::open(sine_file(c.format, c.rate, c.channels, 1.0), "", 0);
        ASSERT_TRUE(file) << file.error();
        SoundFile::Read last{};
        const auto samples = all_of(*file, &last);
        EXPECT_EQ(last, SoundFile::Read::end);
        EXPECT_NEAR(static_cast<double>(samples.size()), 48'000, 4'800) << "an encoder may pad";
        const std::span middle = std::span{samples}.subspan(9'600, 24'000);
        EXPECT_GT(audio::power_share(middle, SampleRate::k48000, 1'000), 0.98);
        EXPECT_NEAR(level_of(middle), 0, 0.3);
    }
}

TEST(SoundFile, RepeatsWithoutAGap) {
    const Descriptor wav = sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44'100, 1, 0.5);
    for (const auto& [repeat, passes] : {std::pair{0, 1}, {1, 1}, {3, 3}}) {
        auto file = SoundFile::open(same_file(wav), "", repeat);
        ASSERT_TRUE(file);
        const auto samples = all_of(*file);
        EXPECT_NEAR(static_cast<double>(samples.size()), passes * 24'000.0, 960);
        for (std::size_t at = 2'400; at + 4'800 < samples.size(); at += 2'400)
            EXPECT_GT(audio::power_share(std::span{samples}.subspan(at, 2'400), SampleRate::k48000, 1'000),
                      0.98);
    }
    auto endless = SoundFile::open(same_file(wav), "", -7);
    ASSERT_TRUE(endless);
    EXPECT_GE(all_of(*endless).size(), 60U * 48'000);
}

TEST(SoundFile, RawSamplesAreWhatTheirTypeSays) {
    std::string bytes;
    for (int i = 0; i < 8'000; ++i) {
        const auto value =
            static_cast<std::int16_t>(16'384 * std::sin(2 * std::numbers::pi * 1'000 * i / 8'000));
        bytes += static_cast<char>(value & 0xff);
        bytes += static_cast<char>(value >> 8);
    }
    for (const char* type : {"audio/l16;rate=8000", "audio/PCM; rate=8000; channels=1", "audio/pcm"}) {
        const bool at_16 = std::string{type} == "audio/pcm";
        auto file = SoundFile::open(file_of(bytes), type, 0);
        ASSERT_TRUE(file) << type;
        const auto samples = all_of(*file);
        EXPECT_EQ(samples.size(), at_16 ? 24'000U : 48'000U);
        const std::span middle = std::span{samples}.subspan(4'800, 14'400);
        EXPECT_GT(audio::power_share(middle, SampleRate::k48000, at_16 ? 2'000 : 1'000), 0.98);
        EXPECT_NEAR(level_of(middle), 0, 0.1);
    }
    for (const char* type : {"audio/l16;rate=1", "audio/l16;rate=x", "audio/l16;rate=999999999999"})
        EXPECT_FALSE(SoundFile::open(file_of(bytes), type, 0)) << type;
}

TEST(SoundFile, StereoBecomesTheMeanOfBoth) {
    Descriptor wav = memory_file();
    SF_INFO info{};
    info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    info.samplerate = 48'000;
    info.channels = 2;
    SNDFILE* out = ::sf_open_fd(::dup(wav.get()), SFM_WRITE, &info, SF_TRUE);
    std::vector<float> samples;
    for (int i = 0; i < 9'600; ++i) samples.insert(samples.end(), {0.5F, -0.25F});
    samples[9'600] = std::numeric_limits<float>::quiet_NaN();
    ::sf_writef_float(out, samples.data(), 9'600);
    ::sf_close(out);
    auto file = SoundFile::open(same_file(wav), "", 0);
    ASSERT_TRUE(file);
    const auto heard = all_of(*file);
    EXPECT_NEAR(heard[1'920], 0.125F, 1e-3F);
    for (const float sample : heard) ASSERT_TRUE(std::isfinite(sample));
}

TEST(SoundFile, WhatIsNoSoundIsSaid) {
    const Descriptor wav = sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44'100, 1, 0.1);
    const Descriptor six = sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44'100, 6, 0.1);
    const Descriptor slow = sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 4'000, 1, 0.1);
    EXPECT_FALSE(SoundFile::open(file_of(""), "", 0));
    EXPECT_FALSE(SoundFile::open(file_of("<html>no sound</html>"), "audio/mpeg", 0));
    EXPECT_FALSE(SoundFile::open(file_of(bytes_of(wav).substr(0, 20)), "", 0));
    EXPECT_EQ(SoundFile::open(same_file(six), "", 0).error(), "neither mono nor stereo");
    EXPECT_EQ(SoundFile::open(same_file(slow), "", 0).error(), "sample rate not from 8000 to 192000 Hz");

    auto silent = SoundFile::open(sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44'100, 1, 0), "", -1);
    ASSERT_TRUE(silent);
    audio::Frame frame;
    EXPECT_EQ(silent->next(frame), SoundFile::Read::broken);
    EXPECT_EQ(silent->next(frame), SoundFile::Read::broken);
    EXPECT_EQ(silent->why(), "no sound in the file");
}

/// Waits until the queue has ended, as a player would; how many frames came.
std::size_t drain(engine::FrameQueue& queue, boost::asio::io_context& context) {
    std::size_t frames = 0;
    audio::Frame frame;
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!queue.ended() && std::chrono::steady_clock::now() < limit) {
        while (queue.pop(frame)) ++frames;
        boost::asio::steady_timer tick{context, 5ms};
        tick.async_wait([](const auto&) {});
        context.run_one_for(20ms);
        context.restart();
    }
    EXPECT_TRUE(queue.ended());
    return frames;
}

TEST(OpenSounds, EachHasAFewFramesBeforeAnyHasMore) {
    OpenSounds sounds;
    std::array<std::shared_ptr<engine::FrameQueue>, 5> queues;
    for (auto& queue : queues) {
        queue = std::make_shared<engine::FrameQueue>();
        sounds.add({sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44'100, 2, 1), "", -1, queue});
    }
    const auto each = [&](std::size_t frames) {
        for (const auto& queue : queues) EXPECT_EQ(queue->waiting(), frames);
    };
    for (std::size_t visit = 0; visit < queues.size(); ++visit) EXPECT_TRUE(sounds.visit(32));
    each(OpenSounds::kFramesAVisit);
    while (sounds.visit(16)) {
    }
    each(16);

    audio::Frame frame;
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(queues[3]->pop(frame));
    EXPECT_TRUE(sounds.visit(32));
    EXPECT_EQ(queues[3]->waiting(), 13 + OpenSounds::kFramesAVisit) << "it had the fewest";
    queues[3]->abandon();
    EXPECT_FALSE(sounds.visit(16));
    EXPECT_EQ(sounds.size(), 4U);
}

TEST(SoundDecoder, FillsQueuesAsTheyAreEmptied) {
    boost::asio::io_context context;
    SoundDecoder decoder;
    std::array<std::shared_ptr<engine::FrameQueue>, 3> queues;
    for (auto& queue : queues) {
        queue = std::make_shared<engine::FrameQueue>();
        decoder.decode({sine_file(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44'100, 2, 1), "", 2, queue});
    }
    for (auto& queue : queues) {
        EXPECT_NEAR(static_cast<double>(drain(*queue, context)), 100, 2);
        EXPECT_EQ(queue->failure(), "");
    }
    const auto bad = std::make_shared<engine::FrameQueue>();
    decoder.decode({file_of("no sound"), "", 0, bad});
    EXPECT_EQ(drain(*bad, context), 0U);
    EXPECT_TRUE(bad->failure().starts_with("not a sound file")) << bad->failure();
}

TEST(SoundDecoder, ItsEndIsTheEndOfWhatItHasNotDone) {
    const auto endless = std::make_shared<engine::FrameQueue>();
    const auto left = std::make_shared<engine::FrameQueue>();
    {
        SoundDecoder decoder;
        decoder.decode({sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48'000, 1, 1), "", -1, endless});
        left->abandon();
        decoder.decode({sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48'000, 1, 1), "", -1, left});
    }
    audio::Frame frame;
    while (endless->pop(frame)) {
    }
    EXPECT_TRUE(endless->ended());
    EXPECT_EQ(endless->failure(), "the server is shutting down");
}

/// A server with sounds on it, and who fetches them.
struct Fetching {
    explicit Fetching(SoundFetchLimits limits = {}, std::string directory = "/tmp")
        : server(context, handlers(), {}), fetcher(client, decoder, std::move(directory), limits) {
        bound = *server.listen(*Endpoint::parse("127.0.0.1:0"));
    }
    HttpHandlers handlers() {
        HttpHandlers handlers;
        handlers.handle = [this](const api::Request& request, const HttpHandlers::Respond& respond) {
            const bool there = request.target == "/sine.wav";
            respond({there ? api::Status::ok : api::Status::not_found, "audio/wav", there ? wav : "", {}});
            return HttpHandlers::Cancel{};
        };
        handlers.refuse = [](api::Status status, const std::string&) {
            return api::Response{status, "", "", {}};
        };
        return handlers;
    }
    std::shared_ptr<engine::FrameQueue> fetch(const std::string& url) {
        auto queue = std::make_shared<engine::FrameQueue>();
        cancel = fetcher.fetch({url, "", 0, queue});
        return queue;
    }
    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://" + bound.to_string() + path;
    }

    std::string wav = bytes_of(sine_file(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48'000, 1, 1));
    boost::asio::io_context context;
    HttpServer server;
    HttpClient client{context};
    SoundDecoder decoder;
    SoundFetcher fetcher;
    Endpoint bound;
    std::function<void()> cancel;
};

TEST(SoundFetcher, WhatIsFetchedIsHeard) {
    Fetching world;
    const auto queue = world.fetch(world.url("/sine.wav"));
    EXPECT_EQ(drain(*queue, world.context), 50U);
    EXPECT_EQ(queue->failure(), "");
    world.cancel();
}

TEST(SoundFetcher, WhatCannotBeFetchedIsSaid) {
    Fetching world({.bytes = 1'000});
    const auto failure = [&](const std::string& url) {
        const auto queue = world.fetch(url);
        EXPECT_EQ(drain(*queue, world.context), 0U);
        return queue->failure();
    };
    EXPECT_EQ(failure(world.url("/other.wav")), "cannot be fetched: HTTP status 404");
    EXPECT_TRUE(failure(world.url("/sine.wav")).starts_with("cannot be fetched: ")) << "it is too large";
    for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/a", "not a url", "http://127.0.0.1:1/a"})
        EXPECT_TRUE(failure(url).starts_with("cannot be fetched: ")) << url;
    Fetching nowhere({}, "/does/not/exist");
    const auto queue = nowhere.fetch(nowhere.url("/sine.wav"));
    EXPECT_FALSE(queue->ended()) << "the thread that asks looks at no disk";
    drain(*queue, nowhere.context);
    EXPECT_EQ(queue->failure(), "cannot be fetched: file (no temporary file: No such file or directory)");
}

}  // namespace
}  // namespace legroom::io
