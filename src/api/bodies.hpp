#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "call/leg_options.hpp"
#include "call/room_service.hpp"

/// Request bodies as values, one function an endpoint. Every failure is an api::Error.
namespace legroom::api {

inline constexpr std::chrono::milliseconds kMaxWait{30'000};

struct OfferBody {
    std::string sdp;
    RoomId room;  ///< "" = into none.
    call::LegOptions options;
};
/// Error::invalid_grace: `reconnect_grace` is not 0 to kMaxReconnectGrace seconds;
/// Error::invalid_max_duration: `max_duration` is not 0, which stands for none, to kMaxDuration seconds;
/// Error::invalid_webhook; Error::invalid_headers: more than call::LegOptions takes.
Result<OfferBody> parse_offer(std::string_view body);

/// The SDP of a further offer.
Result<std::string> parse_further_offer(std::string_view body);

struct CandidatesBody {
    std::vector<std::string> lines;
    bool is_array = false;  ///< Of at least one; otherwise the one object of contract 01.
};
/// The candidate lines. `sdpMid`, `sdpMLineIndex` and `usernameFragment` are checked for their type only: one
/// bundled transport is all there is.
Result<CandidatesBody> parse_candidates(std::string_view body);

/// How long GET …/ice-candidates may take: the query's `wait`, in milliseconds. Without one zero.
Result<Duration> parse_wait(std::string_view query);

/// The optional body of a hang-up: its `reason` means something for unanswered SIP legs only.
Result<void> check_hang_up(std::string_view body);

/// PATCH of a leg: its gain in dB, whatever its range; absent = unchanged.
Result<std::optional<double>> parse_leg_change(std::string_view body);

/// The digits to be pressed; "" when there are none.
Result<std::string> parse_digits(std::string_view body);

/// Error::invalid_webhook.
Result<call::NewRoom> parse_new_room(std::string_view body);
Result<call::Joining> parse_joining(std::string_view body);

}  // namespace legroom::api
