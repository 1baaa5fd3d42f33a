#include "call/recording_service.hpp"

#include <gtest/gtest.h>

#include "call/recording_name.hpp"

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using test::World;
using namespace std::chrono_literals;

/// A world whose disk answers when it is told to.
struct Desk {
    World world;
    LegId leg = world.add_leg("shop");
    LegId mate = world.add_leg();
    const RoomId room{"r"};
    std::vector<StartedRecording> starts;
    std::vector<Result<RecordingFinished>> stops;

    Desk() {
        join(leg);
        join(mate);
        world.story();
    }
    void join(const LegId& who) {
        Joining joining;
        joining.leg = who;
        static_cast<void>(world.rooms.join(world.now, room, joining));
    }
    void start(const Subject& what, const NewRecording& wanted = {}) {
        world.recordings.start(what, wanted, [this](const auto& done) { starts.push_back(done); });
    }
    void stop(const Subject& what) {
        world.recordings.stop(what, [this](const auto& done) { stops.push_back(done); });
    }
    [[nodiscard]] const record::Open& opened() const {
        for (auto order = world.orders.rbegin(); order != world.orders.rend(); ++order) {
            if (const auto* open = std::get_if<record::Open>(&*order)) return *open;
        }
        throw std::logic_error("nothing was ordered");
    }
    record::RecordingId begin(const Subject& what, const NewRecording& wanted = {}) {
        start(what, wanted);
        const auto id = opened().id;
        world.recordings.handle(world.now, record::Opened{id, "/r/" + opened().name});
        return id;
    }
    void finish(record::RecordingId id, const std::string& file = "/r/a.wav", const std::string& error = "") {
        record::Finished report;
        report.id = id;
        report.file = file;
        report.error = error;
        world.recordings.handle(world.now, report);
    }
};

TEST(RecordingName, IsOnePlainSegment) {
    constexpr std::string_view kWav = ".wav";
    const std::pair<const char*, const char*> good[] = {{"a", "a.wav"},
                                                        {"a.wav", "a.wav"},
                                                        {"a.WAV", "a.wav"},
                                                        {"a.mp3", "a.mp3.wav"},
                                                        {"A-b_9.x", "A-b_9.x.wav"}};
    for (const auto& [text, name] : good) EXPECT_EQ(read_recording_name(text, kWav).value(), name);
    EXPECT_EQ(read_recording_name("a.Ogg", ".ogg").value(), "a.ogg");
    EXPECT_EQ(read_recording_name("a.wav", ".ogg").value(), "a.wav.ogg");
    EXPECT_TRUE(read_recording_name(std::string(124, 'x'), kWav));
    const std::string too_long(125, 'x');
    for (const char* text : {"", ".", "..", "../a", "a/b", "a\\b", ".a", "a.", "a..b", "a b", "a\n", ".wav",
                             "a..wav", "/etc/passwd", "\xc3\xa4", too_long.c_str()}) {
        EXPECT_EQ(read_recording_name(text, kWav).error(), Error::invalid_filename) << text;
    }
}

TEST(RecordingService, RecordsALegInItsRoomInStereo) {
    Desk desk;
    desk.start(desk.leg);
    EXPECT_TRUE(desk.starts.empty()) << "not before the file is there";
    EXPECT_TRUE(desk.opened().name.starts_with("20260203_040506_")) << desk.opened().name;
    EXPECT_EQ(desk.opened().name.size(), 16U + 8 + 4);
    EXPECT_EQ(desk.opened().format, (record::WavFormat{SampleRate::k16000, 2}));
    EXPECT_TRUE(desk.world.sent<engine::RecordLeg>().empty());
    desk.world.recordings.handle(desk.world.now, record::Opened{desk.opened().id, "/r/a.wav"});
    EXPECT_EQ(desk.starts.at(0).file, "/r/a.wav");
    EXPECT_EQ(desk.world.sent<engine::RecordLeg>().at(0).leg, desk.leg);
    EXPECT_EQ(desk.world.events.back().leg, desk.leg);
    EXPECT_EQ(desk.world.events.back().app_id, "shop");
    EXPECT_EQ(desk.world.story(), "recording.started") << "in the scope of no room";
    desk.stop(desk.leg);
    EXPECT_TRUE(desk.stops.empty());
    EXPECT_EQ(desk.world.sent<engine::StopRecording>().size(), 1U);
    desk.finish(desk.opened().id);
    EXPECT_EQ(desk.stops.at(0)->file, "/r/a.wav");
    EXPECT_EQ(desk.world.story(), "recording.finished");
    EXPECT_EQ(desk.world.recordings.count(), 0U);
    EXPECT_EQ(desk.world.recordings.tapes(), 0U);
}

