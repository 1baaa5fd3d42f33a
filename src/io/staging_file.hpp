#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/descriptor.hpp"

namespace legroom::io {

/// A file that is not there yet: hidden (".rec-NAME.tmp") beside the place it will have, until it is whole
/// and gets its name in one step. Locked as long as somebody of this machine has it, so that a second
/// program, or the next run, can tell one that is being written from one that was left. Goes away unless it
/// is published or kept. Blocks as long as the disk does.
class StagingFile {
public:
    /// A new one. errc::file_exists: the name is taken, by a file or by another one on its way.
    static Result<StagingFile> create(const std::string& directory, const std::string& name);
    /// One that was left, by its own name. errc::device_or_resource_busy: somebody writes it.
    static Result<StagingFile> reopen(const std::string& directory, const std::string& staging_name);

    ~StagingFile() { discard(); }
    StagingFile(StagingFile&& other) noexcept;
    StagingFile& operator=(StagingFile&& other) noexcept;

    error_code write_at(std::uint64_t offset, Bytes bytes);
    error_code set_size(std::uint64_t bytes);  ///< What was not written reads as zeros.
    [[nodiscard]] Result<std::uint64_t> size() const;
    /// Fewer than asked for at the end.
    Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) const;

    /// Gives it its name, or the first of "stem-1.ext" … "stem-9.ext" that is free when somebody has taken
    /// that meanwhile; nothing is ever overwritten. The whole name it has now. After an error it is kept,
    /// hidden.
    Result<std::string> publish();
    void discard();
    void leave() { path_.clear(); }  ///< Stays as it is, for whoever can read it.

private:
    StagingFile(Descriptor file, std::string directory, std::string name, const std::string& staging);

    Descriptor file_;
    std::string directory_;
    std::string name_;
    std::string path_;  ///< Of the hidden file; "": it has its name, or is gone.
};

/// The name that a hidden file is to have; nullopt: it is none of ours.
std::optional<std::string> name_of_staging(const std::string& staging_name);

}  // namespace legroom::io
