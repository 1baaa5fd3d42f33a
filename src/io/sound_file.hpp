#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "audio/frame.hpp"
#include "base/result.hpp"
#include "io/descriptor.hpp"

namespace legroom::io {

/// A sound file as 20 ms mono frames at 48 kHz, decoded as they are asked for: whatever its length, no more
/// than a block of it is in memory. WAV, MP3, FLAC, Ogg (Opus, Vorbis) and whatever else libsndfile reads, by
/// what is in the file; or raw 16-bit little-endian mono samples, which nothing but their media type tells.
/// One or two channels, 8 to 192 kHz. Waits for the disk; no thread of its own, not thread-safe.
class SoundFile {
public:
    /// `mime_type`: "" = unknown; "audio/pcm" and "audio/l16", perhaps with `;rate=N`, are raw samples (16000
    /// Hz unless it says). `repeat`: 0 and 1 once, N times, negative for ever. Otherwise a short text about
    /// what is wrong.
    static Result<SoundFile, std::string> open(Descriptor file, std::string_view mime_type,
                                               std::int64_t repeat);
    ~SoundFile();
    SoundFile(SoundFile&& other) noexcept;
    SoundFile& operator=(SoundFile&& other) noexcept;

    enum class Read : std::uint8_t {
        frame,   ///< One more; the last is filled up with silence.
        end,     ///< All repeats are over. Stays so.
        broken,  ///< What is in the file cannot be decoded; why() says more. Likewise.
    };
    Read next(audio::Frame& out);
    [[nodiscard]] const std::string& why() const;

private:
    struct Impl;
    explicit SoundFile(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::io