TEST(RecordingService, RecordsALegOutsideInMono) {
    Desk desk;
    desk.start(desk.world.add_leg());
    EXPECT_EQ(desk.opened().format, (record::WavFormat{SampleRate::k48000, 1}));
}

TEST(RecordingService, RecordsTheSendersPacketsAsOgg) {
    for (const bool named : {false, true}) {
        Desk desk;
        desk.start(desk.leg, {"", named ? "x.OGG" : "", true, "ogg"});
        const auto& open = std::get<record::OpenPackets>(desk.world.orders.back());
        EXPECT_EQ(open.name.size(), named ? 5U : 16U + 8 + 4) << open.name;
        EXPECT_TRUE(open.name.ends_with(".ogg"));
        const auto tape = open.tape;
        const auto id = open.id;
        desk.world.recordings.handle(desk.world.now, record::Opened{id, "/r/" + open.name});
        const auto records = desk.world.sent<engine::RecordPackets>();
        ASSERT_EQ(records.size(), 1U);
        EXPECT_EQ(records[0].leg, desk.leg);
        EXPECT_EQ(records[0].tape, tape);
        EXPECT_TRUE(desk.world.sent<engine::RecordLeg>().empty());
        EXPECT_TRUE(desk.world.recordings.set_paused(desk.world.now, desk.leg, true).value());
        desk.stop(desk.leg);
        desk.finish(id, "/r/x.ogg");
        EXPECT_EQ(desk.stops.at(0)->file, "/r/x.ogg");
        EXPECT_EQ(desk.world.story(), "recording.started recording.paused recording.finished");
        EXPECT_EQ(desk.world.recordings.tapes(), 0U);
    }
}

TEST(RecordingService, ALegMayEndBeforeItsOggFileIsThere) {
    Desk desk;
    desk.start(desk.leg, {"", "", false, "ogg"});
    const auto tape = std::get<record::OpenPackets>(desk.world.orders.back()).tape;
    static_cast<void>(desk.world.legs.hang_up(desk.world.now, desk.leg));
    EXPECT_EQ(desk.starts.at(0).error, Error::leg_not_found);
    EXPECT_TRUE(tape->closed());
}

TEST(RecordingService, RefusesWhatCannotBe) {
    Desk desk;
    desk.begin(desk.leg);
    static_cast<void>(desk.world.rooms.create(desk.world.now, {RoomId{"empty"}, "", 0}));
    const struct {
        Subject what;
        NewRecording wanted;
        Error error;
    } cases[] = {
        {LegId{"nobody"}, {"tape", "../x", false}, Error::leg_not_found},
        {RoomId{"nowhere"}, {}, Error::room_not_found},
        {desk.leg, {"tape", "../x", false}, Error::unknown_storage},
        {desk.leg, {"s3", "", false}, Error::storage_unavailable},
        {desk.leg, {"gcs", "", false}, Error::storage_unavailable},
        {desk.leg, {"file", "", false, "mp3"}, Error::unknown_format},
        {desk.room, {"file", "", false, "ogg"}, Error::no_packets_to_record},
        {RoomId{"empty"}, {"file", "../x", true, "ogg"}, Error::no_packets_to_record},
        {desk.leg, {"file", "../x", false, "ogg"}, Error::invalid_filename},
        {desk.leg, {"file", "../x", false}, Error::invalid_filename},
        {desk.leg, {}, Error::recording_in_progress},
        {RoomId{"empty"}, {}, Error::room_empty},
    };
    for (const auto& c : cases) {
        desk.start(c.what, c.wanted);
        EXPECT_EQ(desk.starts.back().error, c.error) << make_error_code(c.error).message();
    }
    desk.start(desk.mate, {"", "taken", false});
    desk.world.recordings.handle(desk.world.now, record::NotOpened{desk.opened().id, true, "exists"});
    EXPECT_EQ(desk.starts.back().error, Error::recording_exists);
    desk.start(desk.mate);
    desk.world.recordings.handle(desk.world.now, record::NotOpened{desk.opened().id, false, "full"});
    EXPECT_EQ(desk.starts.back().error, Error::recording_unwritable);
    EXPECT_EQ(desk.starts.back().why, "full");
    EXPECT_EQ(desk.world.recordings.tapes(), 1U);
}

