#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/ledger.hpp"
#include "webhook/target.hpp"

namespace legroom::webhook {

/// X-Signature-256: "sha256=" and the HMAC-SHA256 of the body (RFC 2104) in lower-case hexadecimal digits.
std::string signature(std::string_view secret, std::string_view body);

/// The headers of the POST that delivers this event; its body is the record's. The same for every attempt.
std::vector<std::pair<std::string, std::string>> request_headers(const Target& target,
                                                                 const events::Record& record);

}  // namespace legroom::webhook
