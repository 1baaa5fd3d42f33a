#include "io/sound_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <samplerate.h>
#include <sndfile.h>
#include <span>
#include <utility>
#include <vector>

#include "audio/gain.hpp"

namespace legroom::io {
namespace {

constexpr int kMinRate = 8'000;
constexpr int kMaxRate = 192'000;
constexpr int kRawRate = 16'000;
constexpr std::size_t kBlock = 2'048;  ///< Frames decoded at a time.

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

/// "audio/l16; rate=8000": 8000. 0: not a rate.
int rate_of(std::string_view type) {
    const auto at = type.find("rate=");
    if (at == std::string_view::npos) return kRawRate;
    int rate = 0;
    const char* from = type.data() + at + 5;
    std::from_chars(from, type.data() + type.size(), rate);
    return rate;
}

/// What nothing in the file tells. Empty: it tells by itself.
SF_INFO format_of(std::string_view mime_type) {
    SF_INFO info{};
    const std::string type = lower(mime_type);
    if (!type.starts_with("audio/pcm") && !type.starts_with("audio/l16")) return info;
    info.format = SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE;
    info.channels = 1;
    info.samplerate = rate_of(type);
    return info;
}

Result<SoundFile, std::string> refusal(std::string why) {
    return {boost::system::in_place_error, std::move(why)};
}

}  // namespace

struct SoundFile::Impl {
    struct CloseSound {
        void operator()(SNDFILE* opened) const { ::sf_close(opened); }
    };
    struct DeleteResampler {
        void operator()(SRC_STATE* state) const { ::src_delete(state); }
    };

    std::unique_ptr<SNDFILE, CloseSound> file;
    std::unique_ptr<SRC_STATE, DeleteResampler> resampler;
    int channels = 1;
    double ratio = 1;              ///< Of samples out to samples in.
    std::int64_t passes_left = 0;  ///< After this one; negative: without end.
    bool heard_in_this_pass = false;
    bool drained = false;  ///< No more will come of the file.
    bool over = false;
    std::string why;

    std::vector<float> interleaved;
    std::vector<float> mono;  ///< Decoded, from `used` on not resampled yet.
    std::size_t used = 0;
    audio::Frame frame;
    std::size_t filled = 0;  ///< Samples of it.

    Read next(audio::Frame& out);
    bool decode();
    bool rewind();
    void mix_down(std::size_t frames);
    bool resample();
    bool fail(std::string reason) {
        why = std::move(reason);
        over = true;
        return false;
    }
};

SoundFile::SoundFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SoundFile::~SoundFile() = default;
SoundFile::SoundFile(SoundFile&& other) noexcept = default;
SoundFile& SoundFile::operator=(SoundFile&& other) noexcept = default;

Result<SoundFile, std::string> SoundFile::open(Descriptor file, std::string_view mime_type,
                                               std::int64_t repeat) {
    SF_INFO info = format_of(mime_type);
    if (info.format != 0 && (info.samplerate < kMinRate || info.samplerate > kMaxRate))
        return refusal("the media type says no sample rate of 8000 to 192000 Hz");
    auto impl = std::make_unique<Impl>();
    impl->file.reset(::sf_open_fd(file.release(), SFM_READ, &info, SF_TRUE));
    if (!impl->file) return refusal(std::string{"not a sound file: "} + ::sf_strerror(nullptr));
    if (info.channels < 1 || info.channels > 2) return refusal("neither mono nor stereo");
    if (info.samplerate < kMinRate || info.samplerate > kMaxRate)
        return refusal("sample rate not from 8000 to 192000 Hz");
    int error = 0;
    impl->resampler.reset(::src_new(SRC_SINC_FASTEST, 1, &error));
    if (!impl->resampler) return refusal(::src_strerror(error));
    impl->channels = info.channels;
    impl->ratio = static_cast<double>(hz(impl->frame.rate)) / info.samplerate;
    impl->passes_left = repeat < 0 ? -1 : std::max<std::int64_t>(repeat, 1) - 1;
    impl->interleaved.resize(kBlock * static_cast<std::size_t>(info.channels));
    return SoundFile{std::move(impl)};
}

SoundFile::Read SoundFile::next(audio::Frame& out) { return impl_->next(out); }
const std::string& SoundFile::why() const { return impl_->why; }

SoundFile::Read SoundFile::Impl::next(audio::Frame& out) {
    while (!over && filled < frame.samples().size()) {
        if (used == mono.size() && !drained && !decode()) break;
        if (!resample()) break;
    }
    if (!why.empty()) return Read::broken;
    if (filled == 0) return Read::end;
    std::ranges::fill(frame.samples().subspan(filled), 0.0F);
    filled = 0;
    out = frame;
    return Read::frame;
}

/// The next block of the file, or of its next pass. False: it is broken.
bool SoundFile::Impl::decode() {
    mono.clear();
    used = 0;
    const sf_count_t got = ::sf_readf_float(file.get(), interleaved.data(), static_cast<sf_count_t>(kBlock));
    if (got > 0) {
        heard_in_this_pass = true;
        mix_down(static_cast<std::size_t>(got));
        return true;
    }
    if (::sf_error(file.get()) != SF_ERR_NO_ERROR) return fail(::sf_strerror(file.get()));
    return rewind();
}

/// The passes follow each other without a gap. False: the file is broken, or has nothing in it.
bool SoundFile::Impl::rewind() {
    if (!std::exchange(heard_in_this_pass, false)) return fail("no sound in the file");
    drained = passes_left == 0;
    if (drained) return true;
    if (passes_left > 0) --passes_left;
    if (::sf_seek(file.get(), 0, SEEK_SET) != 0) return fail("cannot be played again from its beginning");
    return true;
}

/// Both channels at half: a voice that is in both is as loud as it was in each.
void SoundFile::Impl::mix_down(std::size_t frames) {
    mono.resize(frames);
    if (channels == 1) {
        std::copy_n(interleaved.begin(), frames, mono.begin());
    } else {
        for (std::size_t i = 0; i < frames; ++i) mono[i] = (interleaved[2 * i] + interleaved[2 * i + 1]) / 2;
    }
    for (float& sample : mono) sample = audio::clip(sample);  // NaN would stay in the resampler for good
}

/// From `mono` into the frame. False: nothing will come any more.
bool SoundFile::Impl::resample() {
    const auto to = frame.samples().subspan(filled);
    SRC_DATA data{};
    data.data_in = mono.data() + used;
    data.input_frames = static_cast<long>(mono.size() - used);
    data.data_out = to.data();
    data.output_frames = static_cast<long>(to.size());
    data.end_of_input = drained ? 1 : 0;
    data.src_ratio = ratio;
    if (const int error = ::src_process(resampler.get(), &data); error != 0)
        return fail(::src_strerror(error));
    used += static_cast<std::size_t>(data.input_frames_used);
    audio::clip(to.first(static_cast<std::size_t>(data.output_frames_gen)));
    filled += static_cast<std::size_t>(data.output_frames_gen);
    if (drained && used == mono.size() && data.output_frames_gen == 0) over = true;
    return !over;
}

}  // namespace legroom::io
