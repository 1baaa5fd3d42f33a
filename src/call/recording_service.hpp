#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/error.hpp"
#include "call/event.hpp"
#include "call/event_gates.hpp"
#include "call/subject.hpp"
#include "call/switchboard.hpp"
#include "record/messages.hpp"

namespace legroom::call {

struct NewRecording {
    std::string storage;         ///< "" or "file": in the directory. Others are not kept by this server.
    std::string filename;        ///< "" = one of ours, by date and time.
    bool multi_channel = false;  ///< A room's: a second file with a channel for each participant.
    /// "" or "wav"; "ogg": of a leg, its peer's Opus packets as they come, wherever it is and whatever it
    /// hears.
    std::string format = {};
};

struct RecordingConfig {
    /// "20260203_040506", local time: how files are called that nobody named.
    std::function<std::string()> stamp = [] { return std::string{}; };
};

/// How a start ended: `error` is none, and `file` the whole name the file will have; or why there is none.
struct StartedRecording {
    error_code error;
    std::string file;
    std::string why;  ///< With Error::recording_unwritable: what the system says.
};
using StartTaker = std::function<void(const StartedRecording&)>;
using StopTaker = std::function<void(const Result<RecordingFinished>&)>;

struct RecordingCounters {
    std::uint64_t started = 0;
    std::uint64_t refused = 0;         ///< Over kMaxRecordings or kMaxTapes.
    std::uint64_t failed = 0;          ///< Told of by `recording.error`.
    std::uint64_t recovered = 0;       ///< Files of an earlier run.
    std::uint64_t dropped_frames = 0;  ///< 20 ms each, silence in the file: the disk was too slow.
};

/// Recordings of legs and rooms (contract 02, 03). Decides and tells; what is heard is put on tapes by the
/// shard, and written elsewhere, by whoever takes the orders. A recording ends when it is stopped, when its
/// leg ends, when its room has nobody left or is deleted, or when it cannot be written; each start event has
/// its end, once the file is there. `leg.disconnected` and `room.deleted` wait for that, a bounded time.
///
/// Control thread only. `board`, whose attendant it is, and `random` must outlive the service.
class RecordingService {
public:
    /// Takes what is to be written. Called synchronously and in order; it may queue, but not lose.
    using OrderSink = std::function<void(record::Order)>;

    RecordingService(RecordingConfig config, Switchboard& board, Random& random, OrderSink orders);
    ~RecordingService();
    RecordingService(const RecordingService&) = delete;
    RecordingService& operator=(const RecordingService&) = delete;

    /// Calls `taker` once: now if it is refused, or when the file has been made or could not be. A leg in a
    /// room is recorded in stereo, itself left and what it hears right, at the room's rate; one outside in
    /// mono at 48 kHz; a room as the sum of all that is said there. As ogg it is what the leg's peer sends.
    void start(const Subject& what, const NewRecording& wanted, StartTaker taker);
    /// Calls `taker` once: now with recording_not_found, or with what there is when it is a file.
    void stop(const Subject& what, StopTaker taker);
    /// Whether anything changed; recording_not_found.
    Result<bool> set_paused(Instant now, const Subject& what, bool paused);

    void handle(Instant now, const record::Report& report);
    /// Now and then: nothing waits longer than kMaxEventHold for a disk.
    void handle_timeout(Instant now) { board_.gates().handle_timeout(now); }

    [[nodiscard]] std::size_t count() const { return running_.size() + finishing_.size(); }
    [[nodiscard]] std::size_t tapes() const { return tapes_; }
    [[nodiscard]] const RecordingCounters& counters() const { return counters_; }

private:
    struct Recording {
        record::RecordingId id{};
        Scope scope;
        std::shared_ptr<record::Tape> tape;  ///< One of the two.
        std::shared_ptr<record::PacketTape> packets;
        bool multi_channel = false;
        bool open = false;  ///< The file is there, and the shard records.
        bool paused = false;
        StartTaker on_start;  ///< Until it is open.
        std::map<LegId, std::shared_ptr<record::Tape>> tracks;
        std::vector<LegId> omitted;
    };
    struct Finishing {
        Recording recording;
        StopTaker taker;
        std::optional<EventGates::GateId> gate;
    };
    using Running = std::map<Subject, Recording>;

    Result<record::WavFormat> format_of(const Subject& what) const;
    Error why_not_recorded(const Subject& what) const;
    error_code check(const Subject& what, const NewRecording& wanted);
    Recording make(const Subject& what, const NewRecording& wanted, const record::WavFormat& format);
    record::Order order_of(const Recording& recording, const std::string& filename,
                           const record::WavFormat& format);
    std::string name_of(const std::string& filename, std::string_view ending);
    void begin(Recording& recording);
    void add_track(Recording& recording, const LegId& leg);
    Finishing* end(const Subject& what);
    void end_with(const Subject& what, const std::set<LegId>& legs, const std::optional<RoomId>& room = {});

    void on_joined(const Leg& leg, const Room& room);
    void on_left(const Leg& leg, const Room& room);
    void on_room_ends(const Room& room);

    void on(Instant now, const record::Opened& report);
    void on(Instant now, const record::NotOpened& report);
    void on(Instant now, const record::Finished& report);
    void on(Instant now, const record::Recovered& report);
    Running::iterator find(record::RecordingId id);

    RecordingConfig config_;
    Switchboard& board_;
    Random& random_;
    OrderSink orders_;
    Running running_;
    std::map<record::RecordingId, Finishing> finishing_;  ///< Stopped, and not written to the end.
    std::size_t tapes_ = 0;
    std::uint64_t last_id_ = 0;
    RecordingCounters counters_;
};

}  // namespace legroom::call
