#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace legroom::api {

enum class Status : unsigned {
    switching_protocols = 101,
    ok = 200,
    created = 201,
    accepted = 202,
    no_content = 204,
    bad_request = 400,
    not_found = 404,
    method_not_allowed = 405,
    not_acceptable = 406,
    conflict = 409,
    gone = 410,
    precondition_failed = 412,
    payload_too_large = 413,
    unsupported_media_type = 415,
    unprocessable = 422,
    upgrade_required = 426,
    precondition_required = 428,
    header_fields_too_large = 431,
    internal_error = 500,
    not_implemented = 501,
    unavailable = 503,
};

/// No request of this API is longer. The HTTP layer refuses more before reading it (Api::problem() makes the
/// response); Api::handle() refuses it as well.
inline constexpr std::size_t kMaxBodyBytes = 64 * 1024;

struct Header {
    std::string name;
    std::string value;
};

/// The value of a header, names compared as RFC 9110 §5.1 says; several of one name are joined with commas
/// (§5.3). "": there is none.
std::string header_value(std::span<const Header> headers, std::string_view name);

/// One HTTP request, as the HTTP layer read it.
struct Request {
    std::string method;  ///< As on the wire: "GET"
    std::string target;  ///< As on the wire: "/v1/legs?x=1", still percent-encoded
    std::string body;
    std::vector<Header> headers = {};
};

/// One HTTP response. Content-Length, Date and connection handling are the HTTP layer's business. For a HEAD
/// request it sends everything but the body, Content-Length included (RFC 9110 §9.3.2).
struct Response {
    Status status = Status::ok;
    std::string content_type;
    std::string body;
    std::vector<Header> headers;  ///< One name may come several times.
};

}  // namespace legroom::api
