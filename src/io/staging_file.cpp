#include "io/staging_file.hpp"

#include <boost/system/errc.hpp>
#include <cerrno>
#include <cstdio>
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

}  // namespace

StagingFile::StagingFile(Descriptor file, std::string directory, std::string name, const std::string& staging)
    : file_(std::move(file)),
      directory_(std::move(directory)),
      name_(std::move(name)),
      path_(directory_ + "/" + staging) {}

StagingFile::StagingFile(StagingFile&& other) noexcept
    : file_(std::move(other.file_)),
      directory_(std::move(other.directory_)),
      name_(std::move(other.name_)),
      path_(std::exchange(other.path_, {})) {}

StagingFile& StagingFile::operator=(StagingFile&& other) noexcept {
    if (this == &other) return *this;
    discard();
    file_ = std::move(other.file_);
    directory_ = std::move(other.directory_);
    name_ = std::move(other.name_);
    path_ = std::exchange(other.path_, {});
    return *this;
}

Result<StagingFile> StagingFile::create(const std::string& directory, const std::string& name) {
    if (exists(directory + "/" + name)) return make_error_code(boost::system::errc::file_exists);
    const std::string staging = std::string{kHidden} + name + std::string{kUnfinished};
    Descriptor file{
        ::open((directory + "/" + staging).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode)};
    if (!file) return last_error();
    ::flock(file.get(), LOCK_EX | LOCK_NB);  // It is new: nobody else has it.
    ::fchmod(file.get(), kMode);             // Whatever the umask says.
    return StagingFile{std::move(file), directory, name, staging};
}

Result<StagingFile> StagingFile::reopen(const std::string& directory, const std::string& staging_name) {
    const auto name = name_of_staging(staging_name);
    if (!name) return make_error_code(boost::system::errc::invalid_argument);
    Descriptor file{::open((directory + "/" + staging_name).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
    if (!file) return last_error();
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return make_error_code(boost::system::errc::device_or_resource_busy);
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
    for (int number = 0; number <= kOtherNames; ++number) {
        std::string target = directory_ + "/" + (number == 0 ? name_ : other_name(name_, number));
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
            path_.clear();
            return target;
        }
        if (errno != EEXIST) break;
    }
    const error_code error = last_error();
    path_.clear();  // Whoever mends what is wrong finds it there, and so does the next start.
    return error;
}

void StagingFile::discard() {
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
}

std::optional<std::string> name_of_staging(const std::string& staging_name) {
    const std::string_view whole{staging_name};
    if (whole.size() <= kHidden.size() + kUnfinished.size()) return std::nullopt;
    if (!whole.starts_with(kHidden) || !whole.ends_with(kUnfinished)) return std::nullopt;
    return std::string{whole.substr(kHidden.size(), whole.size() - kHidden.size() - kUnfinished.size())};
}

}  // namespace legroom::io
