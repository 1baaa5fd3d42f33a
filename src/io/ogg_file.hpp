#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/mended.hpp"
#include "io/staging_file.hpp"
#include "record/ogg_opus.hpp"

namespace legroom::io {

/// A tape of a sender's packets, written down as Ogg/Opus. The file is behind the tape by a page and a drain,
/// 0.6 s; whenever the program should end, the next start makes it playable up to there.
class OggFile {
public:
    static Result<OggFile> create(const std::string& directory, const std::string& name, std::uint32_t serial,
                                  std::shared_ptr<record::PacketTape> tape);

    /// Writes what has come since. After an error there is no use in another call.
    error_code drain();
    /// Nothing will come any more, and all of it is written.
    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] std::uint64_t dropped() const;  ///< Of the tape, in 20 ms.

    /// Gives it its name; an empty one goes away and has none. What a full disk has taken in part is cut.
    Result<std::string> publish();

private:
    OggFile(StagingFile file, std::uint32_t serial, std::shared_ptr<record::PacketTape> tape);

    error_code write();

    StagingFile file_;
    record::OggOpusWriter writer_;
    std::shared_ptr<record::PacketTape> tape_;
    std::uint64_t written_ = 0;  ///< Bytes.
    bool broken_ = false;
    bool complete_ = false;
};

/// Makes a file that was left playable: cuts what is no whole page and makes the last one the end.
Mended mend_ogg(StagingFile& file);

}  // namespace legroom::io
