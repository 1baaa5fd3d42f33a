#pragma once

#include "api/connection_calls.hpp"
#include "api/ice_servers.hpp"
#include "api/reply.hpp"
#include "call/leg_service.hpp"
#include "call/room_service.hpp"

namespace legroom::api {

/// One leg into or out of a room by plain HTTP: WHIP (RFC 9725) for those who only speak, WHEP
/// (draft-ietf-wish-whep-03) for those who only listen. A session is a leg like any other; its URL stays the
/// same when the leg is moved to another room. Everything given must outlive the handlers.
class WhipHandlers {
public:
    /// `links` makes the Link headers of the servers a caller is to use.
    WhipHandlers(call::LegService& legs, call::RoomService& rooms, const ConnectionCalls& calls,
                 std::function<std::vector<Header>()> links)
        : legs_(legs), rooms_(rooms), calls_(calls), links_(std::move(links)) {}

    Reply endpoint_options();
    Reply look_at_endpoint(const Routed& request);
    Reply open(const Routed& request, call::Purpose purpose);

    Reply session_options();
    Reply look_at_session(const Routed& request, call::Purpose purpose);
    Reply patch(const Routed& request, call::Purpose purpose);
    Reply close(const Routed& request, call::Purpose purpose);

private:
    const call::Leg* find_session(const Routed& request, call::Purpose purpose) const;
    Result<call::NewLeg> make_leg(const Routed& request, call::Purpose purpose);
    Reply created(const call::NewLeg& leg, const Routed& request, call::Purpose purpose);
    Reply restart(Instant now, const call::Leg& leg, const sdp::Fragment& theirs);

    call::LegService& legs_;
    call::RoomService& rooms_;
    const ConnectionCalls& calls_;
    std::function<std::vector<Header>()> links_;
};

}  // namespace legroom::api
