#include "events/ledger.hpp"

#include <gtest/gtest.h>

namespace legroom::events {
namespace {

RecordPtr add(Ledger& ledger, std::size_t bytes = 10) {
    return ledger.append({ledger.next(), "", std::string(bytes, 'x')});
}

TEST(Ledger, NumbersRiseByOneFromTheFirst) {
    Ledger ledger{{}, 100};
    EXPECT_EQ(ledger.oldest(), ledger.next());
    EXPECT_EQ(add(ledger)->seq, 100U);
    EXPECT_EQ(add(ledger)->seq, 101U);
    EXPECT_EQ(ledger.oldest(), 100U);
    EXPECT_EQ(ledger.find(101)->seq, 101U);
    EXPECT_EQ(ledger.find(99), nullptr);
    EXPECT_EQ(ledger.find(102), nullptr);
}

TEST(Ledger, KeepsNoMoreRecordsThanItMay) {
    Ledger ledger{{.records = 3}, 1};
    for (int i = 0; i < 10; ++i) add(ledger);
    EXPECT_EQ(ledger.oldest(), 8U);
    EXPECT_EQ(ledger.next(), 11U);
    EXPECT_EQ(ledger.dropped(), 7U);
    EXPECT_EQ(ledger.bytes(), 30U);
    EXPECT_EQ(ledger.find(7), nullptr);
    EXPECT_EQ(ledger.find(8)->seq, 8U);
}

TEST(Ledger, KeepsNoMoreBytesThanItMayButAlwaysTheNewest) {
    Ledger ledger{{.records = 100, .bytes = 100}, 1};
    for (int i = 0; i < 20; ++i) add(ledger, 30);
    EXPECT_EQ(ledger.bytes(), 90U);
    EXPECT_EQ(ledger.oldest(), 18U);
    add(ledger, 1'000);
    EXPECT_EQ(ledger.oldest(), 21U);
    EXPECT_EQ(ledger.bytes(), 1'000U);
    add(ledger, 30);
    EXPECT_EQ(ledger.bytes(), 30U);
}

TEST(Ledger, AReaderKeepsTheRecordThatTheLedgerDrops) {
    Ledger ledger{{.records = 1}, 1};
    const RecordPtr mine = add(ledger);
    add(ledger);
    EXPECT_EQ(ledger.find(1), nullptr);
    EXPECT_EQ(mine->seq, 1U);
}

TEST(Ledger, SaysWhetherEverythingAfterANumberIsStillHere) {
    Ledger ledger{{.records = 3}, 100};
    EXPECT_TRUE(ledger.reaches(0)) << "nothing has happened yet";
    EXPECT_TRUE(ledger.reaches(99));
    EXPECT_FALSE(ledger.reaches(98)) << "a number of an earlier start";
    EXPECT_FALSE(ledger.reaches(100)) << "not given yet";
    for (int i = 0; i < 3; ++i) add(ledger);
    EXPECT_TRUE(ledger.reaches(0));
    EXPECT_EQ(ledger.resume_at(0), 100U);
    add(ledger);  // 101, 102, 103
    EXPECT_FALSE(ledger.reaches(0));
    EXPECT_FALSE(ledger.reaches(99));
    EXPECT_TRUE(ledger.reaches(100));
    EXPECT_EQ(ledger.resume_at(100), 101U);
    EXPECT_TRUE(ledger.reaches(103));
    EXPECT_FALSE(ledger.reaches(104));
    EXPECT_FALSE(ledger.reaches(~Seq{0}));
}

}  // namespace
}  // namespace legroom::events
