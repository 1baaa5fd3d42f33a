#pragma once

#include "api/reply.hpp"
#include "call/recording_service.hpp"

namespace legroom::api {

/// How long a disk may take to make a file, and to finish one; 503 beyond.
inline constexpr std::chrono::seconds kRecordStartPatience{10};
inline constexpr std::chrono::seconds kRecordStopPatience{60};

/// Recordings of legs and rooms (contract 02, 03). Where a route has {leg}, its leg is meant, else its room.
/// `recordings` must outlive the handlers.
class RecordingHandlers {
public:
    explicit RecordingHandlers(call::RecordingService& recordings) : recordings_(recordings) {}

    Outcome start(const Routed& request);
    Outcome stop(const Routed& request);
    Reply set_paused(const Routed& request, bool paused);

private:
    call::RecordingService& recordings_;
};

}  // namespace legroom::api
