#include "engine/recorder.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace legroom::engine {
namespace {

/// Left what is said, right what is heard; of what did not come, zeros.
std::span<const std::int16_t> interleave(const LegTap& tap, SampleRate rate,
                                         std::array<std::int16_t, 2 * audio::Frame::kMaxSamples>& out) {
    const auto whole = std::span{out}.first(2 * samples_per_tick(rate));
    const auto fill = [&](const TapChannel& channel, std::size_t side) {
        const bool sounds = channel.sounds() && channel.rate() == rate;
        for (std::size_t i = 0; i < samples_per_tick(rate); ++i)
            whole[2 * i + side] = sounds ? channel.samples()[i] : std::int16_t{0};
    };
    fill(tap.said, 0);
    fill(tap.heard, 1);
    return whole;
}

}  // namespace

record::TapeEnds& Recorder::Recording::ends() const {
    if (packets) return *packets;
    return *tape;
}

Recorder::Recording* Recorder::start(record::RecordingId id, const std::shared_ptr<record::Tape>& tape) {
    auto recording = std::make_unique<Recording>();
    recording->tape = tape;
    return start(id, std::move(recording));
}

Recorder::Recording* Recorder::start(record::RecordingId id,
                                     const std::shared_ptr<record::PacketTape>& tape) {
    auto recording = std::make_unique<Recording>();
    recording->packets = tape;
    recording->packet_tap.emplace();
    return start(id, std::move(recording));
}

Recorder::Recording* Recorder::start(record::RecordingId id, std::unique_ptr<Recording> recording) {
    const auto [place, fresh] = recordings_.try_emplace(id, std::move(recording));
    return fresh ? place->second.get() : nullptr;
}

LegTap* Recorder::add(const RecordLeg& command) {
    Recording* recording = start(command.recording, command.tape);
    if (recording == nullptr) return nullptr;
    recording->leg = command.leg;
    return &recording->tap;
}

PacketTap* Recorder::add(const RecordPackets& command) {
    Recording* recording = start(command.recording, command.tape);
    if (recording == nullptr) return nullptr;
    recording->leg = command.leg;
    return &*recording->packet_tap;
}

MixTap* Recorder::add(const RecordRoom& command) {
    Recording* recording = start(command.recording, command.tape);
    if (recording == nullptr) return nullptr;
    recording->room = command.room;
    return &recording->mix;
}

LegTap* Recorder::add(const RecordTrack& command) {
    const auto found = recordings_.find(command.recording);
    if (found == recordings_.end()) return nullptr;
    auto& tracks = found->second->tracks;
    const auto known =
        std::ranges::find_if(tracks, [&](const auto& one) { return one->tape == command.tape; });
    if (known == tracks.end()) {
        tracks.push_back(std::make_unique<TrackTap>(TrackTap{command.leg, {}, command.tape}));
        return &tracks.back()->tap;
    }
    (*known)->here = true;
    return &(*known)->tap;
}

void Recorder::remove(const LeaveTrack& command) {
    const auto found = recordings_.find(command.recording);
    if (found == recordings_.end()) return;
    for (const auto& track : found->second->tracks) {
        if (track->leg == command.leg) track->here = false;
    }
}

void Recorder::pause(const PauseRecording& command) {
    const auto found = recordings_.find(command.recording);
    if (found != recordings_.end()) found->second->paused = command.paused;
}

std::optional<Recorder::Ended> Recorder::remove(record::RecordingId id) {
    const auto found = recordings_.find(id);
    if (found == recordings_.end()) return std::nullopt;
    const Recording& recording = *found->second;
    Ended ended{recording.leg, recording.room, {}};
    for (const auto& track : recording.tracks) {
        track->tape->close();
        if (track->here) ended.tracks.push_back(track->leg);
    }
    recording.ends().close();  // Last: its end is that of all of them.
    recordings_.erase(found);
    return ended;
}

std::vector<record::RecordingId> Recorder::of(const LegId& leg) const {
    std::vector<record::RecordingId> found;
    for (const auto& [id, recording] : recordings_) {
        if (recording->room.value.empty() && recording->leg == leg) found.push_back(id);
    }
    return found;
}

std::vector<record::RecordingId> Recorder::of(const RoomId& room) const {
    std::vector<record::RecordingId> found;
    for (const auto& [id, recording] : recordings_) {
        if (recording->leg.value.empty() && recording->room == room) found.push_back(id);
    }
    return found;
}

void Recorder::finish_tick() {
    for (const auto& entry : recordings_) {
        Recording& recording = *entry.second;
        if (!recording.paused && something_arrived(recording)) recording.begun = true;
        if (recording.begun && !recording.paused) put(recording);
        advance(recording, 1);
        empty_taps(recording);
    }
}

void Recorder::skip(std::uint64_t ticks) {
    for (const auto& entry : recordings_) advance(*entry.second, ticks);
}

bool Recorder::something_arrived(const Recording& recording) {
    if (recording.packet_tap) return recording.packet_tap->has_packet();
    if (recording.mix.present || recording.tap.said.present() || recording.tap.heard.present()) return true;
    return std::ranges::any_of(recording.tracks, [](const auto& track) { return track->tap.said.present(); });
}

/// What is silent is not put: a tape knows silence by its place.
void Recorder::put(const Recording& recording) {
    const record::Position at = recording.ticks * record::kPositionsPerTick;
    if (recording.packet_tap) return put_packets(recording, at);
    put_leg(recording, at);
    if (recording.mix.present) {
        TapChannel whole;
        whole.take(recording.mix.frame);
        if (whole.sounds()) recording.tape->put({at, whole.rate(), whole.samples()});
    }
    for (const auto& track : recording.tracks) {
        const TapChannel& said = track->tap.said;
        if (track->here && said.sounds()) track->tape->put({at, said.rate(), said.samples()});
    }
}

void Recorder::put_packets(const Recording& recording, record::Position at) {
    for (record::PacketPiece piece : recording.packet_tap->pieces()) {
        piece.at += at;
        recording.packets->put(piece);
    }
}

void Recorder::put_leg(const Recording& recording, record::Position at) {
    const auto& [said, heard] = recording.tap;
    const bool stereo = recording.tape->channels() == 2;
    if (!said.sounds() && !(stereo && heard.sounds())) return;
    if (!stereo) {
        recording.tape->put({at, said.rate(), said.samples()});
        return;
    }
    std::array<std::int16_t, 2 * audio::Frame::kMaxSamples> both{};
    const SampleRate rate = said.sounds() ? said.rate() : heard.rate();
    recording.tape->put({at, rate, interleave(recording.tap, rate, both)});
}

void Recorder::advance(Recording& recording, std::uint64_t ticks) {
    if (!recording.begun) return;
    const record::Position from = recording.ticks * record::kPositionsPerTick;
    recording.ticks += ticks;
    const record::Position to = recording.ticks * record::kPositionsPerTick;
    for (const auto& track : recording.tracks) {
        if (track->here) track->tape->reach(from, to);
    }
    recording.ends().reach(from, to);
}

void Recorder::empty_taps(Recording& recording) {
    recording.tap.said.forget();
    recording.tap.heard.forget();
    recording.mix.present = false;
    if (recording.packet_tap) recording.packet_tap->forget();
    for (const auto& track : recording.tracks) track->tap.said.forget();
}

}  // namespace legroom::engine
