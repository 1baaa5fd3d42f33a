#pragma once

#include <string>
#include <string_view>

namespace legroom::api {

/// The text with every byte that is not part of well-formed UTF-8 (RFC 3629 §4) replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

}  // namespace legroom::api
