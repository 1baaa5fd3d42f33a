#include "call/failure.hpp"

#include <gtest/gtest.h>
#include <set>

namespace legroom::call {
namespace {

using ice::FailureCode;

TEST(Failure, EveryCodeHasAStageAndAHintOfItsOwn) {
    std::set<std::string> hints;
    for (int code = 0; code <= static_cast<int>(FailureCode::internal); ++code) {
        const Failure failure = describe(static_cast<FailureCode>(code));
        SCOPED_TRACE(ice::to_string(failure.code));
        EXPECT_FALSE(failure.stage.empty());
        EXPECT_TRUE(failure.hint.ends_with('.'));
        EXPECT_TRUE(hints.insert(failure.hint).second) << "said of another code already";
        EXPECT_EQ(failure.stage == "internal", failure.code == FailureCode::internal);
    }
}

TEST(Failure, KeepsThePairs) {
    ice::PairReport pair;
    pair.requests_sent = 7;
    EXPECT_EQ(describe(FailureCode::no_reply, {pair}).pairs.at(0).requests_sent, 7U);
}

}  // namespace
}  // namespace legroom::call
