#include "api/bodies.hpp"

#include <boost/json/array.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "api/error.hpp"
#include "api/json_body.hpp"
#include "api/query.hpp"

namespace legroom::api {
namespace {

bool is_within(std::int64_t seconds, Duration most) {
    return seconds >= 0 && seconds <= std::chrono::duration_cast<std::chrono::seconds>(most).count();
}

Result<std::string> read_candidate(const boost::json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) return Error::invalid_json;
    Fields fields{*object};
    std::string candidate = fields.text("candidate");
    fields.text("sdpMid");
    fields.integer("sdpMLineIndex", 0, std::numeric_limits<std::uint16_t>::max());
    fields.text("usernameFragment");
    if (!fields.ok()) return Error::invalid_json;
    return candidate;
}

/// nullptr: `webhook_url` is absent or "". A secret alone means nothing.
Result<webhook::TargetPtr> read_webhook(Fields& fields) {
    webhook::Target target{fields.text("webhook_url"), fields.text("webhook_secret")};
    if (target.secret.size() > webhook::kMaxSecretBytes) return Error::invalid_webhook;
    if (target.url.empty()) return webhook::TargetPtr{};
    if (!webhook::is_target_url(target.url)) return Error::invalid_webhook;
    return webhook::TargetPtr{std::make_shared<const webhook::Target>(std::move(target))};
}

}  // namespace

Result<OfferBody> parse_offer(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    OfferBody offer;
    offer.sdp = fields.text("sdp");
    offer.room = RoomId{fields.text("room_id")};
    call::LegOptions& options = offer.options;
    options.app_id = fields.text("app_id");
    options.role = fields.text("role");
    options.muted = fields.flag("mute").value_or(options.muted);
    options.deaf = fields.flag("deaf").value_or(options.deaf);
    options.accept_dtmf = fields.flag("accept_dtmf").value_or(options.accept_dtmf);
    options.speech_detection = fields.flag("speech_detection");
    const auto grace = fields.any_integer("reconnect_grace");
    const auto limit = fields.any_integer("max_duration");
    auto webhook = read_webhook(fields);
    options.headers = fields.texts("headers");
    if (!fields.ok()) return Error::invalid_json;

    if (grace && !is_within(*grace, call::kMaxReconnectGrace)) return Error::invalid_grace;
    if (limit && !is_within(*limit, call::kMaxDuration)) return Error::invalid_max_duration;
    if (grace) options.reconnect_grace = std::chrono::seconds{*grace};
    if (limit.value_or(0) > 0) options.max_duration = std::chrono::seconds{*limit};
    if (!webhook) return webhook.error();
    options.webhook = std::move(*webhook);
    if (!call::are_bounded(options.headers)) return Error::invalid_headers;
    return offer;
}

Result<std::string> parse_further_offer(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    std::string sdp = fields.text("sdp");
    if (!fields.ok()) return Error::invalid_json;
    return sdp;
}

Result<CandidatesBody> parse_candidates(std::string_view body) {
    const auto value = decode_value(body);
    if (!value) return value.error();
    CandidatesBody candidates;
    candidates.is_array = value->is_array();
    if (!candidates.is_array) {
        const auto line = read_candidate(value->is_null() ? boost::json::object{} : *value);
        if (!line) return line.error();
        candidates.lines.push_back(*line);
        return candidates;
    }
    for (const auto& element : value->get_array()) {
        const auto line = read_candidate(element);
        if (!line) return line.error();
        candidates.lines.push_back(*line);
    }
    if (candidates.lines.empty()) return Error::invalid_json;
    return candidates;
}

Result<Duration> parse_wait(std::string_view query) {
    const auto text = query_member(query, "wait");
    if (!text) return Duration{};
    std::int64_t milliseconds = -1;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, milliseconds);
    if (error != std::errc{} || stop != end || milliseconds < 0 || milliseconds > kMaxWait.count())
        return Error::invalid_wait;
    return Duration{std::chrono::milliseconds{milliseconds}};
}

Result<void> check_hang_up(std::string_view body) {
    const auto object = decode(body, BodyRule::optional);
    if (!object) return object.error();
    Fields fields{*object};
    fields.text("reason");
    if (!fields.ok()) return Error::invalid_json;
    return {};
}

Result<std::optional<double>> parse_leg_change(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    const auto gain = fields.number("gain_db");
    if (!fields.ok()) return Error::invalid_json;
    return gain;
}

Result<std::string> parse_digits(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    std::string digits = fields.text("digits");
    if (!fields.ok()) return Error::invalid_json;
    return digits;
}

Result<call::NewRoom> parse_new_room(std::string_view body) {
    const auto object = decode(body, BodyRule::lenient);
    if (!object) return object.error();
    Fields fields{*object};
    call::NewRoom room;
    room.id = RoomId{fields.text("id")};
    room.app_id = fields.text("app_id");
    auto webhook = read_webhook(fields);
    room.sample_rate = fields.any_integer("sample_rate").value_or(0);
    if (!fields.ok()) return Error::invalid_json;
    if (!webhook) return webhook.error();
    room.webhook = std::move(*webhook);
    return room;
}

Result<call::Joining> parse_joining(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    call::Joining joining;
    joining.leg = LegId{fields.text("leg_id")};
    joining.mute = fields.flag("mute");
    joining.deaf = fields.flag("deaf");
    joining.accept_dtmf = fields.flag("accept_dtmf");
    joining.role = fields.optional_text("role");
    joining.wants_streams = fields.list_length("streams") > 0;
    if (!fields.ok()) return Error::invalid_json;
    if (joining.leg.value.empty()) return Error::leg_id_missing;
    return joining;
}

}  // namespace legroom::api
