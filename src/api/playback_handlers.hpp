#pragma once

#include "api/reply.hpp"
#include "call/playback_service.hpp"

namespace legroom::api {

/// Tones and files played to a leg or a room: whichever the path names (contracts 02, 03). `playbacks` must
/// outlive the handlers.
class PlaybackHandlers {
public:
    explicit PlaybackHandlers(call::PlaybackService& playbacks) : playbacks_(playbacks) {}

    Reply start(const Routed& request);
    Reply set_volume(const Routed& request);
    Reply stop(const Routed& request);

private:
    call::PlaybackService& playbacks_;
};

}  // namespace legroom::api
