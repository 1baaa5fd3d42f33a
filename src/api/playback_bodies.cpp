#include "api/playback_bodies.hpp"

#include "api/error.hpp"
#include "api/json_body.hpp"

namespace legroom::api {

Result<call::NewPlayback> parse_new_playback(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    call::NewPlayback playback;
    playback.url = fields.text("url");
    playback.tone = fields.text("tone");
    playback.mime_type = fields.text("mime_type");
    playback.repeat = fields.any_integer("repeat").value_or(0);
    playback.volume = fields.any_integer("volume").value_or(0);
    if (!fields.ok()) return Error::invalid_json;
    return playback;
}

Result<std::int64_t> parse_volume(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    const std::int64_t volume = fields.any_integer("volume").value_or(0);
    if (!fields.ok()) return Error::invalid_json;
    return volume;
}

}  // namespace legroom::api
