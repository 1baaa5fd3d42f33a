#pragma once

#include "api/operation.hpp"

/// What the rows of several routes say.
namespace legroom::api {

inline const PossibleReply kMisfit =
    refuses(Status::bad_request, "`invalid JSON`: no JSON, or a member of the wrong type");
inline const PossibleReply kNoLeg = refuses(Status::not_found, "No such leg");
inline const PossibleReply kNoRoom = refuses(Status::not_found, "No such room");
inline const PossibleReply kTooLong =
    refuses(Status::bad_request, "An id, role or tag of more than 256 bytes");
inline const PossibleReply kBadWebhook = refuses(
    Status::bad_request, "`webhook_url` is no http or https URL, or too long; so is `webhook_secret`");
inline const PossibleReply kNoCodec =
    refuses(Status::internal_error, "No audio section with a codec the server has");
inline const PossibleReply kTooManyWait =
    refuses(Status::unavailable, "Too many requests are waiting, or the server ends");
inline const Parameter kWait{"wait", "integer 0..30000", "Milliseconds to wait for something to tell."};
inline const PossibleReply kBadWait = refuses(Status::bad_request, "`wait` is not from 0 to 30000");

}  // namespace legroom::api
