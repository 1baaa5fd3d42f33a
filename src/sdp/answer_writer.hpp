#pragma once

#include <string>

#include "sdp/answer.hpp"
#include "sdp/document.hpp"
#include "sdp/groups.hpp"

namespace legroom::sdp {

/// Puts what was negotiated into words: one answer section per offer section, in order, CRLF lines.
/// `negotiated.mline_index` names the accepted one.
std::string write_answer(const Document& offer, const Groups& groups, const Negotiated& negotiated,
                         const Ours& ours);

}  // namespace legroom::sdp
