#include "io/track_merge.hpp"

#include <algorithm>
#include <utility>

namespace legroom::io {
namespace {

constexpr std::size_t kStepFrames = 4'096;
constexpr std::size_t kSampleBytes = 2;

}  // namespace

TrackMerge::TrackMerge(StagingFile out, SampleRate rate, std::uint64_t frames,
                       std::vector<StagingFile> tracks)
    : out_(std::move(out)),
      format_{rate, static_cast<std::uint16_t>(tracks.size())},
      frames_(frames),
      tracks_(std::move(tracks)) {}

Result<TrackMerge> TrackMerge::begin(const std::string& directory, const std::string& name, SampleRate rate,
                                     std::uint64_t frames, std::vector<StagingFile> tracks) {
    for (const StagingFile& track : tracks) {
        const auto size = track.size();
        if (size && *size > record::kWavHeaderBytes)
            frames = std::max(frames, (*size - record::kWavHeaderBytes) / kSampleBytes);
    }
    auto out = StagingFile::create(directory, name);
    if (!out) return out.error();
    TrackMerge merge{std::move(*out), rate, frames, std::move(tracks)};
    const auto header = record::wav_header(merge.format_, frames * merge.format_.frame_bytes());
    if (const auto error = merge.out_.write_at(0, header)) {
        merge.give_up();
        return error;
    }
    return merge;
}

error_code TrackMerge::step() {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kStepFrames, frames_ - done_));
    whole_.assign(count * format_.frame_bytes(), 0);
    for (std::size_t channel = 0; channel < tracks_.size(); ++channel) {
        if (const auto error = read(channel, count)) return error;
    }
    const std::uint64_t at = record::wav_header_bytes(format_) + done_ * format_.frame_bytes();
    if (const auto error = out_.write_at(at, whole_)) return error;
    done_ += count;
    return {};
}

error_code TrackMerge::read(std::size_t channel, std::size_t count) {
    one_.resize(count * kSampleBytes);
    const auto got = tracks_[channel].read_at(record::kWavHeaderBytes + done_ * kSampleBytes, one_);
    if (!got) return got.error();
    for (std::size_t i = 0; i + 1 < *got; i += kSampleBytes) {
        const std::size_t at = i / kSampleBytes * format_.frame_bytes() + channel * kSampleBytes;
        whole_[at] = one_[i];
        whole_[at + 1] = one_[i + 1];
    }
    return {};
}

Result<std::string> TrackMerge::publish() {
    auto published = out_.publish();
    if (!published) return published;
    for (StagingFile& track : tracks_) track.discard();
    return published;
}

}  // namespace legroom::io
