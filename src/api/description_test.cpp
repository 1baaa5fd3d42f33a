#include <gtest/gtest.h>
#include <memory>

#include "api/event_stream.hpp"
#include "api/schema.hpp"

#include "api/api_test_client.hpp"
#include "api/exchange_test_check.hpp"
#include "api/pretty_test_json.hpp"

namespace legroom::api {
namespace {

namespace json = boost::json;

/// What no test without sockets can meet, and why.
const std::set<std::string> kNotMetHere = {
    "vsi 101",  // A request to upgrade never comes to the routes: tests of vsi and tests/scenario.
    "vsi 503",
};

/// WHEP's routes have WHIP's handlers, and its tests are the same but for the direction.
bool is_met_by_whip(const std::string& name, const std::set<std::string>& unmet) {
    return name.starts_with("whep") && !unmet.contains("whip" + name.substr(4));
}

/// Every request and response of all the tests of routes in this program is held against the description, and
/// in the end each status of each route has been met: what is described happens, and what happens is
/// described.
class Described final : public testing::Environment {
public:
    void SetUp() override {
        test::witness() = [this](const Router& router, const Request& request, const Response& response) {
            if (!check_) check_ = std::make_unique<test::ExchangeCheck>(router.routes());
            const std::string problem = check_->misfit(router, request, response);
            EXPECT_EQ(problem, "") << request.method << ' ' << request.target << '\n'
                                   << request.body.substr(0, kShown) << "\nwas answered "
                                   << static_cast<unsigned>(response.status) << ' ' << response.body;
        };
    }

    void TearDown() override {
        test::witness() = {};
        if (testing::GTEST_FLAG(filter) != "*" || !check_) return;
        std::set<std::string> unmet = check_->unmet();
        for (const std::string& name : kNotMetHere) unmet.erase(name);
        std::erase_if(unmet, [&](const std::string& name) { return is_met_by_whip(name, unmet); });
        std::string names;
        for (const std::string& name : unmet) names += "\n  " + name;
        EXPECT_EQ(names, "") << "described, and met by no test of api_test:";
    }

private:
    static constexpr std::size_t kShown = 400;
    std::unique_ptr<test::ExchangeCheck> check_;
};

// GoogleTest owns it.
[[maybe_unused]] const auto* const kDescribed = testing::AddGlobalTestEnvironment(new Described);

TEST(Description, IsKeptInDocs) {
    test::Client client;
    test::expect_in_docs("openapi.json", openapi(client.api.router().routes()));
}

TEST(Description, TooManyBridgesAndTooManyWhoWaitAre503) {
    auto config = test::Client::default_config();
    SeededRandom random{3};
    EventStream stream{{}, random};
    config.events = &stream;
    config.max_waits = 0;
    test::Client client{{}, {}, std::move(config)};
    EXPECT_EQ(client.send("GET", "/v1/events?wait=10").status, Status::unavailable);

    const auto bridge_to = [&](std::size_t number) {
        const std::string room = "r" + std::to_string(number);
        EXPECT_EQ(client.send("POST", "/v1/rooms", R"({"id":")" + room + R"("})").status, Status::created);
        return client.send("POST", "/v1/rooms/r0/bridges", R"({"room_id":")" + room + R"("})").status;
    };
    EXPECT_EQ(bridge_to(0), Status::bad_request) << "itself";
    for (std::size_t i = 1; i <= call::kMaxBridgesPerRoom; ++i) EXPECT_EQ(bridge_to(i), Status::created);
    EXPECT_EQ(bridge_to(call::kMaxBridgesPerRoom + 1), Status::unavailable);
}

TEST(Description, HasEachRouteOnceUnderAnIdOfItsOwn) {
    test::Client client;
    const auto routes = client.api.router().routes();
    const json::value document = openapi(routes);
    std::set<std::string> ids;
    std::size_t count = 0;
    for (const auto& path : document.at("paths").as_object()) count += path.value().as_object().size();
    for (const Route& route : routes) {
        EXPECT_FALSE(route.operation.summary.empty()) << route.pattern;
        EXPECT_TRUE(ids.emplace(route.operation.id).second) << route.operation.id;
        EXPECT_FALSE(route.operation.replies.empty()) << route.pattern;
    }
    EXPECT_EQ(count, routes.size()) << "two routes of one method and pattern";
}

/// Every `$ref` in it.
void collect_references(const json::value& value, std::set<std::string>& found) {
    if (const auto* list = value.if_array()) {
        for (const auto& one : *list) collect_references(one, found);
    }
    const auto* object = value.if_object();
    if (object == nullptr) return;
    for (const auto& member : *object) {
        if (member.key() == "$ref") found.emplace(member.value().as_string());
        collect_references(member.value(), found);
    }
}

TEST(Description, EachReferenceLeadsSomewhere) {
    test::Client client;
    const json::value document = openapi(client.api.router().routes());
    std::set<std::string> references;
    collect_references(document, references);
    for (const std::string& reference : references) {
        json::error_code error;
        EXPECT_NE(document.find_pointer(reference.substr(1), error), nullptr) << reference;
    }
}

struct NotationCase {
    const char* notation;
    const char* schema;  ///< nullptr: it is none.
};

const NotationCase kNotationCases[] = {
    {"string", R"({"type":"string"})"},
    {"string<=256", R"({"type":"string","maxLength":256})"},
    {"integer 0..65535", R"({"type":"integer","minimum":0,"maximum":65535})"},
    {"number -40..20", R"({"type":"number","minimum":-40,"maximum":20})"},
    {"integer 1..", R"({"type":"integer","minimum":1})"},
    {"uuid", R"({"type":"string","format":"uuid"})"},
    {"any", "{}"},
    {"Leg", R"({"$ref":"#/components/schemas/Leg"})"},
    {"[Leg] 1..64",
     R"({"type":"array","items":{"$ref":"#/components/schemas/Leg"},"minItems":1,"maxItems":64})"},
    {"'a'", R"({"const":"a"})"},
    {"'a' | ''", R"({"type":"string","enum":["a",""]})"},
    {"string | null", R"({"type":["string","null"]})"},
    {"[string] | null", R"({"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}]})"},
    {"{}", R"({"type":"object"})"},
    {"{a: string, b?: integer}",
     R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"]})"},
    {"{*: [string]}",
     R"({"type":"object","additionalProperties":{"type":"array","items":{"type":"string"}}})"},
    {"A & {b: null}", R"({"allOf":[{"$ref":"#/components/schemas/A"},
       {"type":"object","properties":{"b":{"type":"null"}},"required":["b"]}]})"},
    {"{\n  a: string,  // what it is\n  b?: Leg,  // of whom\n}",
     R"({"type":"object","properties":{"a":{"type":"string","description":"what it is"},
        "b":{"allOf":[{"$ref":"#/components/schemas/Leg"}],"description":"of whom"}},"required":["a"]})"},
    {"", nullptr},
    {"{a: string", nullptr},
    {"{a string}", nullptr},
    {"{a: string b: string}", nullptr},
    {"[string", nullptr},
    {"'a", nullptr},
    {"string string", nullptr},
    {"integer 1.", nullptr},
    {"A &", nullptr},
    {"string |", nullptr},
};

