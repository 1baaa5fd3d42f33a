#include "io/spool_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <unistd.h>

namespace legroom::io {
namespace {

bool write_at(int file, const std::string& text, std::size_t offset) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count =
            ::pwrite(file, text.data() + done, text.size() - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        done += static_cast<std::size_t>(count);
    }
    return true;
}

std::size_t up(std::size_t offset, std::size_t block) { return (offset + block - 1) / block * block; }
std::size_t down(std::size_t offset, std::size_t block) { return offset / block * block; }

}  // namespace

std::optional<std::size_t> SpoolFile::append(const std::string& text) {
    const std::size_t offset = size_;
    if (!write_at(file_.get(), text, offset)) return std::nullopt;
    texts_.emplace(offset, offset + text.size());
    size_ += text.size();
    return offset;
}

std::optional<std::string> SpoolFile::read(std::size_t offset, std::size_t size) const {
    std::string text(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count =
            ::pread(file_.get(), text.data() + done, size - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        done += static_cast<std::size_t>(count);
    }
    return text;
}

/// The blocks it was in go, unless others that are wanted are in them too. What was dropped beside it has
/// left a gap: the blocks at the two ends of the text may be whole by now.
void SpoolFile::drop(std::size_t offset, std::size_t size) {
    const auto same = texts_.equal_range(offset);
    const auto found =
        std::find_if(same.first, same.second, [&](const auto& text) { return text.second == offset + size; });
    if (found == same.second) return;
    const auto next = texts_.erase(found);
    if (texts_.empty()) return;  // The file goes.
    const std::size_t gap_begin = next == texts_.begin() ? 0 : std::prev(next)->second;
    const std::size_t gap_end = next == texts_.end() ? size_ : next->first;
    punch(std::max(up(gap_begin, kBlock), down(offset, kBlock)),
          std::min(down(gap_end, kBlock), up(offset + size, kBlock)));
}

void SpoolFile::punch(std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    const int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    if (::fallocate(file_.get(), mode, static_cast<off_t>(begin), static_cast<off_t>(end - begin)) == 0)
        holes_ += end - begin;
}

}  // namespace legroom::io
