#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/message.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace legroom::api {

/// A request that has found its route: all a handler may look at.
struct Routed {
    Instant now;
    std::map<std::string, std::string, std::less<>> path;  ///< {name} of the pattern -> decoded segment
    std::string_view body;        ///< Lives as long as the Request, like the next two.
    std::string_view query = {};  ///< Percent-encoded; see query_member().
    std::span<const Header> headers = {};
};

/// A body that is not JSON.
struct Payload {
    std::string_view content_type;  ///< A constant.
    std::string bytes;
};

/// What a handler answers: the same for HTTP, which puts `instance_id` first into every object, and for
/// VSI, which does not.
struct Reply {
    Status status = Status::ok;
    boost::json::value body = {};
    std::vector<Header> headers =
        {};  ///< Beside those every response has; of the same name, instead of them.
    std::optional<Payload> payload = {};  ///< Instead of `body`.
};

Reply status_word(std::string_view word, Status status = Status::ok);  ///< {"status":"<word>"}
Reply refusal(Status status, std::string_view text);                   ///< {"error":"<text>"}
Reply nothing(std::vector<Header> headers = {});                       ///< 204 without a body.

/// Whom a reply is handed to. Called once; further calls have no effect.
using Answer = std::function<void(Reply)>;

/// A reply that is not there yet. The Api keeps it until one of three things happens: `ask` was answered,
/// `retry` had something to say, or the time is up.
struct Deferred {
    Instant until;
    Reply late;  ///< The reply at `until`.
    LegId leg;   ///< Whose news `retry` is called for; "" stands for every event's.
    std::function<std::optional<Reply>()> retry;  ///< nullopt: go on waiting.
    std::function<void(Answer)> ask = {};  ///< May be empty. Called once, at once; may answer at any time.
    std::function<void()> give_up = {};  ///< May be empty. Called before `late`, which nothing is to follow.
};

using Outcome = std::variant<Reply, Deferred>;

}  // namespace legroom::api
