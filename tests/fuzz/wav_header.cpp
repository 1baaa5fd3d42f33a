// What is taken for a header of ours is one: written again it says the same format.
#include <cstdlib>

#include "record/wav.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace legroom;
    const auto format = record::read_wav_header({data, size});
    if (!format) return 0;
    if (format->frame_bytes() == 0) std::abort();
    const auto again = record::read_wav_header(record::wav_header(*format, size));
    if (again != format) std::abort();
    return 0;
}
