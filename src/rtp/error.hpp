#pragma once

#include <boost/system/error_code.hpp>

#include "base/result.hpp"

namespace legroom::rtp {

enum class Error {
    truncated = 1,  ///< Shorter than its header, a count or a length field says.
    bad_version,    ///< Not version 2 (RFC 3550 §5.1): some other protocol's datagram.
    bad_padding,    ///< The padding count is zero, leaves the packet, or stands where none may be.
    too_many,       ///< More packets in one compound than kMaxCompoundPackets.
};
boost::system::error_code make_error_code(Error error);

}  // namespace legroom::rtp

template <>
struct boost::system::is_error_code_enum<legroom::rtp::Error> : std::true_type {};
