// Any candidate line. What is usable must survive being written and read again.
#include <cstdlib>

#include "ice/candidate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace legroom;
    const auto parsed = ice::parse_candidate(as_text({data, size}));
    if (!parsed || !parsed->candidate) return 0;
    const std::string line = parsed->candidate->to_line();
    const auto again = ice::parse_candidate(line);
    if (!again || !again->candidate || again->candidate->to_line() != line) std::abort();
    if (again->candidate->endpoint != parsed->candidate->endpoint) std::abort();
    if (again->candidate->transport != parsed->candidate->transport) std::abort();
    if (again->candidate->tcp_type != parsed->candidate->tcp_type) std::abort();
    return 0;
}
