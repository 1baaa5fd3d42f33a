// Every row of contract 02 and 03 about recordings.
#include <gtest/gtest.h>

#include "api/api_test_client.hpp"

namespace legroom::api {
namespace {

using test::Client;
using test::replace_all;
using test::Stage;

/// A disk that makes and finishes files at once, unless it is told otherwise.
struct Tapes {
    Stage stage;
    bool taken = false;
    std::string broken;

    /// The answer, when the disk has done what was ordered.
    Response send(const std::string& method, const std::string& target, const std::string& body = "") {
        const auto pending = stage.client.start(method, stage.fill(target), stage.fill(body));
        work();
        return pending.response();
    }
    std::string text(const std::string& method, const std::string& target, const std::string& body = "") {
        const Response response = send(method, target, body);
        return std::to_string(static_cast<unsigned>(response.status)) + " " +
               replace_all(response.body, R"({"instance_id":"here",)", "{");
    }
    void work() {
        auto& world = stage.client.world;
        for (const record::Order& order : std::exchange(world.orders, {})) {
            if (const auto* open = std::get_if<record::Open>(&order))
                make(open->id, open->name, open->multi_channel_name);
            if (const auto* open = std::get_if<record::OpenPackets>(&order)) make(open->id, open->name, "");
        }
        for (const engine::Command& command : std::exchange(world.commands, {})) {
            const auto* stop = std::get_if<engine::StopRecording>(&command);
            if (stop == nullptr) continue;
            record::Finished report;
            report.id = stop->recording;
            report.file = "/r/" + names[stop->recording];
            if (multi_channel.contains(stop->recording)) {
                report.multi_channel_file = "/r/all.wav";
                report.tracks = {
                    {stage.member.value, 0, std::chrono::milliseconds{0}, std::chrono::milliseconds{1'500}}};
            }
            world.recordings.handle(world.now, report);
        }
    }
    void make(record::RecordingId id, const std::string& name, const std::string& multi_channel_name) {
        auto& world = stage.client.world;
        names[id] = name;
        if (!multi_channel_name.empty()) multi_channel.insert(id);
        if (taken || !broken.empty())
            return world.recordings.handle(world.now, record::NotOpened{id, taken, broken});
        world.recordings.handle(world.now, record::Opened{id, "/r/" + name});
    }
    std::map<record::RecordingId, std::string> names;
    std::set<record::RecordingId> multi_channel;
};

struct RecordCase {
    const char* target;
    const char* body;
    const char* answer;
};

const RecordCase kStarts[] = {
    {"/v1/legs/$L/record", R"({"filename":"a"})", R"(200 {"status":"recording","file":"/r/a.wav"})"},
    {"/v1/legs/$L/record", R"({"filename":"a.WAV","storage":"file","s3_bucket":"","multi_channel":true})",
     R"(200 {"status":"recording","file":"/r/a.wav"})"},
    {"/v1/legs/$L/record", R"({"filename":"a","format":"wav"})",
     R"(200 {"status":"recording","file":"/r/a.wav"})"},
    {"/v1/rooms/full/record", R"({"filename":"a","multi_channel":true})",
     R"(200 {"status":"recording","file":"/r/a.wav"})"},
    {"/v1/legs/nobody/record", R"({"storage":"tape"})", R"(404 {"error":"leg not found"})"},
    {"/v1/rooms/nowhere/record", "", R"(404 {"error":"room not found"})"},
    {"/v1/legs/$L/record", R"({"storage":"tape"})", R"(400 {"error":"unknown storage type: tape"})"},
    {"/v1/legs/$L/record", R"({"storage":"s3"})",
     R"(400 {"error":"storage s3 is not available on this server"})"},
    {"/v1/rooms/full/record", R"({"storage":"gcs"})",
     R"(400 {"error":"storage gcs is not available on this server"})"},
    {"/v1/legs/$L/record", R"({"filename":"a","format":"ogg","multi_channel":true})",
     R"(200 {"status":"recording","file":"/r/a.ogg"})"},
    {"/v1/legs/$L/record", R"({"format":"mp3"})",
     R"(400 {"error":"unknown recording format: it must be wav or ogg"})"},
    {"/v1/rooms/full/record", R"({"format":"ogg"})",
     R"(400 {"error":"format ogg keeps the packets of one sender: record the legs of the room as ogg, or the room as wav"})"},
    {"/v1/rooms/empty/record", R"({"format":"ogg","multi_channel":true})",
     R"(400 {"error":"format ogg keeps the packets of one sender: record the legs of the room as ogg, or the room as wav"})"},
    {"/v1/legs/$L/record", R"({"format":7})", R"(400 {"error":"invalid JSON"})"},
    {"/v1/legs/$L/record", R"({"filename":"../a"})", R"(400 {"error":"invalid recording filename"})"},
    {"/v1/legs/$L/record", R"({"filename":5})", R"(400 {"error":"invalid JSON"})"},
    {"/v1/legs/nobody/record", R"({"s3_bucket":5})", R"(400 {"error":"invalid JSON"})"},
    {"/v1/rooms/empty/record", "", R"(409 {"error":"room has no participants"})"},
};

TEST(RecordingRoutes, AnswerAStartAsTheContractSays) {
    for (const RecordCase& c : kStarts) {
        Tapes tapes;
        EXPECT_EQ(tapes.text("POST", c.target, c.body), std::string{c.answer} + "\n") << c.target << c.body;
    }
    for (const char* body : {"", "{", "null", "not JSON"}) {
        Tapes tapes;
        EXPECT_EQ(tapes.send("POST", "/v1/legs/$L/record", body).status, Status::ok) << body;
    }
}

TEST(RecordingRoutes, RefuseASecondStartAndWhatTheDiskRefuses) {
    for (const char* target : {"/v1/legs/$L/record", "/v1/rooms/full/record"}) {
        Tapes tapes;
        tapes.taken = true;
        EXPECT_EQ(tapes.text("POST", target), "409 {\"error\":\"recording file already exists\"}\n");
        tapes.taken = false;
        tapes.broken = "Permission denied";
        EXPECT_EQ(tapes.text("POST", target),
                  "500 {\"error\":\"cannot write the recording: Permission denied\"}\n");
        tapes.broken = "";
        EXPECT_EQ(tapes.send("POST", target).status, Status::ok);
        EXPECT_EQ(tapes.text("POST", target), "409 {\"error\":\"recording already in progress\"}\n");
    }
}

TEST(RecordingRoutes, StopPauseAndResume) {
    for (const std::string base : {"/v1/legs/$M", "/v1/rooms/full"}) {
        Tapes tapes;
        const std::string none = "404 {\"error\":\"no recording in progress\"}\n";
        EXPECT_EQ(tapes.text("DELETE", base + "/record"), none);
        EXPECT_EQ(tapes.text("POST", base + "/record/pause"), none);
        EXPECT_EQ(tapes.text("POST", base + "/record/resume"), none);
        tapes.send("POST", base + "/record", R"({"filename":"x"})");
        EXPECT_EQ(tapes.text("POST", base + "/record/resume"), "200 {\"status\":\"not_paused\"}\n");
        EXPECT_EQ(tapes.text("POST", base + "/record/pause", "{}"), "200 {\"status\":\"paused\"}\n");
        EXPECT_EQ(tapes.text("POST", base + "/record/pause"), "200 {\"status\":\"already_paused\"}\n");
        EXPECT_EQ(tapes.text("POST", base + "/record/resume"), "200 {\"status\":\"resumed\"}\n");
        EXPECT_EQ(tapes.text("DELETE", base + "/record"),
                  "200 {\"status\":\"stopped\",\"file\":\"/r/x.wav\"}\n");
        EXPECT_EQ(tapes.text("DELETE", base + "/record"), none);
    }
    Tapes tapes;
    for (const char* target : {"/record/pause", "/record/resume"}) {
        EXPECT_EQ(tapes.text("POST", std::string{"/v1/legs/nobody"} + target),
                  "404 {\"error\":\"leg not found\"}\n");
        EXPECT_EQ(tapes.text("POST", std::string{"/v1/rooms/nowhere"} + target),
                  "404 {\"error\":\"room not found\"}\n");
    }
    EXPECT_EQ(tapes.text("DELETE", "/v1/legs/nobody/record"), "404 {\"error\":\"leg not found\"}\n");
    EXPECT_EQ(tapes.text("DELETE", "/v1/rooms/nowhere/record"), "404 {\"error\":\"room not found\"}\n");
}

TEST(RecordingRoutes, AStopTellsOfTheChannels) {
    Tapes tapes;
    tapes.send("POST", "/v1/rooms/full/record", R"({"filename":"x","multi_channel":true})");
    EXPECT_EQ(tapes.text("DELETE", "/v1/rooms/full/record"),
              tapes.stage.fill(
                  "200 {\"status\":\"stopped\",\"file\":\"/r/x.wav\",\"multi_channel_file\":\"/r/all.wav\","
                  "\"channels\":{\"$M\":{\"channel\":0,\"start_ms\":0,\"end_ms\":1500}}}\n"));
}

TEST(RecordingRoutes, DoNotWaitForADiskForEver) {
    constexpr std::chrono::milliseconds kMoment{1};
    for (const char* target : {"/v1/legs/$L/record", "/v1/rooms/full/record"}) {
        Tapes tapes;
        const std::string path = tapes.stage.fill(target);
        const auto start = tapes.stage.client.start("POST", path);
        tapes.stage.client.run_for(kRecordStartPatience - kMoment);
        EXPECT_FALSE(start.answered());
        tapes.stage.client.run_for(kMoment);
        EXPECT_EQ(start.response().status, Status::unavailable);
        tapes.work();  // it comes after all
        const auto stop = tapes.stage.client.start("DELETE", path);
        tapes.stage.client.run_for(kRecordStopPatience - kMoment);
        EXPECT_FALSE(stop.answered());
        tapes.stage.client.run_for(kMoment);
        EXPECT_EQ(stop.response().status, Status::unavailable);
        tapes.work();
        EXPECT_EQ(tapes.send("DELETE", target).status, Status::not_found);
    }
}

}  // namespace
}  // namespace legroom::api
