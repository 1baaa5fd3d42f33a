// Any offer is answered or refused, and what we answer is a description with as many sections.
#include <cstdlib>

#include "base/bytes.hpp"
#include "sdp/answer.hpp"
#include "sdp/document.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace legroom;
    const std::string_view offer = as_text({data, size});
    sdp::Ours ours;
    ours.session_id = "1";
    const auto answer = sdp::answer(offer, ours);
    if (!answer) return 0;
    const auto again = sdp::Document::parse(answer->text);
    if (!again || again->sections.size() != sdp::Document::parse(offer)->sections.size()) std::abort();
    return 0;
}
