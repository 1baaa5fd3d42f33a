#include "io/staging_file.hpp"

#include <boost/system/errc.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "io/socket.hpp"

namespace legroom::io {
namespace {

constexpr std::string_view kHidden = ".rec-";
constexpr std::string_view kUnfinished = ".tmp";
constexpr mode_t kMode = 0644;
constexpr int kOtherNames = 9;
constexpr std::chrono::seconds kYoung{60};

bool exists(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0;
}

/// "call.wav", 2: "call-2.wav".
std::string other_name(const std::string& name, int number) {
    const auto dot = name.rfind('.');
    const std::string suffix = "-" + std::to_string(number);
    return dot == std::string::npos ? name + suffix : name.substr(0, dot) + suffix + name.substr(dot);
}

error_code lock_file(const Descriptor& file) {
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return {};
    if (errno == EWOULDBLOCK) return make_error_code(boost::system::errc::device_or_resource_busy);
    return last_error();
}

/// Between its making and its lock another program may look at a new file, lock it for that moment, and even
/// take it for one that was left, and away.
error_code claim(const Descriptor& file, const std::string& path) {
    const error_code error = lock_file(file);
    if (error == boost::system::errc::device_or_resource_busy) {
        ::unlink(path.c_str());
        return error;
    }
    // Where there are no locks nobody else has it, and nobody finishes what is left.
    struct stat found {};
    if (::fstat(file.get(), &found) != 0) return last_error();
    return found.st_nlink > 0 ? error_code{} : make_error_code(boost::system::errc::device_or_resource_busy);
}

/// Somebody makes it and has not got so far as to lock it; or it has gone meanwhile.
bool is_just_begun(const Descriptor& file) {
    struct stat found {};
    if (::fstat(file.get(), &found) != 0 || found.st_nlink == 0) return true;
    return found.st_size == 0 && ::time(nullptr) - found.st_mtime < kYoung.count();
}

/// In one step or, where the file system cannot (NFS, FUSE), in two of which neither overwrites anything.
error_code rename_to_new(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) return last_error();
    if (::link(from.c_str(), to.c_str()) != 0) return last_error();
    ::unlink(from.c_str());
    return {};
}

}  // namespace

StagingFile::StagingFile(Descriptor file, std::string directory, std::string name, const std::string& staging)
    : file_(std::move(file)),
      directory_(std::move(directory)),
      name_(std::move(name)),
      path_(directory_ + "/" + staging) {}

Result<StagingFile> StagingFile::create(const std::string& directory, const std::string& name) {
    if (exists(directory + "/" + name)) return make_error_code(boost::system::errc::file_exists);
    const std::string staging = staging_of(name);
    const std::string path = directory + "/" + staging;
    Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode)};
    if (!file) return last_error();
    if (const auto error = claim(file, path)) return error;
    ::fchmod(file.get(), kMode);  // Whatever the umask says.
    return StagingFile{std::move(file), directory, name, staging};
}

Result<StagingFile> StagingFile::reopen(const std::string& directory, const std::string& staging_name) {
    const auto name = name_of_staging(staging_name);
    if (!name) return make_error_code(boost::system::errc::invalid_argument);
    Descriptor file{::open((directory + "/" + staging_name).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
    if (!file) return last_error();
    if (const auto error = lock_file(file)) return error;
    if (is_just_begun(file)) return make_error_code(boost::system::errc::device_or_resource_busy);
    return StagingFile{std::move(file), directory, *name, staging_name};
}

error_code StagingFile::write_at(std::uint64_t offset, Bytes bytes) {
    while (!bytes.empty()) {
        const auto written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return last_error();
        if (written == 0) return make_error_code(boost::system::errc::no_space_on_device);
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

error_code StagingFile::set_size(std::uint64_t bytes) {
    return ::ftruncate(file_.get(), static_cast<off_t>(bytes)) == 0 ? error_code{} : last_error();
}

Result<std::uint64_t> StagingFile::size() const {
    struct stat found {};
    if (::fstat(file_.get(), &found) != 0) return last_error();
    return static_cast<std::uint64_t>(found.st_size);
}

Result<std::size_t> StagingFile::read_at(std::uint64_t offset, MutableBytes out) const {
    std::size_t got = 0;
    while (got < out.size()) {
        const auto count =
            ::pread(file_.get(), out.data() + got, out.size() - got, static_cast<off_t>(offset + got));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return last_error();
        if (count == 0) break;
        got += static_cast<std::size_t>(count);
    }
    return got;
}

Result<std::string> StagingFile::publish() {
    error_code error;
    for (int number = 0; number <= kOtherNames; ++number) {
        std::string target = directory_ + "/" + (number == 0 ? name_ : other_name(name_, number));
        error = rename_to_new(path_, target);
        if (!error) {
            path_.clear();
            return target;
        }
        if (error != boost::system::errc::file_exists) break;
    }
    return error;
}

void StagingFile::discard() {
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
}

error_code try_publishing(const std::string& directory) {
    auto file = StagingFile::create(directory, ".rec-trial-" + std::to_string(::getpid()));
    if (!file) return file.error();
    const auto published = file->publish();
    file->discard();
    if (!published) return published.error();
    ::unlink(published->c_str());
    return {};
}

std::string staging_of(const std::string& name) {
    return std::string{kHidden} + name + std::string{kUnfinished};
}

std::optional<std::string> name_of_staging(const std::string& staging_name) {
    const std::string_view whole{staging_name};
    if (whole.size() <= kHidden.size() + kUnfinished.size()) return std::nullopt;
    if (!whole.starts_with(kHidden) || !whole.ends_with(kUnfinished)) return std::nullopt;
    return std::string{whole.substr(kHidden.size(), whole.size() - kHidden.size() - kUnfinished.size())};
}

}  // namespace legroom::io
