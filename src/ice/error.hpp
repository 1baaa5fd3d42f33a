#pragma once

#include <boost/system/error_code.hpp>
#include <type_traits>

namespace legroom::ice {

/// Why a candidate line cannot be read (grammar: RFC 8839 §5.1). The API answers each with 500.
enum class Error {
    too_few_fields = 1,   ///< Ends before the candidate's type.
    bad_prefix,           ///< "a=": an SDP line, not a candidate.
    bad_foundation,       ///< Not 1 to 32 characters of A-Z a-z 0-9 + /.
    bad_number,           ///< Component, priority, port or rport is not a number of its range.
    bad_address,          ///< Neither an IP address nor a .local or .invalid name.
    bad_related_address,  ///< "raddr" without an address after it.
    bad_tcp_type,         ///< Not active, passive or so (RFC 6544 §4.5).
};
boost::system::error_code make_error_code(Error error);

}  // namespace legroom::ice

template <>
struct boost::system::is_error_code_enum<legroom::ice::Error> : std::true_type {};
