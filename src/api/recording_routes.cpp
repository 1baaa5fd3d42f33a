#include "api/recording_routes.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "api/common_replies.hpp"

namespace legroom::api {
namespace {

using R = const Routed&;

/// What is recorded, and what its operations are called.
struct RecordingPlace {
    std::string_view record;
    std::string_view pause;
    std::string_view resume;
    PossibleReply missing;
    std::array<std::string_view, 4> ids;
    std::string_view not_now;  ///< Why it cannot be recorded.
};

const PossibleReply kNotRecorded = refuses(Status::not_found, "Nothing of it is being recorded");
const PossibleReply kDiskHangs = refuses(Status::unavailable, "The disk does not answer, or too many wait");

Operation record_operation(const RecordingPlace& at) {
    using enum Status;
    return {at.ids[0],
            "Record it; the file has its name when it is whole",
            lenient_body(R"({
              filename?: string,         // one of the server's unless given; at most 128 bytes with .wav or .ogg
              format?: string,           // "wav", or of a leg "ogg": the Opus packets of its peer, unaltered
              multi_channel?: boolean,   // of a room: a second file, with a channel for each participant
              storage?: string,          // "file"; the following belong to others
              s3_bucket?: string,
              s3_region?: string,
              s3_endpoint?: string,
              s3_prefix?: string,
              s3_access_key?: string,
              s3_secret_key?: string,
              gcs_bucket?: string,
              gcs_object_name_prefix?: string,
            })"),
            {gives("{status: 'recording', file: string}", "The name the file will have"), kMisfit,
             refuses(bad_request, "No such storage or format here; a room as ogg; a name that is none"),
             at.missing, refuses(conflict, at.not_now), refuses(internal_error, "The file cannot be made"),
             refuses(unavailable, "Too many recordings"), kDiskHangs}};
}

std::vector<Route> recordings_at(RecordingHandlers& recordings, const RecordingPlace& at) {
    return {
        {"POST", at.record, [&recordings](R r) { return recordings.start(r); }, record_operation(at)},
        {"DELETE",
         at.record,
         [&recordings](R r) { return recordings.stop(r); },
         {at.ids[1],
          "Stop recording it; answered when the file is there",
          kNoBody,
          {gives("{status: 'stopped'} & Recorded", "What there is"), at.missing, kNotRecorded, kDiskHangs}}},
        {"POST",
         at.pause,
         [&recordings](R r) { return recordings.set_paused(r, true); },
         {at.ids[2],
          "Silence in the recording, from here on",
          kNoBody,
          {gives("{status: 'paused' | 'already_paused'}", "It is paused"), at.missing, kNotRecorded}}},
        {"POST",
         at.resume,
         [&recordings](R r) { return recordings.set_paused(r, false); },
         {at.ids[3],
          "No more silence in the recording",
          kNoBody,
          {gives("{status: 'resumed' | 'not_paused'}", "It goes on"), at.missing, kNotRecorded}}},
    };
}

}  // namespace

std::vector<Route> recording_routes(RecordingHandlers& recordings) {
    std::vector<Route> routes = recordings_at(
        recordings, {"/v1/legs/{leg}/record",
                     "/v1/legs/{leg}/record/pause",
                     "/v1/legs/{leg}/record/resume",
                     kNoLeg,
                     {"recordLeg", "stopLegRecording", "pauseLegRecording", "resumeLegRecording"},
                     "One is in progress, or its file name taken"});
    for (Route& route : recordings_at(
             recordings, {"/v1/rooms/{room}/record",
                          "/v1/rooms/{room}/record/pause",
                          "/v1/rooms/{room}/record/resume",
                          kNoRoom,
                          {"recordRoom", "stopRoomRecording", "pauseRoomRecording", "resumeRoomRecording"},
                          "One is in progress, or its file name taken; nobody is in the room"})) {
        routes.push_back(std::move(route));
    }
    return routes;
}

}  // namespace legroom::api
