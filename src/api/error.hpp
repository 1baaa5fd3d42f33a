#pragma once

#include <boost/system/error_code.hpp>
#include <type_traits>

namespace legroom::api {

/// What is wrong with a request by itself, before any service is asked.
enum class Error {
    invalid_json = 1,      ///< Malformed, absent where required, or a known member has the wrong JSON type.
    leg_id_missing,        ///< A join that names no leg.
    invalid_grace,         ///< `reconnect_grace` is out of range.
    invalid_max_duration,  ///< `max_duration` is out of range.
    invalid_webhook,  ///< `webhook_url` is no target (webhook/target.hpp), or `webhook_secret` is too long.
    invalid_headers,  ///< `headers` has more than call::kMaxHeaders, or than call::kMaxHeaderBytes.
    invalid_wait,     ///< `wait` is no number of milliseconds from 0 to kMaxWait.
};
boost::system::error_code make_error_code(Error error);

}  // namespace legroom::api

template <>
struct boost::system::is_error_code_enum<legroom::api::Error> : std::true_type {};
