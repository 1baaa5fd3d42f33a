#include "call/recording_service.hpp"

#include <algorithm>
#include <utility>

#include "call/limits.hpp"
#include "call/recording_name.hpp"

namespace legroom::call {
namespace {

constexpr std::size_t kRandomDigits = 8;  // contract 02
constexpr std::string_view kWavEnding = ".wav";
constexpr std::string_view kOggEnding = ".ogg";

bool is_ogg(const NewRecording& wanted) { return wanted.format == "ogg"; }

Result<void> check_storage(const std::string& storage) {
    if (storage.empty() || storage == "file") return {};
    if (storage == "s3" || storage == "gcs") return Error::storage_unavailable;
    return Error::unknown_storage;
}

}  // namespace

RecordingService::RecordingService(RecordingConfig config, Switchboard& board, Random& random,
                                   OrderSink orders)
    : config_(std::move(config)), board_(board), random_(random), orders_(std::move(orders)) {
    Attendant attendant;
    attendant.joined = [this](const Leg& leg, const Room& room) { on_joined(leg, room); };
    attendant.left = [this](const Leg& leg, const Room& room) { on_left(leg, room); };
    attendant.leg_ends = [this](const Leg& leg) { end_with(leg.id, {leg.id}); };
    attendant.room_ends = [this](const Room& room) { on_room_ends(room); };
    board_.attend(std::move(attendant));
}

RecordingService::~RecordingService() { board_.attend({}); }

void RecordingService::start(const Subject& what, const NewRecording& wanted, StartTaker taker) {
    const auto format = format_of(what);
    if (!format) return taker({format.error(), {}, {}});
    if (const auto error = check(what, wanted)) return taker({error, {}, {}});
    Recording recording = make(what, wanted, *format);
    recording.on_start = std::move(taker);
    ++tapes_;
    const auto order = order_of(recording, wanted.filename, *format);
    running_.emplace(what, std::move(recording));
    orders_(order);
}

Result<record::WavFormat> RecordingService::format_of(const Subject& what) const {
    if (const auto* id = std::get_if<LegId>(&what)) {
        const Leg* leg = board_.find(*id);
        if (leg == nullptr) return Error::leg_not_found;
        if (!leg->room) return record::WavFormat{SampleRate::k48000, 1};
        return record::WavFormat{board_.find(*leg->room)->rate, 2};
    }
    const Room* room = board_.find(std::get<RoomId>(what));
    if (room == nullptr) return Error::room_not_found;
    return record::WavFormat{room->rate, 1};
}

/// In the contract's order: fields, then state.
error_code RecordingService::check(const Subject& what, const NewRecording& wanted) {
    if (const auto storage = check_storage(wanted.storage); !storage) return storage.error();
    const auto* room = std::get_if<RoomId>(&what);
    if (!wanted.format.empty() && wanted.format != "wav" && !is_ogg(wanted)) return Error::unknown_format;
    if (room != nullptr && is_ogg(wanted)) return Error::no_packets_to_record;
    if (!wanted.filename.empty()) {
        const auto name = read_recording_name(wanted.filename, is_ogg(wanted) ? kOggEnding : kWavEnding);
        if (!name) return name.error();
    }
    if (room != nullptr && board_.find(*room)->members.empty()) return Error::room_empty;
    if (running_.contains(what)) return Error::recording_in_progress;
    if (count() >= kMaxRecordings || tapes_ >= kMaxTapes) {
        ++counters_.refused;
        return Error::too_many_recordings;
    }
    return {};
}

RecordingService::Recording RecordingService::make(const Subject& what, const NewRecording& wanted,
                                                   const record::WavFormat& format) {
    Recording recording;
    recording.id = record::RecordingId{++last_id_};
    recording.scope = scope_of(board_, what);
    const bool leg = std::holds_alternative<LegId>(what);
    if (is_ogg(wanted)) {
        recording.packets = std::make_shared<record::PacketTape>();
        return recording;
    }
    // A leg may be moved to a room of any rate.
    recording.tape = std::make_shared<record::Tape>(format.channels, leg ? SampleRate::k48000 : format.rate);
    recording.multi_channel = wanted.multi_channel && !leg;
    return recording;
}

record::Order RecordingService::order_of(const Recording& recording, const std::string& filename,
                                         const record::WavFormat& format) {
    if (recording.packets) {
        const std::string name = name_of(filename, kOggEnding);
        return record::OpenPackets{recording.id, name, random_.u32(), recording.packets};
    }
    record::Open order;
    order.id = recording.id;
    order.name = name_of(filename, kWavEnding);
    if (recording.multi_channel)
        order.multi_channel_name =
            config_.stamp() + "_multichannel_" + random_.hex(kRandomDigits) + std::string{kWavEnding};
    order.format = format;
    order.tape = recording.tape;
    return order;
}

std::string RecordingService::name_of(const std::string& filename, std::string_view ending) {
    if (!filename.empty()) return read_recording_name(filename, ending).value();
    return config_.stamp() + "_" + random_.hex(kRandomDigits) + std::string{ending};
}

void RecordingService::on(Instant now, const record::Opened& report) {
    const auto found = find(report.id);
    if (found == running_.end()) return;
    Recording& recording = found->second;
    begin(recording);
    ++counters_.started;
    board_.gates().say(event_about(now, recording.scope, RecordingStarted{report.file}));
    std::exchange(recording.on_start, nullptr)({{}, report.file, {}});
}

void RecordingService::begin(Recording& recording) {
    recording.open = true;
    if (const auto* leg = std::get_if<LegId>(&recording.scope.subject)) {
        if (recording.packets)
            return board_.send(engine::RecordPackets{*leg, recording.id, recording.packets});
        board_.send(engine::RecordLeg{*leg, recording.id, recording.tape});
        return;
    }
    const Room& room = *board_.find(std::get<RoomId>(recording.scope.subject));
    board_.send(engine::RecordRoom{room.id, recording.id, recording.tape});
    for (const LegId& member : room.members) add_track(recording, member);
}

/// Who comes back goes on with the channel it had.
void RecordingService::add_track(Recording& recording, const LegId& leg) {
    if (!recording.multi_channel || !recording.open) return;
    auto& tape = recording.tracks[leg];
    if (!tape) {
        if (recording.tracks.size() > kMaxTracks || tapes_ >= kMaxTapes) {
            recording.tracks.erase(leg);
            if (std::ranges::find(recording.omitted, leg) == recording.omitted.end())
                recording.omitted.push_back(leg);
            return;
        }
        ++tapes_;
        tape =
            std::make_shared<record::Tape>(1, board_.find(std::get<RoomId>(recording.scope.subject))->rate);
        orders_(record::AddTrack{recording.id, leg.value, tape});
    }
    board_.send(engine::RecordTrack{recording.id, leg, tape});
}

void RecordingService::on(Instant, const record::NotOpened& report) {
    const auto found = find(report.id);
    if (found == running_.end()) return;
    const auto gone = running_.extract(found);
    --tapes_;
    const Error error = report.name_taken ? Error::recording_exists : Error::recording_unwritable;
    gone.mapped().on_start({error, {}, report.why});
}

/// What is there and is not recorded, or is not there.
Error RecordingService::why_not_recorded(const Subject& what) const {
    if (check_exists(board_, what)) return Error::recording_not_found;
    return std::holds_alternative<LegId>(what) ? Error::leg_not_found : Error::room_not_found;
}

void RecordingService::stop(const Subject& what, StopTaker taker) {
    const auto found = running_.find(what);
    if (found == running_.end() || !found->second.open) return taker(why_not_recorded(what));
    end(what)->taker = std::move(taker);
}

/// nullptr: there was none, or it was not open yet.
RecordingService::Finishing* RecordingService::end(const Subject& what) {
    const auto found = running_.find(what);
    if (found == running_.end()) return nullptr;
    Recording recording = std::move(running_.extract(found).mapped());
    if (!recording.open) {
        // No shard has it: the file goes away, unseen.
        if (recording.packets) recording.packets->close();
        if (recording.tape) recording.tape->close();
        --tapes_;
        const bool leg = std::holds_alternative<LegId>(what);
        recording.on_start({leg ? Error::leg_not_found : Error::room_empty, {}, {}});
        return nullptr;
    }
    board_.send(engine::StopRecording{recording.id});
    const auto id = recording.id;
    return &finishing_.emplace(id, Finishing{std::move(recording), {}, {}}).first->second;
}

void RecordingService::end_with(const Subject& what, const std::set<LegId>& legs,
                                const std::optional<RoomId>& room) {
    end(what);
    // Or stopped a moment ago, and not told of yet.
    for (auto& [id, one] : finishing_) {
        if (one.recording.scope.subject == what && !one.gate) one.gate = board_.gates().close(legs, room);
    }
}

Result<bool> RecordingService::set_paused(Instant now, const Subject& what, bool paused) {
    const auto found = running_.find(what);
    if (found == running_.end() || !found->second.open) return why_not_recorded(what);
    Recording& recording = found->second;
    if (recording.paused == paused) return false;
    recording.paused = paused;
    board_.send(engine::PauseRecording{recording.id, paused});
    board_.gates().say(event_about(now, recording.scope,
                                   paused ? Happening{RecordingPaused{}} : Happening{RecordingResumed{}}));
    return true;
}

void RecordingService::on_joined(const Leg& leg, const Room& room) {
    const auto found = running_.find(room.id);
    if (found != running_.end()) add_track(found->second, leg.id);
}

void RecordingService::on_left(const Leg& leg, const Room& room) {
    const auto found = running_.find(room.id);
    if (found == running_.end()) return;
    if (found->second.tracks.contains(leg.id)) board_.send(engine::LeaveTrack{found->second.id, leg.id});
    if (room.members.empty()) end(room.id);
}

void RecordingService::on_room_ends(const Room& room) {
    end_with(room.id, {room.members.begin(), room.members.end()}, room.id);
}

void RecordingService::handle(Instant now, const record::Report& report) {
    std::visit([&](const auto& what) { on(now, what); }, report);
}

void RecordingService::on(Instant now, const record::Finished& report) {
    // One that could not be written any further has not been stopped.
    if (const auto broken = find(report.id); broken != running_.end()) end(broken->second.scope.subject);
    auto node = finishing_.extract(report.id);
    if (node.empty()) return;
    Finishing& finishing = node.mapped();
    tapes_ -= 1 + finishing.recording.tracks.size();
    counters_.dropped_frames += report.dropped;
    std::vector<Event> events;
    if (!report.error.empty()) {
        ++counters_.failed;
        events.push_back(event_about(now, finishing.recording.scope, RecordingFailed{report.error}));
    }
    RecordingFinished story{report.file, report.multi_channel_file, {}, finishing.recording.omitted};
    for (const record::Track& track : report.tracks)
        story.tracks.push_back({LegId{track.key}, track.channel, track.start, track.end});
    for (const std::string& key : report.omitted) story.omitted.emplace_back(key);
    events.push_back(event_about(now, finishing.recording.scope, story));
    board_.gates().open(finishing.gate.value_or(EventGates::GateId{}), std::move(events));
    if (finishing.taker) finishing.taker(story);
}

void RecordingService::on(Instant now, const record::Recovered& report) {
    ++counters_.recovered;
    board_.gates().say({now, {}, {}, {}, RecordingRecovered{report.file}});
}

RecordingService::Running::iterator RecordingService::find(record::RecordingId id) {
    return std::ranges::find_if(running_, [id](const auto& entry) { return entry.second.id == id; });
}

}  // namespace legroom::call
