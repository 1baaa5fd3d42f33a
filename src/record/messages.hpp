#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "record/packet_tape.hpp"
#include "record/tape.hpp"
#include "record/wav.hpp"

/// What control and the thread that writes say to each other. Plain values.
namespace legroom::record {

enum class RecordingId : std::uint64_t {};

/// Make a file; answered by Opened or NotOpened. After Opened its tape is written down as it goes, until it
/// is closed: then the file gets its name, and Finished comes. A closed tape with nothing on it leaves no
/// file.
struct Open {
    RecordingId id{};
    std::string name;  ///< Of the file, without a directory. Bad characters are the caller's to refuse.
    std::string multi_channel_name;  ///< Of the file of all tracks; "": no tracks.
    WavFormat format;
    std::shared_ptr<Tape> tape;
};
/// Make a file of a sender's packets; answered like Open.
struct OpenPackets {
    RecordingId id{};
    std::string name;          ///< As Open's.
    std::uint32_t serial = 0;  ///< Random: tells its stream from others.
    std::shared_ptr<PacketTape> tape;
};
/// One more channel of the second file. Its tape need not be closed.
struct AddTrack {
    RecordingId id{};
    std::string key;  ///< Whose it is.
    std::shared_ptr<Tape> tape;
};
using Order = std::variant<Open, OpenPackets, AddTrack>;

/// It can be recorded. `file` is the whole name it will have.
struct Opened {
    RecordingId id{};
    std::string file;
};
struct NotOpened {
    RecordingId id{};
    bool name_taken = false;
    std::string why;  ///< Otherwise: what the system says.
};
struct Track {
    std::string key;
    std::size_t channel = 0;
    std::chrono::milliseconds start{};
    std::chrono::milliseconds end{};
};
struct Finished {
    RecordingId id{};
    std::string file;   ///< "": nothing was recorded.
    std::string error;  ///< What ended it before its time, or took its end away; "": nothing.
    std::string multi_channel_file;
    std::vector<Track> tracks;
    std::vector<std::string> omitted;  ///< Keys of tracks that could not be kept.
    std::uint64_t dropped = 0;         ///< Pieces of 20 ms that the disk was too slow for.
};
/// A file that an earlier run of the program left unfinished has its name now, and plays to its end.
struct Recovered {
    std::string file;
};
using Report = std::variant<Opened, NotOpened, Finished, Recovered>;

}  // namespace legroom::record
