#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sdp/answer.hpp"

namespace legroom::sdp {

/// Of one fragment. A browser on a machine with many interfaces gathers about thirty.
inline constexpr std::size_t kMaxFragmentCandidates = 64;

/// The body of a trickle request, application/trickle-ice-sdpfrag (RFC 8840 §9): what one side has to say of
/// its ICE session since the offer or the answer.
struct Fragment {
    std::string ufrag;
    std::string password;                 ///< "": it says none.
    std::vector<std::string> candidates;  ///< "candidate:…", not looked into; of every section
    bool end_of_candidates = false;
};

/// Reads a fragment. There is one bundled transport, so candidates of all sections are candidates of that
/// one, and a= lines that say nothing of it are skipped. Error::invalid_fragment: not lines of SDP; no
/// ice-ufrag, two different ones, or one out of its alphabet and length (an ice-pwd likewise, though it may
/// be missing); more than kMaxFragmentCandidates candidates.
Result<Fragment> parse_fragment(std::string_view text);

/// The same in words, for the section of this mid: CRLF lines. All of it is trusted to hold no line ends.
std::string write_fragment(const Fragment& fragment, std::string_view mid);

}  // namespace legroom::sdp
