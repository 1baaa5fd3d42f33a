#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "engine/messages.hpp"
#include "engine/tap.hpp"

namespace legroom::engine {

/// What a shard records. Legs and rooms fill taps in the course of a tick; at its end each recording puts its
/// own on its tapes. All tapes of a recording begin at the same tick and count every one after it: silence, a
/// pause, a tick that was late, skipped or lost in a fault take as long on the tape as outside. Allocates
/// when a recording begins, never in a tick; a full tape loses what it cannot take and no time.
class Recorder {
public:
    /// nullptr: the id is in use already.
    LegTap* add(const RecordLeg& command);
    PacketTap* add(const RecordPackets& command);
    MixTap* add(const RecordRoom& command);
    /// nullptr: there is no such recording (any more).
    LegTap* add(const RecordTrack& command);
    void remove(const LeaveTrack& command);
    void pause(const PauseRecording& command);

    /// What was recorded, so that it can be told. The tapes are closed.
    struct Ended {
        LegId leg;                  ///< Of a leg's recording.
        RoomId room;                ///< Of a room's,
        std::vector<LegId> tracks;  ///< and who is on tracks of it.
    };
    std::optional<Ended> remove(record::RecordingId id);
    std::vector<record::RecordingId> of(const LegId& leg) const;
    std::vector<record::RecordingId> of(const RoomId& room) const;

    /// The tick is over: puts on tape what the taps have, and empties them.
    void finish_tick();
    /// So many ticks will not be.
    void skip(std::uint64_t ticks);

    [[nodiscard]] std::size_t count() const { return recordings_.size(); }

private:
    struct TrackTap {
        LegId leg;
        LegTap tap;
        std::shared_ptr<record::Tape> tape;
        bool here = true;
    };
    struct Recording {
        LegId leg;
        RoomId room;
        LegTap tap;
        MixTap mix;
        std::optional<PacketTap> packet_tap;
        std::shared_ptr<record::Tape> tape;  ///< One of the two.
        std::shared_ptr<record::PacketTape> packets;
        std::vector<std::unique_ptr<TrackTap>> tracks;  ///< Legs point into them.
        bool paused = false;
        bool begun = false;
        std::uint64_t ticks = 0;

        [[nodiscard]] record::TapeEnds& ends() const;
    };

    Recording* start(record::RecordingId id, const std::shared_ptr<record::Tape>& tape);
    Recording* start(record::RecordingId id, const std::shared_ptr<record::PacketTape>& tape);
    Recording* start(record::RecordingId id, std::unique_ptr<Recording> recording);
    static bool something_arrived(const Recording& recording);
    static void put(const Recording& recording);
    static void put_packets(const Recording& recording, record::Position at);
    static void put_leg(const Recording& recording, record::Position at);
    static void advance(Recording& recording, std::uint64_t ticks);
    static void empty_taps(Recording& recording);

    std::unordered_map<record::RecordingId, std::unique_ptr<Recording>> recordings_;
};

}  // namespace legroom::engine
