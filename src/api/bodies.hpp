#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "call/room_service.hpp"

/// Request bodies as values, one function an endpoint. Every failure is an api::Error.
namespace legroom::api {

struct OfferBody {
    std::string sdp;
    std::string app_id;
};
Result<OfferBody> parse_offer(std::string_view body);

/// The candidate line. `sdpMid`, `sdpMLineIndex` and `usernameFragment` are checked for their type only: one
/// bundled transport is all there is.
Result<std::string> parse_candidate(std::string_view body);

/// The optional body of a hang-up: its `reason` means something for unanswered SIP legs only.
Result<void> check_hang_up(std::string_view body);

Result<call::NewRoom> parse_new_room(std::string_view body);
Result<call::Joining> parse_joining(std::string_view body);

}  // namespace legroom::api
