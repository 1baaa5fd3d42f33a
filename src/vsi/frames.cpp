#include "vsi/frames.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/json_body.hpp"

namespace legroom::vsi {
namespace json = boost::json;
namespace {

json::string_view text_of(std::string_view text) { return {text.data(), text.size()}; }

json::object begin(std::string_view type, const Asked& asked) {
    json::object frame{{"type", text_of(type)}};
    if (asked.request_id) frame["request_id"] = *asked.request_id;
    return frame;
}

std::string message_of(const api::Reply& reply) {
    const auto* object = reply.body.if_object();
    const auto* text = object == nullptr ? nullptr : object->if_contains("error");
    if (text == nullptr || !text->is_string()) return "failed";
    return std::string{text->get_string()};
}

/// The routes speak of a body. Here it is the payload that does not fit.
std::string message_for(const api::Reply& reply) {
    std::string text = message_of(reply);
    if (reply.status == api::Status::bad_request && text == "invalid JSON")
        return "invalid payload: a member has the wrong type";
    return text;
}

}  // namespace

std::optional<Asked> parse_frame(std::string_view text) {
    auto object = api::decode(text, api::BodyRule::required);
    if (!object) return std::nullopt;
    api::Fields fields{*object};
    Asked asked;
    asked.type = fields.text("type");
    asked.request_id = fields.optional_text("request_id");
    if (!fields.ok()) return std::nullopt;
    if (auto* payload = object->if_contains("payload")) asked.payload = std::move(*payload);
    return asked;
}

std::string connected_frame() { return R"({"type":"connected"})"; }

std::string ping_frame(std::uint64_t number) {
    return json::serialize(json::object{{"type", "ping"}, {"seq", number}, {"event_id", number}});
}

std::string events_dropped_frame(std::uint64_t count) {
    return json::serialize(json::object{{"type", "events_dropped"}, {"count", count}});
}

std::string resync_required_frame(events::Seq after, events::Seq oldest, events::Seq last) {
    return json::serialize(json::object{
        {"type", "resync_required"}, {"after", after}, {"oldest_seq", oldest}, {"last_seq", last}});
}

std::string candidate_frame(const std::string& leg, const json::value& candidate) {
    return json::serialize(
        json::object{{"type", "leg.ice_candidate"}, {"leg_id", leg}, {"candidate", candidate}});
}

std::string result_frame(const Asked& asked, const api::Reply& reply) {
    if (reply.status >= api::Status::bad_request) return error_frame(asked, reply.status, message_for(reply));
    json::object frame = begin(asked.type + ".result", asked);
    frame["data"] = reply.body;
    return json::serialize(frame);
}

std::string error_frame(const Asked& asked, api::Status code, std::string_view message) {
    json::object frame = begin("error", asked);
    frame["data"] = json::object{{"code", static_cast<unsigned>(code)}, {"message", text_of(message)}};
    return json::serialize(frame);
}

std::string not_json_frame() { return R"({"type":"error","data":{"message":"invalid JSON"}})"; }

}  // namespace legroom::vsi
