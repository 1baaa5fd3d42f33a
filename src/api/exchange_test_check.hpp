#pragma once

#include <boost/json/parse.hpp>
#include <charconv>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "api/json_body.hpp"
#include "api/media_type.hpp"
#include "api/message.hpp"
#include "api/openapi.hpp"
#include "api/query.hpp"
#include "api/router.hpp"
#include "api/schema.hpp"

#include "api/schema_test_check.hpp"

/// Holds requests and responses against the description of the routes.
namespace legroom::api::test {

/// `null` is the same as absent.
inline json::value without_nulls(const json::value& value) {
    if (const auto* list = value.if_array()) {
        json::array some;
        for (const json::value& one : *list) some.push_back(without_nulls(one));
        return some;
    }
    const auto* object = value.if_object();
    if (object == nullptr) return value;
    json::object some;
    for (const auto& member : *object) {
        if (!member.value().is_null()) some[member.key()] = without_nulls(member.value());
    }
    return some;
}

class ExchangeCheck {
public:
    /// `openapi` is the whole description of `routes`.
    explicit ExchangeCheck(std::span<const Route> routes) : document_(openapi(routes)) {}

    /// "" when both are as described; otherwise what is not.
    std::string misfit(const Router& router, const Request& request, const Response& response) {
        const Match match = router.match(request.method, request.target);
        if (request.method == "OPTIONS" && match.kind != Match::Kind::route)
            return response.status == Status::no_content ? "" : "a preflight that is not 204";
        if (request.body.size() > kMaxBodyBytes) return general(response, Status::payload_too_large);
        switch (match.kind) {
            case Match::Kind::route:
                return described(*match.route, request, response);
            case Match::Kind::bad_path:
                return general(response, Status::bad_request);
            case Match::Kind::wrong_method:
                if (header_value(response.headers, "Allow").empty()) return "405 without Allow";
                return general(response, Status::method_not_allowed);
            case Match::Kind::not_found:
                return response.status == Status::not_found ? general(response, Status::not_found) : "";
        }
        return "";
    }

    /// Every status a route names that nobody has met: "muteLeg 404".
    [[nodiscard]] std::set<std::string> unmet() const {
        std::set<std::string> names;
        for (const auto& path : document_.at("paths").as_object()) {
            for (const auto& method : path.value().as_object()) {
                const std::string id{method.value().at("operationId").as_string()};
                for (const auto& response : method.value().at("responses").as_object()) {
                    std::string name = id + " " + std::string{response.key()};
                    const bool in_general = response.value().as_object().contains("$ref");
                    if (!in_general && !met_.contains(name)) names.insert(std::move(name));
                }
            }
        }
        return names;
    }

    [[nodiscard]] const json::value& document() const { return document_; }

private:
    static std::string number(Status status) { return std::to_string(static_cast<unsigned>(status)); }

    std::string general(const Response& response, Status wanted) {
        if (response.status != wanted) return "it is not " + number(wanted);
        return json_fits(response, to_schema("Refusal"));
    }

    [[nodiscard]] std::string json_fits(const Response& response, const json::value& schema) const {
        json::error_code error;
        const json::value body = json::parse(response.body, error);
        return error ? "a body that is no JSON" : SchemaCheck{document_}.misfit(body, schema);
    }

    std::string described(const Route& route, const Request& request, const Response& response) {
        const auto& path = document_.at("paths").as_object().at(std::string{route.pattern});
        std::string method{route.method};
        for (char& c : method) c = static_cast<char>(c | 0x20);
        const json::object& operation = path.as_object().at(method).as_object();
        met_.insert(std::string{route.operation.id} + " " + number(response.status));

        const auto* reply = operation.at("responses").as_object().if_contains(number(response.status));
        if (reply == nullptr) return "it has no " + number(response.status);
        std::string problem = reply_fits(response, resolved(*reply).as_object());
        return problem.empty() ? asked_rightly(route, operation, request, response) : problem;
    }

    [[nodiscard]] const json::value& resolved(const json::value& what) const {
        const auto* ref = what.as_object().if_contains("$ref");
        return ref == nullptr ? what : document_.at_pointer(std::string_view{ref->as_string()}.substr(1));
    }

    [[nodiscard]] std::string reply_fits(const Response& response, const json::object& reply) const {
        if (const auto* headers = reply.if_contains("headers")) {
            for (const auto& header : headers->as_object()) {
                if (header_value(response.headers, header.key()).empty())
                    return "no " + std::string{header.key()};
            }
        }
        const auto* content = reply.if_contains("content");
        if (content == nullptr) return response.body.empty() ? "" : "a body that is not described";
        const auto* form = content->as_object().if_contains(response.content_type);
        if (form == nullptr) return "it has no " + response.content_type;
        const json::value& schema = form->at("schema");
        return response.content_type == "application/json" ? json_fits(response, schema) : "";
    }

    /// What was taken is described, and what was refused as no JSON, or as of the wrong types, is not.
    [[nodiscard]] std::string asked_rightly(const Route& route, const json::object& operation,
                                            const Request& request, const Response& response) const {
        if (response.status < Status::bad_request) {
            std::string problem = query_misfit(route, request);
            return problem.empty() ? body_misfit(route, operation, request) : problem;
        }
        const bool refused = response.status == Status::bad_request &&
                             response.body.find(R"("error":"invalid JSON")") != std::string::npos;
        if (refused && body_misfit(route, operation, request).empty())
            return "a request is refused that is as described";
        return "";
    }

    [[nodiscard]] std::string query_misfit(const Route& route, const Request& request) const {
        for (const Parameter& parameter : route.operation.parameters) {
            if (parameter.in != Parameter::In::query) continue;
            const auto text = query_member(query_of(request.target), parameter.name);
            if (!text) continue;
            const json::value schema = to_schema(parameter.schema);
            const std::string problem = SchemaCheck{document_}.misfit(read_query(*text, schema), schema);
            if (!problem.empty()) return "its query: " + problem;
        }
        return "";
    }

    /// A query has no types: what is to be a number is read as one, if it is one.
    static json::value read_query(const std::string& text, const json::value& schema) {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool wanted = schema.at("type") == "integer";
        if (wanted && error == std::errc{} && end == text.data() + text.size()) return number;
        return json::value(text);
    }

    [[nodiscard]] std::string body_misfit(const Route& route, const json::object& operation,
                                          const Request& request) const {
        using Need = RequestBody::Need;
        const RequestBody& wanted = route.operation.body;
        if (wanted.need == Need::none) return "";
        const std::string type = header_value(request.headers, "Content-Type");
        if (!wanted.text_type.empty() && is_type(type, wanted.text_type)) return "";
        if (wanted.schema.empty()) return "its body: it is not of the type described";

        const bool blank = request.body.find_first_not_of(" \t\r\n") == std::string::npos;
        if (blank && wanted.need != Need::required) return "";
        auto value = decode_value(request.body);
        if (wanted.need == Need::lenient && (!value || !value->is_object())) return "";
        if (!value) return "its body: it is no JSON";
        const json::value given = value->is_null() ? json::value(json::object{}) : without_nulls(*value);
        const json::value& schema =
            operation.at("requestBody").at("content").at("application/json").at("schema");
        const std::string problem =
            SchemaCheck{document_, SchemaCheck::Unnamed::ignored}.misfit(given, schema);
        return problem.empty() ? "" : "its body: " + problem;
    }

    json::value document_;
    std::set<std::string> met_;
};

}  // namespace legroom::api::test
