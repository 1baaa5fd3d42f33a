#pragma once

#include <boost/system/error_code.hpp>

#include "base/result.hpp"

namespace legroom::codec {

enum class Error {
    bad_packet = 1,  ///< Breaks a rule of RFC 6716 §3.4: empty, longer than 120 ms, lengths that do not fit.
    no_room,         ///< The caller's samples are too few for the packet, or no multiple of 2.5 ms.
    unavailable,     ///< libopus could not make or set up a coder: no memory left.
};
boost::system::error_code make_error_code(Error error);

}  // namespace legroom::codec

template <>
struct boost::system::is_error_code_enum<legroom::codec::Error> : std::true_type {};
