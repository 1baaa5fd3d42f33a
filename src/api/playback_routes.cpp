#include "api/playback_routes.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "api/common_replies.hpp"

namespace legroom::api {
namespace {

using R = const Routed&;

/// To whom it is played, and what its operations are called.
struct PlaybackPlace {
    std::string_view play;
    std::string_view one;
    PossibleReply missing;
    std::array<std::string_view, 3> ids;
    std::string_view nobody;  ///< Why nobody hears it.
};

const PossibleReply kBadVolume = refuses(Status::bad_request, "A volume out of range");
const PossibleReply kNoPlayback = refuses(Status::not_found, "No such playback there");

Operation play_operation(const PlaybackPlace& at) {
    using enum Status;
    return {at.ids[0],
            "Play a tone or a sound to it",
            body(R"({
              url?: string<=4096,       // http or https; this or a tone
              tone?: string,            // "us_ringback"; docs/API.md lists them
              mime_type?: string<=256,  // of what the URL gives, when it does not say
              repeat?: integer,         // of a URL: 0 and 1 once, negative for ever
              volume?: integer -8..8,   // 3 dB each
            })"),
            {gives("Playing", "Taken; events tell of the rest"), kMisfit,
             refuses(bad_request, "Not one of `url` and `tone`; one that is too long"), kBadVolume,
             at.missing, refuses(conflict, at.nobody), refuses(unavailable, "Too many playbacks")}};
}

std::vector<Route> playbacks_at(PlaybackHandlers& playbacks, const PlaybackPlace& at) {
    return {
        {"POST", at.play, [&playbacks](R r) { return playbacks.start(r); }, play_operation(at)},
        {"PATCH",
         at.one,
         [&playbacks](R r) { return playbacks.set_volume(r); },
         {at.ids[1],
          "Its volume, from the next frame on",
          body("{volume?: integer -8..8}"),
          {says("ok"), kMisfit, kBadVolume, at.missing, kNoPlayback}}},
        {"DELETE",
         at.one,
         [&playbacks](R r) { return playbacks.stop(r); },
         {at.ids[2], "Stop it", kNoBody, {says("stopped"), kNoPlayback}}},
    };
}

}  // namespace

std::vector<Route> playback_routes(PlaybackHandlers& playbacks) {
    std::vector<Route> routes = playbacks_at(playbacks, {"/v1/legs/{leg}/play",
                                                         "/v1/legs/{leg}/play/{playback}",
                                                         kNoLeg,
                                                         {"playToLeg", "setLegVolume", "stopLegPlayback"},
                                                         "The leg only publishes"});
    for (Route& route : playbacks_at(playbacks, {"/v1/rooms/{room}/play",
                                                 "/v1/rooms/{room}/play/{playback}",
                                                 kNoRoom,
                                                 {"playToRoom", "setRoomVolume", "stopRoomPlayback"},
                                                 "Nobody is in the room"})) {
        routes.push_back(std::move(route));
    }
    return routes;
}

}  // namespace legroom::api
