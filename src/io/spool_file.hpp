#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "io/descriptor.hpp"

namespace legroom::io {

/// Texts one after the other in a file. What is dropped becomes a hole where the file system can have them,
/// as far as it fills whole blocks together with what was dropped beside it. Any one thread; waits for the
/// disk.
class SpoolFile {
public:
    explicit SpoolFile(Descriptor file) : file_(std::move(file)) {}

    std::optional<std::size_t> append(const std::string& text);  ///< Where it is; nullopt: it is not there.
    [[nodiscard]] std::optional<std::string> read(std::size_t offset, std::size_t size) const;
    void drop(std::size_t offset, std::size_t size);  ///< As append() placed it; once.

    [[nodiscard]] bool empty() const { return texts_.empty(); }  ///< No text is wanted any more.
    [[nodiscard]] std::size_t size() const { return size_; }     ///< Up to its last text, holes included.
    [[nodiscard]] std::size_t taken() const { return size_ - holes_; }  ///< Bytes of the disk.

private:
    static constexpr std::size_t kBlock = 4096;  ///< At least: a larger one stays until the file goes.

    void punch(std::size_t begin, std::size_t end);

    Descriptor file_;
    std::size_t size_ = 0;
    std::size_t holes_ = 0;
    std::multimap<std::size_t, std::size_t> texts_;  ///< Ends, by offset; several begin where empty ones are.
};

}  // namespace legroom::io
