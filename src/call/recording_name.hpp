#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace legroom::call {

inline constexpr std::size_t kMaxRecordingName = 128;

/// The name of a recording's file, as a caller gives it: letters, digits, '-', '_' and '.', no dot at either
/// end of what stands before `ending` (".wav", in lower case), no two in a row; `ending` is put there if it
/// is not. At most kMaxRecordingName bytes then. Anything else is Error::invalid_filename: a name never leads
/// out of its directory, nor is it hidden.
Result<std::string> read_recording_name(std::string_view text, std::string_view ending);

}  // namespace legroom::call
