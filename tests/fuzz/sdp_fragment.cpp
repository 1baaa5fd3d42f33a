// Any trickled fragment is read or refused; what was read is the same when written and read again.
#include <cstdlib>

#include "base/bytes.hpp"
#include "sdp/fragment.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace legroom;
    const auto fragment = sdp::parse_fragment(as_text({data, size}));
    if (!fragment) return 0;
    if (fragment->ufrag.empty() || fragment->candidates.size() > sdp::kMaxFragmentCandidates) std::abort();
    sdp::Fragment whole = *fragment;
    if (whole.password.empty()) whole.password = "0123456789abcdefghijkl";
    const auto again = sdp::parse_fragment(sdp::write_fragment(whole, "0"));
    if (!again || again->ufrag != whole.ufrag || again->password != whole.password) std::abort();
    if (again->candidates != whole.candidates || again->end_of_candidates != whole.end_of_candidates)
        std::abort();
    return 0;
}
