#include "io/spool.hpp"

#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>

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
    /// Files of the spool that the process has open.
    [[nodiscard]] std::size_t open_files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code error;
            const auto target = std::filesystem::read_symlink(entry.path(), error);
            if (!error && target.string().starts_with(directory)) ++count;
        }
        return count;
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
    const std::string text(kSpoolFileBytes / 2, 'y');
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