TEST(RecordingService, StopsAndPausesOnlyWhatRuns) {
    Desk desk;
    desk.stop(desk.leg);
    EXPECT_EQ(desk.stops.back().error(), Error::recording_not_found);
    desk.stop(LegId{"nobody"});
    EXPECT_EQ(desk.stops.back().error(), Error::leg_not_found);
    desk.stop(RoomId{"nowhere"});
    EXPECT_EQ(desk.stops.back().error(), Error::room_not_found);
    auto& recordings = desk.world.recordings;
    EXPECT_EQ(recordings.set_paused(desk.world.now, desk.leg, true).error(), Error::recording_not_found);
    EXPECT_EQ(recordings.set_paused(desk.world.now, LegId{"nobody"}, true).error(), Error::leg_not_found);
    desk.begin(desk.leg);
    desk.world.story();
    EXPECT_FALSE(recordings.set_paused(desk.world.now, desk.leg, false).value());
    EXPECT_TRUE(recordings.set_paused(desk.world.now, desk.leg, true).value());
    EXPECT_FALSE(recordings.set_paused(desk.world.now, desk.leg, true).value());
    EXPECT_TRUE(recordings.set_paused(desk.world.now, desk.leg, false).value());
    EXPECT_EQ(desk.world.story(), "recording.paused recording.resumed");
    desk.stop(desk.leg);
    desk.stop(desk.leg);
    EXPECT_EQ(desk.stops.back().error(), Error::recording_not_found) << "stopped a moment ago";
}

TEST(RecordingService, ALegsEndIsToldAfterItsRecordings) {
    Desk desk;
    const auto id = desk.begin(desk.leg);
    desk.world.story();
    static_cast<void>(desk.world.legs.hang_up(desk.world.now, desk.leg));
    EXPECT_EQ(desk.world.story(), "leg.left_room@r");
    EXPECT_EQ(desk.world.sent<engine::StopRecording>().at(0).recording, id);
    desk.finish(id);
    EXPECT_EQ(desk.world.story(), "recording.finished leg.disconnected");
}

TEST(RecordingService, ADiskThatHangsKeepsNoEventForEver) {
    Desk desk;
    const auto id = desk.begin(desk.leg);
    desk.world.story();
    static_cast<void>(desk.world.legs.hang_up(desk.world.now, desk.leg));
    desk.world.recordings.handle_timeout(desk.world.now + 4s);
    EXPECT_EQ(desk.world.story(), "leg.left_room@r");
    desk.world.recordings.handle_timeout(desk.world.now + 5s);
    EXPECT_EQ(desk.world.story(), "leg.disconnected");
    desk.finish(id);
    EXPECT_EQ(desk.world.story(), "recording.finished") << "late, and still told";
}

TEST(RecordingService, ARoomsEndIsToldAfterAllItsRecordings) {
    Desk desk;
    const auto whole = desk.begin(desk.room);
    const auto one = desk.begin(desk.leg);
    desk.world.story();
    static_cast<void>(desk.world.rooms.remove(desk.world.now, desk.room));
    EXPECT_EQ(desk.world.story(), "");
    desk.finish(whole);
    EXPECT_EQ(desk.world.story(), "recording.finished@r room.deleted@r leg.disconnected");
    desk.finish(one);
    EXPECT_EQ(desk.world.story(), "recording.finished leg.disconnected");
    EXPECT_EQ(desk.world.board.gates().closed(), 0U);
}

