#include "io/staging_file.hpp"

#include <cerrno>
#include <dlfcn.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "io/recording_store.hpp"
#include "sim/scratch_directory.hpp"

namespace {

/// What the file system cannot do, as long as one of these lives.
struct Weakness {
    int rename_error = 0;  ///< errno of renameat2; 0: it works.
    int link_error = 0;
    std::function<int()> lock = {};  ///< In the place of flock.
};
Weakness weakness;

struct Weak {
    explicit Weak(const Weakness& what) { weakness = what; }
    ~Weak() { weakness = {}; }
    Weak(const Weak&) = delete;
    Weak& operator=(const Weak&) = delete;
};

}  // namespace

/// The program's go before the C library's.
extern "C" int renameat2(int from_directory, const char* from, int to_directory, const char* to,
                         unsigned int flags) noexcept {
    static const auto next = reinterpret_cast<decltype(&renameat2)>(::dlsym(RTLD_NEXT, "renameat2"));
    if (weakness.rename_error == 0) return next(from_directory, from, to_directory, to, flags);
    errno = weakness.rename_error;
    return -1;
}
extern "C" int link(const char* from, const char* to) noexcept {
    static const auto next = reinterpret_cast<decltype(&link)>(::dlsym(RTLD_NEXT, "link"));
    if (weakness.link_error == 0) return next(from, to);
    errno = weakness.link_error;
    return -1;
}

extern "C" int flock(int file, int operation) noexcept {
    static const auto next = reinterpret_cast<decltype(&flock)>(::dlsym(RTLD_NEXT, "flock"));
    return weakness.lock ? weakness.lock() : next(file, operation);
}

namespace legroom::io {
namespace {

void put_file(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}
std::string get_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(StagingFile, GetsItsNameWithoutRenameat2AndOverwritesNothing) {
    for (const int error : {EINVAL, ENOSYS}) {
        const Weak weak({error, 0, {}});
        const ScratchDirectory scratch;
        auto file = StagingFile::create(scratch.path(), "a.wav");
        ASSERT_TRUE(file);
        const ByteVector sound{'x'};
        EXPECT_FALSE(file->write_at(0, sound));
        put_file(scratch.file("a.wav"), "mine");
        EXPECT_EQ(file->publish().value(), scratch.file("a-1.wav"));
        EXPECT_EQ(get_file(scratch.file("a.wav")), "mine");
        EXPECT_EQ(get_file(scratch.file("a-1.wav")), "x");
        EXPECT_FALSE(std::filesystem::exists(scratch.file(".rec-a.wav.tmp")));
        EXPECT_FALSE(try_publishing(scratch.path()));
    }
}

TEST(StagingFile, StaysWhereNothingGetsANameAndThatIsSaidAtTheStart) {
    const Weak weak({EINVAL, EPERM, {}});
    const ScratchDirectory scratch;
    {
        auto file = StagingFile::create(scratch.path(), "a.wav");
        ASSERT_TRUE(file);
        EXPECT_EQ(file->publish().error(), boost::system::errc::operation_not_permitted);
    }
    EXPECT_TRUE(std::filesystem::exists(scratch.file(".rec-a.wav.tmp")));
    std::filesystem::remove(scratch.file(".rec-a.wav.tmp"));
    std::vector<record::Report> reports;
    RecordingStore store(scratch.path(),
                         [&](record::Report report) { reports.push_back(std::move(report)); });
    store.recover();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(std::get<record::Warning>(reports[0]).file, scratch.path());
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path())) << "and nothing is left of the trial";
}

TEST(StagingFile, IsNotOfTwoWhoMeetOverANewOne) {
    const ScratchDirectory scratch;
    const auto hidden = scratch.file(".rec-a.wav.tmp");
    const auto busy = make_error_code(boost::system::errc::device_or_resource_busy);
    {
        const Weak weak({0, 0, [] {
                             errno = EWOULDBLOCK;
                             return -1;
                         }});
        EXPECT_EQ(StagingFile::create(scratch.path(), "a.wav").error(), busy);
        EXPECT_FALSE(std::filesystem::exists(hidden)) << "the name is free again";
    }
    {
        const Weak weak({0, 0, [&] { return std::filesystem::remove(hidden) ? 0 : -1; }});
        EXPECT_EQ(StagingFile::create(scratch.path(), "a.wav").error(), busy) << "taken away by then";
    }
    const auto file = StagingFile::create(scratch.path(), "a.wav");
    ASSERT_TRUE(file);
    EXPECT_EQ(StagingFile::create(scratch.path(), "a.wav").error(), boost::system::errc::file_exists);
    EXPECT_EQ(StagingFile::reopen(scratch.path(), ".rec-a.wav.tmp").error(), busy);
}

TEST(StagingFile, OfWhichThereIsNothingYetIsLeftAloneForAMinute) {
    const ScratchDirectory scratch;
    put_file(scratch.file(".rec-a.wav.tmp"), "");
    RecordingStore store(scratch.path(), [](const record::Report&) { FAIL() << "nothing to tell"; });
    store.recover();
    EXPECT_TRUE(std::filesystem::exists(scratch.file(".rec-a.wav.tmp")));
    const auto before = std::filesystem::file_time_type::clock::now() - std::chrono::seconds{61};
    std::filesystem::last_write_time(scratch.file(".rec-a.wav.tmp"), before);
    store.recover();
    EXPECT_FALSE(std::filesystem::exists(scratch.file(".rec-a.wav.tmp")));
}

}  // namespace
}  // namespace legroom::io
