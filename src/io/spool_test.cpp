#include "io/spool.hpp"

#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sys/stat.h>

#include "sim/scratch_directory.hpp"

namespace legroom::io {
namespace {

std::shared_ptr<const std::string> spooled(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

/// A spool in a directory of its own, driven until it has answered.
struct SpoolBench {
    bool put(Spool::Key key, std::string text) {
        std::optional<bool> told;
        spool->put(key, spooled(std::move(text)), [&](bool succeeded) { told = succeeded; });
        while (!told && context.run_one_for(std::chrono::seconds{5}) > 0) {
        }
        return told.value_or(false);
    }
    std::optional<std::string> get(Spool::Key key) {
        std::optional<std::string> text;
        bool told = false;
        spool->get(key, [&](std::optional<std::string> what) {
            text = std::move(what);
            told = true;
        });
        while (!told && context.run_one_for(std::chrono::seconds{5}) > 0) {
        }
        EXPECT_TRUE(told);
        return text;
    }
    [[nodiscard]] std::size_t open_files() const {
        std::size_t count = 0;
        each_file([&](const auto&) { ++count; });
        return count;
    }
    /// Bytes they take, as the file system counts them.
    [[nodiscard]] std::size_t on_disk() const {
        std::size_t bytes = 0;
        each_file([&](const std::filesystem::path& path) {
            struct stat about {};
            ASSERT_EQ(::stat(path.c_str(), &about), 0);
            bytes += static_cast<std::size_t>(about.st_blocks) * 512;
        });
        return bytes;
    }
    /// Files of the spool that the process has open.
    template <class Visit>
    void each_file(Visit visit) const {
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code error;
            const auto target = std::filesystem::read_symlink(entry.path(), error);
            if (!error && target.string().starts_with(directory)) visit(entry.path());
        }
    }

    ScratchDirectory scratch;
    std::string directory = scratch.path();
    boost::asio::io_context context;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
    std::unique_ptr<Spool> spool;
};

TEST(Spool, KeepsTextsUntilTheyAreDropped) {
    SpoolBench bench;
    bench.spool = *Spool::open(bench.context, bench.directory);
    EXPECT_TRUE(bench.put(1, "one"));
    EXPECT_TRUE(bench.put(2, ""));
    EXPECT_TRUE(bench.put(3, std::string(100'000, 'x')));
    EXPECT_EQ(bench.get(2), "");
    EXPECT_EQ(bench.get(1), "one");
    EXPECT_EQ(bench.get(1), "one");
    EXPECT_EQ(bench.get(3), std::string(100'000, 'x'));
    EXPECT_EQ(bench.get(4), std::nullopt);
    bench.spool->drop(1);
    bench.spool->drop(1);
    EXPECT_EQ(bench.get(1), std::nullopt);
    EXPECT_TRUE(std::filesystem::is_empty(bench.directory)) << "nothing is left behind, come what may";
}

TEST(Spool, GivesSpaceBack) {
    SpoolBench bench;
    bench.spool = *Spool::open(bench.context, bench.directory);
    const std::string text(SpoolLimits{}.file / 2, 'y');
    for (Spool::Key key = 0; key < 8; ++key) EXPECT_TRUE(bench.put(key, text));
    EXPECT_EQ(bench.open_files(), 4U);
    for (Spool::Key key = 0; key < 7; ++key) bench.spool->drop(key);
    EXPECT_EQ(bench.get(7), text);
    EXPECT_EQ(bench.open_files(), 1U);
    bench.spool->drop(7);
    EXPECT_TRUE(bench.put(8, "more"));
    EXPECT_EQ(bench.get(8), "more");
    EXPECT_EQ(bench.open_files(), 1U);
}

/// One text of each hundred is wanted for long: what was between them is not kept for its sake.
TEST(Spool, WhatIsDroppedLeavesTheDiskThoughItsFileStays) {
    SpoolBench bench;
    bench.spool = *Spool::open(bench.context, bench.directory);
    constexpr Spool::Key kTexts = 4'000;
    const auto text = [](Spool::Key key) { return std::to_string(key) + std::string(700 + key % 900, 'z'); };
    for (Spool::Key key = 0; key + 1 < kTexts; ++key) bench.spool->put(key, spooled(text(key)), [](bool) {});
    EXPECT_TRUE(bench.put(kTexts - 1, text(kTexts - 1)));
    const std::size_t before = bench.on_disk();
    EXPECT_GE(before, kTexts * 1'000);
    for (Spool::Key at = 0; at < kTexts; ++at) {
        const Spool::Key key = at * 1'999 % kTexts;  // in no order
        if (key % 100 != 0) bench.spool->drop(key);
    }
    for (Spool::Key key = 0; key < kTexts; key += 100) ASSERT_EQ(bench.get(key), text(key));
    EXPECT_EQ(bench.open_files(), 1U);
    if (bench.on_disk() == before) GTEST_SKIP() << "files have no holes here";
    EXPECT_LE(bench.on_disk(), 40U * 3 * 4'096) << "a text is in two blocks, and in a third at the end";
    EXPECT_TRUE(bench.put(kTexts, "and on it goes"));
    EXPECT_EQ(bench.get(kTexts), "and on it goes");
}

TEST(Spool, TakesNoMoreOfTheDiskThanItMay) {
    SpoolBench bench;
    bench.spool = *Spool::open(bench.context, bench.directory, {.bytes = 100'000});
    const std::string text(40'000, 'y');
    EXPECT_TRUE(bench.put(1, text));
    EXPECT_TRUE(bench.put(2, text));
    EXPECT_FALSE(bench.put(3, text));
    EXPECT_EQ(bench.get(3), std::nullopt);
    bench.spool->drop(1);
    bench.spool->drop(2);
    EXPECT_TRUE(bench.put(4, text));
    EXPECT_EQ(bench.get(4), text);
}

TEST(Spool, HasABoundedNumberOfFiles) {
    SpoolBench bench;
    bench.spool = *Spool::open(bench.context, bench.directory, {.file = 1'000, .files = 4});
    for (Spool::Key key = 0; key < 20; key += 2) {  // each file would keep one short text
        EXPECT_TRUE(bench.put(key, "short"));
        EXPECT_TRUE(bench.put(key + 1, std::string(2'000, 'y')));
        bench.spool->drop(key + 1);
    }
    for (Spool::Key key = 0; key < 20; key += 2) EXPECT_EQ(bench.get(key), "short");
    EXPECT_EQ(bench.open_files(), 4U);
}

TEST(Spool, SaysWhyItCannotBe) {
    boost::asio::io_context context;
    const auto opened = Spool::open(context, "/nonexistent");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), "cannot make files in /nonexistent: No such file or directory");
}

TEST(Spool, TellsNobodyAfterItsEnd) {
    SpoolBench bench;
    bench.spool = *Spool::open(bench.context, bench.directory);
    bool told = false;
    bench.spool->put(1, spooled("text"), [&](bool) { told = true; });
    bench.spool.reset();
    bench.context.poll();
    EXPECT_FALSE(told);
}

}  // namespace
}  // namespace legroom::io
