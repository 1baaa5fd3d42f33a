#include "io/ogg_file.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace legroom::io {
namespace {

constexpr std::size_t kScannedAtOnce = 16 * record::kMaxOggPageBytes;

/// nullopt: it cannot be read.
std::optional<record::OggOpusScan> scan(const StagingFile& file) {
    record::OggOpusScan found;
    std::vector<std::uint8_t> bytes(kScannedAtOnce);
    while (true) {
        const auto got = file.read_at(found.end(), bytes);
        if (!got) return std::nullopt;
        if (found.take(Bytes{bytes}.first(*got)) == 0) return found;
    }
}

}  // namespace

OggFile::OggFile(StagingFile file, std::uint32_t serial, std::shared_ptr<record::PacketTape> tape)
    : file_(std::move(file)), writer_(serial), tape_(std::move(tape)) {}

Result<OggFile> OggFile::create(const std::string& directory, const std::string& name, std::uint32_t serial,
                                std::shared_ptr<record::PacketTape> tape) {
    auto file = StagingFile::create(directory, name);
    if (!file) return file.error();
    return OggFile{std::move(*file), serial, std::move(tape)};
}

error_code OggFile::drain() {
    const bool closed = tape_->closed();
    const record::Position end = tape_->reached();
    while (const auto piece = tape_->front()) {
        if (!closed && piece->at >= end) break;
        writer_.put(*piece);
        tape_->pop();
    }
    if (closed) {
        writer_.finish(end);
    } else {
        writer_.reach(end);
    }
    complete_ = closed;
    return write();
}

error_code OggFile::write() {
    const ByteVector pages = writer_.take();
    const auto error = file_.write_at(written_, pages);
    written_ += pages.size();
    broken_ = broken_ || error;
    return error;
}

std::uint64_t OggFile::dropped() const {
    return (tape_->dropped() + record::kPositionsPerTick - 1) / record::kPositionsPerTick;
}

Result<std::string> OggFile::publish() {
    writer_.finish(tape_->reached());
    if (!broken_) write();
    const bool playable = writer_.begun() && (!broken_ || mend_ogg(file_) == Mended::playable);
    if (playable) return file_.publish();
    file_.discard();
    return std::string{};
}

Mended mend_ogg(StagingFile& file) {
    const auto size = file.size();
    if (!size) return Mended::foreign;
    if (*size == 0) return Mended::empty;
    const auto whole = scan(file);
    if (!whole || !whole->ours()) return Mended::foreign;
    if (!whole->playable()) return Mended::empty;

    ByteVector page(static_cast<std::size_t>(whole->end() - whole->last_page()));
    const auto got = file.read_at(whole->last_page(), page);
    if (!got || *got != page.size()) return Mended::foreign;
    if (file.write_at(whole->last_page(), record::as_last_ogg_page(page))) return Mended::foreign;
    if (file.set_size(whole->end())) return Mended::foreign;
    return Mended::playable;
}

}  // namespace legroom::io
