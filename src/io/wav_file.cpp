#include "io/wav_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace legroom::io {

// Samples go to the disk as they lie in memory.
static_assert(std::endian::native == std::endian::little);

namespace {

Bytes bytes_of(std::span<const std::int16_t> samples) {
    return {reinterpret_cast<const std::uint8_t*>(samples.data()), samples.size_bytes()};
}

std::uint64_t frames_in(std::uint64_t file_bytes, const record::WavFormat& format) {
    const std::size_t header = record::wav_header_bytes(format);
    return file_bytes <= header ? 0 : (file_bytes - header) / format.frame_bytes();
}

}  // namespace

WavFile::WavFile(StagingFile file, const record::WavFormat& format, std::shared_ptr<record::Tape> tape)
    : file_(std::move(file)), format_(format), tape_(std::move(tape)) {}

Result<WavFile> WavFile::create(const std::string& directory, const std::string& name,
                                const record::WavFormat& format, std::shared_ptr<record::Tape> tape) {
    auto file = StagingFile::create(directory, name);
    if (!file) return file.error();
    WavFile wav{std::move(*file), format, std::move(tape)};
    if (const auto error = wav.write_header()) {
        wav.file_.discard();
        return error;
    }
    return wav;
}

error_code WavFile::drain() {
    const bool closed = tape_->closed();
    const record::Position end = tape_->reached();
    while (const auto piece = tape_->front()) {
        if (!closed && piece->at >= end) break;
        if (const auto error = take(*piece)) return error;
        tape_->pop();
    }
    frames_ = std::max(frames_, record::samples_before(end, format_.rate));
    if (const auto error = flush()) return error;
    complete_ = closed;
    return {};
}

error_code WavFile::take(const record::Piece& piece) {
    const std::uint64_t at = record::samples_before(piece.at, format_.rate);
    if (at < frames_ || piece.samples.size() != format_.channels * samples_per_tick(piece.rate)) return {};
    if (at > frames_) {
        if (const auto error = flush()) return error;
        waiting_at_ = frames_ = at;
        converters_.clear();  // What they remember is not what came just before.
    }
    if (piece.rate != format_.rate) return convert(piece);
    converters_.clear();
    waiting_.insert(waiting_.end(), piece.samples.begin(), piece.samples.end());
    frames_ += samples_per_tick(format_.rate);
    return {};
}

error_code WavFile::convert(const record::Piece& piece) {
    if (converters_.empty() || converters_.front().from() != piece.rate)
        converters_.assign(format_.channels, record::RateConverter{piece.rate, format_.rate});
    const std::size_t before = waiting_.size();
    const std::size_t count = samples_per_tick(format_.rate);
    waiting_.resize(before + count * format_.channels);
    std::vector<std::int16_t> in(samples_per_tick(piece.rate));
    std::vector<std::int16_t> out(count);
    for (std::size_t channel = 0; channel < format_.channels; ++channel) {
        for (std::size_t i = 0; i < in.size(); ++i) in[i] = piece.samples[i * format_.channels + channel];
        converters_[channel].convert(in, out);
        for (std::size_t i = 0; i < count; ++i) waiting_[before + i * format_.channels + channel] = out[i];
    }
    frames_ += count;
    return {};
}

/// The file is as long as frames_ afterwards, whether or not the last of them were heard.
error_code WavFile::flush() {
    if (const auto error = file_.write_at(offset_of(waiting_at_), bytes_of(waiting_))) return error;
    const std::uint64_t written = waiting_at_ + waiting_.size() / format_.channels;
    waiting_.clear();
    waiting_at_ = frames_;
    if (written < frames_) {
        if (const auto error = file_.set_size(offset_of(frames_))) return error;
    }
    return frames_ >= frames_in_header_ + hz(format_.rate) ? write_header() : error_code{};
}

error_code WavFile::write_header() {
    const auto header = record::wav_header(format_, frames_ * format_.frame_bytes());
    frames_in_header_ = frames_;
    return file_.write_at(0, header);
}

Result<std::string> WavFile::publish() {
    // A disk that is full has taken less, maybe a part of a frame.
    if (const auto size = file_.size()) frames_ = std::min(frames_, frames_in(*size, format_));
    if (empty()) {
        file_.discard();
        return std::string{};
    }
    // Without these it is a second shorter for who believes its header; that is no reason to lose it.
    static_cast<void>(file_.set_size(offset_of(frames_)));
    static_cast<void>(write_header());
    return file_.publish();
}

Mended mend_wav(StagingFile& file) {
    std::array<std::uint8_t, record::kManyChannelsHeaderBytes> beginning{};
    const auto got = file.read_at(0, beginning);
    const auto size = file.size();
    if (!got || !size) return Mended::foreign;
    const auto format = record::read_wav_header(Bytes{beginning}.first(*got));
    if (!format) return *size == 0 ? Mended::empty : Mended::foreign;
    const std::uint64_t frames = frames_in(*size, *format);
    if (frames == 0) return Mended::empty;

    const std::uint64_t data = frames * format->frame_bytes();
    if (file.set_size(record::wav_header_bytes(*format) + data)) return Mended::foreign;
    if (file.write_at(0, record::wav_header(*format, data))) return Mended::foreign;
    return Mended::playable;
}

}  // namespace legroom::io
