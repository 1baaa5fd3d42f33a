#pragma once

#include <boost/json/object.hpp>

#include "call/event.hpp"
#include "call/leg_service.hpp"
#include "call/room_service.hpp"

/// Domain values as the JSON of the contract, without `instance_id`.
namespace legroom::api {

boost::json::object render(const call::Leg& leg);  ///< Leg object (contract 02).
/// Room object (contract 03), its participants looked up in `legs`.
boost::json::object render(const call::Room& room, const call::LegService& legs);
boost::json::object render(const call::RoutingMatrix& matrix);
boost::json::object render(const call::BridgeView& bridge);  ///< Bridge object (contract 03).
boost::json::object render(const call::Drained& drained);  ///< Body of GET …/ice-candidates (contract 01).
boost::json::object render(const call::Joined& joined);    ///< Body of POST /v1/rooms/{id}/legs.
/// What a recording has become: the members of its event, and of the answer to its stop.
void add_recording(const call::RecordingFinished& recording, boost::json::object& object);

}  // namespace legroom::api
