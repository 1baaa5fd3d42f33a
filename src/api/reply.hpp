#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>

#include "api/message.hpp"
#include "base/time.hpp"

namespace legroom::api {

/// A request that has found its route: all a handler may look at.
struct Routed {
    Instant now;
    std::map<std::string, std::string, std::less<>> path;  ///< {name} of the pattern -> decoded segment
    std::string_view body;                                 ///< Lives as long as the Request.
};

/// What a handler answers: the same for HTTP, which puts `instance_id` first into every object, and for
/// VSI, which does not.
struct Reply {
    Status status = Status::ok;
    boost::json::value body;
};

Reply status_word(std::string_view word, Status status = Status::ok);  ///< {"status":"<word>"}
Reply refusal(Status status, std::string_view text);                   ///< {"error":"<text>"}

}  // namespace legroom::api
