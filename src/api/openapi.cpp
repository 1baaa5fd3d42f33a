#include "api/openapi.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <string>
#include <utility>

#include "api/json_view.hpp"
#include "api/schema.hpp"

namespace legroom::api {
namespace json = boost::json;
namespace {

constexpr const char* kJsonType = "application/json";

constexpr std::string_view kAbout =
    R"(Calls, rooms and what happened in them. Behind this page stands `docs/API.md`, with examples and reasons.

- Every object that is a response begins with `instance_id`; arrays carry none.
- An error is `{"error": text}`. Where several things are wrong, the first of these decides: path, method, JSON, does it
  exist, are the fields in range, does the state allow it, did it work.
- `null` is the same as absent; unknown members are ignored, in both directions.
- `HEAD` answers as `GET` does, without a body, wherever `GET` has no effect: everywhere but
  `GET /v1/legs/{leg}/ice-candidates`.
- `OPTIONS` is 204 on any path, also one that does not exist, with CORS headers: pages from any origin may call. Those of
  WHIP and WHEP say besides what may be posted and patched.
- A path that does not exist is 404; another method than those of the path is 405 with `Allow`; `%` without two hex digits
  is 400. A trailing slash is another path.
- Any request whose body is longer than 64 KiB is 413, and any may be 500.
- Events and commands over a WebSocket are described in [asyncapi.json](/asyncapi.json).)";

json::object ref(const char* place, std::string_view name) {
    return {{"$ref", std::string{place} + std::string{name}}};
}

/// Objects carry `instance_id` (contract 00), arrays do not.
json::object over_http(json::object schema) {
    const auto* type = schema.if_contains("type");
    if (type != nullptr && *type == "array") return schema;
    return {{"allOf", json::array{to_schema("Instance"), std::move(schema)}}};
}

json::object content(std::string_view type, json::object schema) {
    json::object one;
    one[json_view(type)] = json::object{{"schema", std::move(schema)}};
    return one;
}

json::object content_of(const PossibleReply& reply) {
    if (!reply.text_type.empty()) return content(reply.text_type, to_schema("string"));
    if (reply.schema == "Error") return content(kJsonType, to_schema("Refusal"));
    return content(kJsonType, over_http(reply_schema(reply)));
}

bool has_body(const PossibleReply& reply) {
    return !reply.schema.empty() || !reply.word.empty() || !reply.text_type.empty();
}

json::object headers_of(const PossibleReply& reply) {
    json::object headers;
    for (const std::string_view name : reply.headers) {
        headers[json_view(name)] = json::object{{"required", true}, {"schema", to_schema("string")}};
    }
    return headers;
}

json::object render(const PossibleReply& reply) {
    json::object object{{"description", json_view(reply.text)}};
    if (!reply.headers.empty()) object["headers"] = headers_of(reply);
    if (has_body(reply)) object["content"] = content_of(reply);
    return object;
}

/// A status for several reasons is one response in OpenAPI.
void add_reason(json::object& response, const PossibleReply& reply) {
    json::value& text = response["description"];
    text = std::string{text.as_string()} + "; " + std::string{reply.text};
}

json::object render_replies(const Operation& operation) {
    json::object responses;
    for (const PossibleReply& reply : operation.replies) {
        const std::string status = std::to_string(static_cast<unsigned>(reply.status));
        if (auto* before = responses.if_contains(status)) {
            add_reason(before->as_object(), reply);
        } else {
            responses[status] = render(reply);
        }
    }
    const auto add_general = [&](const char* status, const char* name) {
        if (!responses.contains(status)) responses[status] = ref("#/components/responses/", name);
    };
    add_general("413", "TooLarge");
    add_general("500", "Failed");
    return responses;
}

json::object render(const Parameter& parameter) {
    return {{"name", json_view(parameter.name)},
            {"in", parameter.in == Parameter::In::query ? "query" : "header"},
            {"description", json_view(parameter.text)},
            {"schema", to_schema(parameter.schema)}};
}

/// "{leg}" names a leg by its id.
json::array render_parameters(const Route& route) {
    json::array parameters;
    std::string_view rest = route.pattern;
    for (auto at = rest.find('{'); at != std::string_view::npos; at = rest.find('{')) {
        rest.remove_prefix(at + 1);
        const std::string_view name = rest.substr(0, rest.find('}'));
        parameters.push_back(json::object{{"name", json_view(name)},
                                          {"in", "path"},
                                          {"required", true},
                                          {"description", "The id of the " + std::string{name} + "."},
                                          {"schema", to_schema("string")}});
    }
    for (const Parameter& parameter : route.operation.parameters) parameters.push_back(render(parameter));
    return parameters;
}

json::object render(const RequestBody& body) {
    json::object contents;
    if (!body.schema.empty()) contents = content(kJsonType, to_schema(body.schema));
    if (!body.text_type.empty())
        contents[json_view(body.text_type)] = json::object{{"schema", to_schema("string")}};
    return {{"required", body.need == RequestBody::Need::required}, {"content", std::move(contents)}};
}

json::object render(const Route& route) {
    const Operation& operation = route.operation;
    json::object object{{"operationId", json_view(operation.id)},
                        {"summary", json_view(operation.summary)},
                        {"tags", json::array{json_view(topic_of(route.pattern))}}};
    if (json::array parameters = render_parameters(route); !parameters.empty())
        object["parameters"] = std::move(parameters);
    if (operation.body.need != RequestBody::Need::none) object["requestBody"] = render(operation.body);
    object["responses"] = render_replies(operation);
    return object;
}

json::object render_paths(std::span<const Route> routes) {
    json::object paths;
    for (const Route& route : routes) {
        std::string method{route.method};
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
        json::value& path = paths[json_view(route.pattern)];
        if (path.is_null()) path.emplace_object();
        path.as_object()[method] = render(route);
    }
    return paths;
}

json::array render_topics(std::span<const Route> routes) {
    json::array topics;
    for (const Route& route : routes) {
        json::object topic{{"name", json_view(topic_of(route.pattern))}};
        if (std::ranges::find(topics, json::value(topic)) == topics.end()) topics.emplace_back(topic);
    }
    return topics;
}

json::object general_responses() {
    return {{"TooLarge", render(refuses(Status::payload_too_large, "The body is longer than 64 KiB."))},
            {"Failed", render(refuses(Status::internal_error, "A fault of the server."))}};
}

/// What the server asks of others.
json::object webhooks() {
    json::array headers;
    for (const Parameter& one :
         {Parameter{"X-Event-Id", "uuid", "`event_id`: an event may come twice.", Parameter::In::header},
          Parameter{
              "X-Signature-256", "string",
              "Where there is a secret: `sha256=` and the HMAC-SHA256 of the body, in hexadecimal digits.",
              Parameter::In::header}}) {
        headers.push_back(render(one));
    }
    return {{"event",
             {{"post",
               {{"operationId", "receiveEvent"},
                {"summary", "An event, as asyncapi.json describes each; those of a leg come in order"},
                {"tags", {"webhooks"}},
                {"parameters", std::move(headers)},
                {"requestBody", {{"required", true}, {"content", content(kJsonType, to_schema("Envelope"))}}},
                {"responses",
                 {{"2XX", {{"description", "It is taken. Anything else is tried again, for hours"}}}}}}}}}};
}

}  // namespace

std::string_view topic_of(std::string_view pattern) {
    constexpr std::string_view kBase = "/v1/";
    if (!pattern.starts_with(kBase)) return "server";
    pattern.remove_prefix(kBase.size());
    return pattern.substr(0, pattern.find('/'));
}

json::object reply_schema(const PossibleReply& reply) {
    if (reply.word.empty()) return to_schema(reply.schema);
    return to_schema("{status: '" + std::string{reply.word} + "'}");
}

json::object openapi(std::span<const Route> routes) {
    return {{"openapi", "3.1.0"},
            {"info",
             {{"title", "Legroom"},
              {"version", json_view(kDescribedVersion)},
              {"description", json_view(kAbout)}}},
            {"tags", render_topics(routes)},
            {"paths", render_paths(routes)},
            {"webhooks", webhooks()},
            {"components", {{"schemas", schema_components()}, {"responses", general_responses()}}}};
}

}  // namespace legroom::api
