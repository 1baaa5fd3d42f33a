#include "vsi/event_queue.hpp"

#include <gtest/gtest.h>

namespace legroom::vsi {
namespace {

/// A ledger and one reader of it. An event's body is its number.
struct Reader {
    explicit Reader(std::size_t capacity, std::optional<events::Seq> after = std::nullopt, int before = 0,
                    std::string_view pattern = "") {
        happen(before);
        queue.emplace(capacity, *events::AppFilter::parse(pattern), ledger, after);
    }
    void happen(int count, const std::string& app_id = "") {
        for (int i = 0; i < count; ++i) {
            const auto record = ledger.append({ledger.next(), app_id, std::to_string(ledger.next())});
            if (queue) queue->offer(record);
        }
    }
    /// All there is to take, and the turns it took to say so.
    std::string take() {
        std::string all;
        for (turns = 1;; ++turns) {
            while (const auto frame = queue->take()) all += (all.empty() ? "" : " ") + *frame;
            if (!queue->unfinished()) return all;
        }
    }
    events::Ledger ledger{{.records = 3'000}, 1};
    std::optional<EventQueue> queue;
    int turns = 0;
};

TEST(EventQueue, TakesWhatHappensFromNowOn) {
    Reader reader{16, std::nullopt, 3};
    EXPECT_EQ(reader.take(), "");
    reader.happen(2);
    EXPECT_EQ(reader.take(), "4 5");
}

TEST(EventQueue, WhenFullNewEventsAreDroppedAndToldOfBeforeTheNextOne) {
    Reader reader{3};
    reader.happen(5);
    EXPECT_EQ(reader.queue->size(), 3U);
    EXPECT_EQ(reader.queue->dropped(), 2U);
    EXPECT_EQ(reader.take(), R"({"type":"events_dropped","count":2} 1 2 3)");
    reader.happen(1);
    EXPECT_EQ(reader.take(), "6");
    reader.happen(10);
    EXPECT_EQ(reader.queue->size(), 3U);
    EXPECT_EQ(reader.take(), R"({"type":"events_dropped","count":7} 7 8 9)");
    EXPECT_EQ(reader.queue->dropped(), 9U);
}

TEST(EventQueue, WhatTheFilterDoesNotWantTakesNoPlace) {
    Reader reader{2, std::nullopt, 0, "shop"};
    reader.happen(10, "desk");
    reader.happen(2, "my shop");
    EXPECT_EQ(reader.take(), "11 12");
    EXPECT_EQ(reader.queue->dropped(), 0U);
}

TEST(EventQueue, ResumesFromTheLedgerAndGoesOnWithoutAGapOrARepeat) {
    Reader reader{2, 2, 6};
    EXPECT_EQ(reader.queue->take(), "3");
    reader.happen(4);  // More than may wait: but they are in the ledger.
    EXPECT_EQ(reader.take(), "4 5 6 7 8 9 10");
    reader.happen(1);
    EXPECT_EQ(reader.take(), "11");
    EXPECT_EQ(reader.queue->dropped(), 0U);
}

TEST(EventQueue, ResumesFromTheVeryBeginning) {
    Reader reader{16, 0, 2};
    EXPECT_EQ(reader.take(), "1 2");
}

TEST(EventQueue, AWindowThatIsGoneIsSaidFirst) {
    Reader reader{16, 5, 3'010};
    reader.happen(1);
    EXPECT_EQ(reader.take(), R"({"type":"resync_required","after":5,"oldest_seq":11,"last_seq":3010} 3011)");
}

TEST(EventQueue, ANumberNobodyGaveIsAWindowThatIsGone) {
    Reader reader{16, 77, 3};
    EXPECT_EQ(reader.take(), R"({"type":"resync_required","after":77,"oldest_seq":1,"last_seq":3})");
}

TEST(EventQueue, WhoResumesSlowerThanEventsHappenIsToldSo) {
    Reader reader{16, 0, 10};
    EXPECT_EQ(reader.queue->take(), "1");
    reader.happen(3'000);
    EXPECT_EQ(reader.take(), R"({"type":"resync_required","after":1,"oldest_seq":11,"last_seq":3010})");
    reader.happen(1);
    EXPECT_EQ(reader.take(), "3011");
}

TEST(EventQueue, LooksAtABoundedNumberOfEventsATurn) {
    Reader reader{16, 0, 0, "shop"};
    reader.happen(2'500, "desk");
    reader.happen(1, "shop");
    EXPECT_EQ(reader.take(), "2501");
    EXPECT_EQ(reader.turns, 3);
}

}  // namespace
}  // namespace legroom::vsi
