#include "events/app_filter.hpp"

#include <gtest/gtest.h>

namespace legroom::events {
namespace {

struct FilterCase {
    const char* pattern;
    const char* app_id;
    bool wanted;
};

const FilterCase kFilterCases[] = {
    {"", "", true},
    {"", "anything", true},
    {"shop", "my-shop-1", true},  // unanchored
    {"^shop", "my-shop-1", false},
    {"^shop$", "shop", true},
    {"shop|desk", "helpdesk", true},
    {"shop", "", false},
    {"^$", "", true},
    {"^$", "x", false},
    {"(?i)SHOP", "shop", true},
    {"caf\xC3\xA9$", "le-caf\xC3\xA9", true},
};

TEST(AppFilter, SearchesAnywhereInTheTag) {
    for (const auto& one : kFilterCases) {
        const auto filter = AppFilter::parse(one.pattern);
        ASSERT_TRUE(filter) << one.pattern << ": " << filter.error();
        EXPECT_EQ(filter->wants(one.app_id), one.wanted) << one.pattern << " in " << one.app_id;
    }
}

TEST(AppFilter, RefusesWhatIsNoPatternOrTooMuchOfOne) {
    for (const std::string& pattern :
         {std::string{"("}, std::string{"*"}, std::string{"[a"}, std::string{"a{2,1}"}, std::string{"(a)\\1"},
          std::string{"(?=a)"}, std::string{"\xFF"}, std::string{"((a{100}){100}){100}"},
          std::string(kMaxPatternBytes + 1, 'a')}) {
        const auto filter = AppFilter::parse(pattern);
        ASSERT_FALSE(filter) << pattern;
        EXPECT_FALSE(filter.error().empty());
    }
    EXPECT_TRUE(AppFilter::parse(std::string(kMaxPatternBytes, 'a')));
}

/// With an engine that backtracks, each of these would take longer than the universe is old.
TEST(AppFilter, IsNotMadeToRunExponentially) {
    const std::string text(256, 'a');
    for (const char* pattern : {"(a+)+$", "(a|aa)+b", "(a*)*b", "(.*a){30}b", "((a?){8}){8}a{64}b"}) {
        const auto filter = AppFilter::parse(pattern);
        ASSERT_TRUE(filter) << pattern << ": " << filter.error();
        for (int i = 0; i < 100; ++i) EXPECT_EQ(filter->wants(text), std::string{pattern} == "(a+)+$");
    }
}

}  // namespace
}  // namespace legroom::events
