#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "io/mended.hpp"
#include "io/staging_file.hpp"
#include "record/rate_converter.hpp"
#include "record/tape.hpp"
#include "record/wav.hpp"

namespace legroom::io {

/// A tape, written down as WAV. As long as the tape at every moment; what the tape does not have is silence,
/// which costs no disk. Playable whenever the program should end: the header is behind by a second at most,
/// and the next start mends that.
class WavFile {
public:
    static Result<WavFile> create(const std::string& directory, const std::string& name,
                                  const record::WavFormat& format, std::shared_ptr<record::Tape> tape);

    /// Writes what has come since. After an error there is no use in another call.
    error_code drain();
    /// Nothing will come any more, and all of it is written.
    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] bool empty() const { return frames_ == 0; }
    [[nodiscard]] std::uint64_t dropped() const { return tape_->dropped(); }  ///< Of the tape, in 20 ms.
    [[nodiscard]] const record::Tape& tape() const { return *tape_; }
    [[nodiscard]] const record::WavFormat& format() const { return format_; }

    /// Gives it its name; an empty one goes away and has none.
    Result<std::string> publish();
    StagingFile take_file() { return std::move(file_); }  ///< For who makes something else of it.

private:
    WavFile(StagingFile file, const record::WavFormat& format, std::shared_ptr<record::Tape> tape);

    error_code take(const record::Piece& piece);
    error_code convert(const record::Piece& piece);
    error_code flush();
    error_code write_header();
    [[nodiscard]] std::uint64_t offset_of(std::uint64_t frame) const {
        return record::kWavHeaderBytes + frame * format_.frame_bytes();
    }

    StagingFile file_;
    record::WavFormat format_;
    std::shared_ptr<record::Tape> tape_;
    std::vector<record::RateConverter> converters_;  ///< One a channel, while the rates differ.
    std::vector<std::int16_t> waiting_;              ///< From frame waiting_at_ on, not written yet.
    std::uint64_t waiting_at_ = 0;
    std::uint64_t frames_ = 0;  ///< Of each channel, so far.
    std::uint64_t frames_in_header_ = 0;
    bool complete_ = false;
};

/// Makes a file that was left playable: cuts what is no whole frame and writes the length into the header.
Mended mend_wav(StagingFile& file);

}  // namespace legroom::io
