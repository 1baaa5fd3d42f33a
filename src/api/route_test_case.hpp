#pragma once

#include <gmock/gmock.h>
#include <ostream>
#include <string>

#include "api/api_test_client.hpp"

/// One request and what it must be answered, for tables of them.
namespace legroom::api::test {

struct RouteCase {
    const char* method;
    const char* target;
    std::string body;
    unsigned status;
    std::string expect;  ///< The body after its instance_id; a trailing "…" matches any rest.
};

inline void PrintTo(const RouteCase& c, std::ostream* out) {
    *out << c.method << ' ' << c.target << ' ' << c.body;
}

inline void check(Stage& stage, const RouteCase& c) {
    SCOPED_TRACE(testing::PrintToString(c));
    const auto response = stage.client.send(c.method, stage.fill(c.target), stage.fill(c.body));
    EXPECT_EQ(static_cast<unsigned>(response.status), c.status);
    EXPECT_EQ(response.content_type, "application/json");

    const std::string body = replace_all(response.body, R"({"instance_id":"here",)", "{");
    std::string expected = stage.fill(c.expect);
    if (expected.ends_with("…")) {
        EXPECT_THAT(body, testing::StartsWith(expected.substr(0, expected.size() - std::string{"…"}.size())));
    } else {
        EXPECT_EQ(body, expected + "\n");
    }
}

/// In a fresh world.
inline void check(const RouteCase& c) {
    Stage stage;
    check(stage, c);
}

inline std::string error(const std::string& text) { return R"({"error":)" + json_text(text) + "}"; }
inline std::string status(const std::string& word) { return R"({"status":")" + word + R"("})"; }

}  // namespace legroom::api::test
