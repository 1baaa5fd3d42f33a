#include "engine/routing.hpp"

#include <gtest/gtest.h>

namespace legroom::engine {
namespace {

/// Contract 03, in the words of the mixer.
bool hears(const RoutingTable& table, std::string_view listener, std::string_view source) {
    return (table.heard_by(listener) & mix::voices_of(table.kind_of(source))) != 0;
}

struct HearingCase {
    const char* listener;
    const char* source;
    bool hears;
};

TEST(RoutingTable, FollowsTheContractsTable) {
    const RoutingTable table{{{"customer", {"agent"}},
                              {"agent", {"customer", "supervisor"}},
                              {"prisoner", {}},
                              {"", {"agent"}},
                              {"odd", {""}}}};
    const HearingCase cases[] = {
        {"", "", true},                   // a listener without a role
        {"", "agent", true},              // hears everyone,
        {"", "stranger", true},           // whoever it is
        {"stranger", "", true},           // a role without a row
        {"stranger", "agent", true},      //
        {"stranger", "customer", true},   //
        {"prisoner", "", false},          // the row []
        {"prisoner", "agent", false},     //
        {"prisoner", "prisoner", false},  //
        {"customer", "agent", true},      // in the row
        {"customer", "supervisor", false},
        {"customer", "customer", false},
        {"customer", "", false},          // a source without a role
        {"customer", "stranger", false},  // a role no row names
        {"agent", "supervisor", true},
        {"agent", "agent", false},
        {"odd", "", false},  // "" is no role
    };
    for (const HearingCase& c : cases)
        EXPECT_EQ(hears(table, c.listener, c.source), c.hears) << c.listener << " <- " << c.source;
    for (const char* listener : {"", "customer", "agent", "prisoner", "odd"})
        EXPECT_TRUE((table.heard_by(listener) & mix::voices_of(mix::kForAll)) != 0) << listener;
}

TEST(RoutingTable, WithoutAMatrixEveryoneHearsEveryone) {
    EXPECT_TRUE(hears({}, "customer", "supervisor"));
    EXPECT_TRUE(hears(RoutingTable{RoutingMatrix{}}, "customer", ""));
}

TEST(RoutingTable, TellsAsManySourcesApartAsThereAreKinds) {
    RoutingMatrix matrix;
    for (std::size_t i = 0; i < kMaxSourceRoles + 3; ++i) matrix["all"].insert(std::to_string(1'000 + i));
    const RoutingTable table{matrix};
    std::set<mix::VoiceKind> kinds;
    for (std::size_t i = 0; i < kMaxSourceRoles; ++i) {
        EXPECT_TRUE(hears(table, "all", std::to_string(1'000 + i))) << i;
        kinds.insert(table.kind_of(std::to_string(1'000 + i)));
    }
    EXPECT_EQ(kinds.size(), kMaxSourceRoles);
    EXPECT_FALSE(kinds.contains(mix::kForAll));
    EXPECT_FALSE(hears(table, "all", std::to_string(1'000 + kMaxSourceRoles))) << "beyond: rather too little";
}

}  // namespace
}  // namespace legroom::engine
