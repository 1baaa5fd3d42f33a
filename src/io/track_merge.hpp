#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/staging_file.hpp"
#include "record/wav.hpp"

namespace legroom::io {

/// Makes one file of several mono ones of the same rate, a channel each, all beginning at the same time. A
/// stretch at a time, so that whoever does it can look after recordings in between.
class TrackMerge {
public:
    /// `frames`: how long the file shall be at least; shorter tracks end in silence. The tracks begin with a
    /// header of ours, and go away when the whole is published; until then they stay, whatever happens.
    static Result<TrackMerge> begin(const std::string& directory, const std::string& name, SampleRate rate,
                                    std::uint64_t frames, std::vector<StagingFile> tracks);

    error_code step();  ///< After an error there is no use in another one.
    [[nodiscard]] bool done() const { return done_ >= frames_; }
    Result<std::string> publish();
    void give_up() { out_.discard(); }  ///< The tracks stay.

private:
    TrackMerge(StagingFile out, SampleRate rate, std::uint64_t frames, std::vector<StagingFile> tracks);

    error_code read(std::size_t channel, std::size_t count);

    StagingFile out_;
    record::WavFormat format_;
    std::uint64_t frames_;
    std::uint64_t done_ = 0;
    std::vector<StagingFile> tracks_;
    std::vector<std::uint8_t> one_;    ///< A stretch of one track,
    std::vector<std::uint8_t> whole_;  ///< and of all.
};

}  // namespace legroom::io
