#include "api/playback_bodies.hpp"

#include <limits>

#include "api/error.hpp"
#include "api/json_body.hpp"

namespace legroom::api {
namespace {

std::int64_t whole_number(Fields& fields, std::string_view name) {
    using Limits = std::numeric_limits<std::int64_t>;
    return fields.integer(name, Limits::min(), Limits::max()).value_or(0);
}

}  // namespace

Result<call::NewPlayback> parse_new_playback(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    call::NewPlayback playback;
    playback.url = fields.text("url");
    playback.tone = fields.text("tone");
    playback.mime_type = fields.text("mime_type");
    playback.repeat = whole_number(fields, "repeat");
    playback.volume = whole_number(fields, "volume");
    if (!fields.ok()) return Error::invalid_json;
    return playback;
}

Result<std::int64_t> parse_volume(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    const std::int64_t volume = whole_number(fields, "volume");
    if (!fields.ok()) return Error::invalid_json;
    return volume;
}

}  // namespace legroom::api