TEST(Description, TheNotationBecomesJsonSchema) {
    for (const auto& one : kNotationCases) {
        if (one.schema == nullptr) {
            EXPECT_THROW(to_schema(one.notation), std::invalid_argument) << one.notation;
        } else {
            EXPECT_EQ(json::value(to_schema(one.notation)), json::parse(one.schema)) << one.notation;
        }
    }
}

struct FitCase {
    const char* schema;  ///< In the notation.
    const char* value;
    bool fits;
};

const FitCase kFitCases[] = {
    {"string", R"("a")", true},
    {"string", "1", false},
    {"integer", "1", true},
    {"integer", "1.0", false},
    {"number", "1.5", true},
    {"integer 0..5", "6", false},
    {"integer 0..5", "-1", false},
    {"string<=2", R"("äö")", true},
    {"string<=2", R"("abc")", false},
    {"'a' | 'b'", R"("c")", false},
    {"string | null", "null", true},
    {"[integer] 1..2", "[]", false},
    {"[integer] 1..2", "[1,2,3]", false},
    {"[integer]", R"([1,"a"])", false},
    {"{a: integer}", "{}", false},
    {"{a?: integer}", "{}", true},
    {"{a: integer}", R"({"a":1,"b":2})", false},
    {"{*: integer}", R"({"a":1,"b":"x"})", false},
    {"object", R"({"a":1})", true},
    {"Instance & {a: integer}", R"({"instance_id":"x","a":1})", true},
    {"Instance & {a: integer}", R"({"instance_id":"x","a":1,"b":2})", false},
    {"Joined", R"({"status":"moved","from":"a"})", false},
    {"Joined", R"({"status":"moved","from":"a","to":"b"})", true},
};

TEST(Description, TheCheckOfTheTestsFindsWhatDoesNotFit) {
    const json::value document = {{"components", {{"schemas", schema_components()}}}};
    const test::SchemaCheck check{document};
    for (const auto& one : kFitCases) {
        EXPECT_EQ(check.misfit(json::parse(one.value), to_schema(one.schema)).empty(), one.fits)
            << one.schema << ' ' << one.value;
    }
}

}  // namespace
}  // namespace legroom::api
