#pragma once

#include "call/dtmf_service.hpp"
#include "call/leg_service.hpp"
#include "call/playback_service.hpp"
#include "call/recording_service.hpp"
#include "call/room_service.hpp"

namespace legroom::call {

/// All that a caller can ask for. They outlive whoever is handed this.
struct Services {
    LegService& legs;
    RoomService& rooms;
    DtmfService& dtmf;
    PlaybackService& playbacks;
    RecordingService& recordings;
};

}  // namespace legroom::call
