// Of whatever file, what is taken for whole is a file of ours to its end, and can be made to end there.
#include <algorithm>
#include <cstdlib>

#include "record/ogg_opus.hpp"

namespace {

/// As a reader of files does: so many bytes at a time.
legroom::record::OggOpusScan scan(legroom::Bytes file, std::size_t window) {
    legroom::record::OggOpusScan found;
    while (true) {
        const auto rest = file.subspan(static_cast<std::size_t>(found.end()));
        if (found.take(rest.first(std::min(window, rest.size()))) == 0) return found;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace legroom;
    const record::OggOpusScan found = scan({data, size}, record::kMaxOggPageBytes);
    if (found.end() > size || scan({data, size}, size).end() != found.end()) std::abort();
    if (!found.ours()) return 0;
    ByteVector file{data, data + found.end()};
    const auto last = static_cast<std::size_t>(found.last_page());
    const ByteVector page = record::as_last_ogg_page(Bytes{file}.subspan(last));
    std::ranges::copy(page, file.begin() + static_cast<std::ptrdiff_t>(last));
    if (scan(file, file.size()).end() != file.size()) std::abort();
    return 0;
}