TEST(RecordingService, ARoomsRecordingEndsWithTheLastWhoLeaves) {
    Desk desk;
    desk.begin(desk.room);
    static_cast<void>(desk.world.rooms.leave(desk.world.now, desk.room, desk.leg));
    EXPECT_TRUE(desk.world.sent<engine::StopRecording>().empty());
    static_cast<void>(desk.world.rooms.leave(desk.world.now, desk.room, desk.mate));
    EXPECT_EQ(desk.world.sent<engine::StopRecording>().size(), 1U);
    desk.stop(desk.room);
    EXPECT_EQ(desk.stops.back().error(), Error::recording_not_found);
}

TEST(RecordingService, EveryoneInARoomGetsAChannelOnce) {
    Desk desk;
    const auto id = desk.begin(desk.room, {"", "mix", true});
    EXPECT_EQ(desk.opened().name, "mix.wav");
    EXPECT_TRUE(desk.opened().multi_channel_name.starts_with("20260203_040506_multichannel_"));
    EXPECT_EQ(desk.world.sent<engine::RecordTrack>().size(), 2U);
    const LegId late = desk.world.add_leg();
    desk.join(late);
    static_cast<void>(desk.world.rooms.leave(desk.world.now, desk.room, late));
    EXPECT_EQ(desk.world.sent<engine::LeaveTrack>().size(), 1U);
    desk.join(late);
    const auto tracks = desk.world.sent<engine::RecordTrack>();
    ASSERT_EQ(tracks.size(), 4U);
    EXPECT_EQ(tracks[2].tape, tracks[3].tape);
    EXPECT_EQ(desk.world.orders.size(), 4U) << "a file and three tracks";
    for (std::size_t i = 3; i <= kMaxTracks; ++i) desk.join(desk.world.add_leg());
    desk.stop(desk.room);
    record::Finished report{id, "/r/mix.wav", "", "/r/all.wav", {{late.value, 2, 40ms, 80ms}}, {"L"}, 3};
    desk.world.recordings.handle(desk.world.now, report);
    const RecordingFinished& done = desk.stops.at(0).value();
    EXPECT_EQ(done.multi_channel_file, "/r/all.wav");
    EXPECT_EQ(done.tracks.at(0).leg, late);
    EXPECT_EQ(done.tracks.at(0).start, 40ms);
    EXPECT_EQ(done.omitted.size(), 2U) << "one beyond kMaxTracks, and one the disk had no place for";
    EXPECT_EQ(desk.world.recordings.counters().dropped_frames, 3U);
    EXPECT_EQ(desk.world.recordings.tapes(), 0U);
}

TEST(RecordingService, OneThatCannotBeWrittenEndsAndTheLegLivesOn) {
    Desk desk;
    const auto id = desk.begin(desk.leg);
    desk.world.story();
    desk.finish(id, "/r/part.wav", "No space left on device");
    EXPECT_EQ(std::get<RecordingFailed>(desk.world.events.at(0).what).error, "No space left on device");
    EXPECT_EQ(desk.world.story(), "recording.error recording.finished");
    EXPECT_EQ(desk.world.sent<engine::StopRecording>().size(), 1U);
    EXPECT_NE(desk.world.legs.find(desk.leg), nullptr);
    desk.begin(desk.leg);
    EXPECT_FALSE(desk.starts.back().error) << "again";
}

TEST(RecordingService, ALegMayEndBeforeItsFileIsThere) {
    Desk desk;
    desk.start(desk.leg);
    static_cast<void>(desk.world.legs.hang_up(desk.world.now, desk.leg));
    EXPECT_EQ(desk.starts.at(0).error, Error::leg_not_found);
    EXPECT_TRUE(desk.opened().tape->closed());
    desk.world.recordings.handle(desk.world.now, record::Opened{desk.opened().id, "/r/a.wav"});
    desk.finish(desk.opened().id, "");
    EXPECT_EQ(desk.world.story(), "leg.left_room@r leg.disconnected");
    EXPECT_EQ(desk.world.recordings.tapes(), 0U);
}

TEST(RecordingService, IsBounded) {
    Desk desk;
    for (std::size_t i = 0; i < kMaxRecordings; ++i) desk.start(desk.world.add_leg());
    EXPECT_TRUE(desk.starts.empty());
    desk.start(desk.leg);
    EXPECT_EQ(desk.starts.at(0).error, Error::too_many_recordings);
    EXPECT_EQ(desk.world.recordings.counters().refused, 1U);
}

}  // namespace
}  // namespace legroom::call
