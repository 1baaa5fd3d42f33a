#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "api/message.hpp"

/// What a route says of itself: a part of its row in routes.cpp, from which openapi.cpp makes the
/// description. Schemas are in the notation of schema.hpp. Every text is a constant.
namespace legroom::api {

/// A member of the query, or a header that means something.
struct Parameter {
    enum class In : std::uint8_t { query, header };
    std::string_view name;
    std::string_view schema;
    std::string_view text;
    In in = In::query;
};

struct RequestBody {
    enum class Need : std::uint8_t {
        none,      ///< It is not looked at.
        optional,  ///< Missing is the empty object.
        lenient,   ///< Missing and malformed are the empty object.
        required,
    };
    Need need = Need::none;
    std::string_view schema = {};     ///< Of JSON; "": it is none.
    std::string_view text_type = {};  ///< A media type of text; "": it is none.
};

/// One of the replies a route has. Those every route has, 413 and 500, need not be named.
struct PossibleReply {
    Status status;
    std::string_view text;
    std::string_view schema = {};                ///< Of JSON without `instance_id`; "": it is none.
    std::string_view word = {};                  ///< Instead: of {"status":"<word>"}.
    std::string_view text_type = {};             ///< Instead: the media type of text.
    std::vector<std::string_view> headers = {};  ///< That are always there.
};

/// A route without one does not compile.
struct Operation {
    /// `name` becomes the id: in camelCase, and unique.
    Operation(std::string_view name, std::string_view line, RequestBody takes,
              std::vector<PossibleReply> answers, std::vector<Parameter> minds = {})
        : id(name), summary(line), body(takes), replies(std::move(answers)), parameters(std::move(minds)) {}

    std::string_view id;
    std::string_view summary;
    RequestBody body;
    std::vector<PossibleReply> replies;
    std::vector<Parameter> parameters;
};

inline constexpr RequestBody kNoBody{};
constexpr RequestBody body(std::string_view schema) { return {RequestBody::Need::required, schema}; }
constexpr RequestBody optional_body(std::string_view schema) { return {RequestBody::Need::optional, schema}; }
constexpr RequestBody lenient_body(std::string_view schema) { return {RequestBody::Need::lenient, schema}; }

/// {"status":"<word>"}
inline PossibleReply says(std::string_view one, Status status = Status::ok) {
    return {.status = status, .text = "Done.", .word = one};
}
inline PossibleReply gives(std::string_view schema, std::string_view text, Status status = Status::ok) {
    return {.status = status, .text = text, .schema = schema};
}
inline PossibleReply refuses(Status status, std::string_view text) {
    return {.status = status, .text = text, .schema = "Error"};
}
/// Without a body.
inline PossibleReply gives_nothing(std::string_view text, std::vector<std::string_view> headers = {}) {
    return {.status = Status::no_content, .text = text, .headers = std::move(headers)};
}

}  // namespace legroom::api
