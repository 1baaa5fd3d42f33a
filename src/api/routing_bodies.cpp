#include "api/routing_bodies.hpp"

#include <boost/json/array.hpp>
#include <optional>
#include <set>

#include "api/error.hpp"
#include "api/json_body.hpp"

namespace legroom::api {
namespace {

std::optional<std::set<std::string>> read_sources(const boost::json::array& list) {
    std::set<std::string> sources;
    for (const auto& element : list) {
        const auto* role = element.if_string();
        if (role == nullptr) return std::nullopt;
        sources.emplace(role->data(), role->size());
    }
    return sources;
}

Result<call::RoutingMatrix> read_matrix(const boost::json::object& object) {
    call::RoutingMatrix matrix;
    for (const auto& row : object) {
        if (row.value().is_null()) continue;
        const auto* list = row.value().if_array();
        auto sources = list == nullptr ? std::nullopt : read_sources(*list);
        if (!sources) return Error::invalid_json;
        matrix.insert_or_assign(std::string{row.key().data(), row.key().size()}, std::move(*sources));
    }
    return matrix;
}

Result<call::RowUpdate> read_update(const boost::json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) return Error::invalid_json;
    Fields fields{*object};
    call::RowUpdate update;
    update.listener = fields.text("listener_role");
    const auto* list = fields.list("sources");
    if (!fields.ok()) return Error::invalid_json;
    if (list == nullptr) return update;
    update.sources = read_sources(*list);
    if (!update.sources) return Error::invalid_json;
    return update;
}

/// The one text member of a body.
Result<std::string> parse_text(std::string_view body, std::string_view name) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    std::string text = fields.text(name);
    if (!fields.ok()) return Error::invalid_json;
    return text;
}

}  // namespace

Result<std::string> parse_role(std::string_view body) { return parse_text(body, "role"); }

Result<call::RoutingMatrix> parse_matrix(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    const auto* matrix = fields.object("matrix");
    if (!fields.ok()) return Error::invalid_json;
    return matrix == nullptr ? call::RoutingMatrix{} : read_matrix(*matrix);
}

Result<std::vector<call::RowUpdate>> parse_row_updates(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    const auto* list = fields.list("updates");
    if (!fields.ok()) return Error::invalid_json;
    std::vector<call::RowUpdate> updates;
    if (list == nullptr) return updates;
    for (const auto& element : *list) {
        auto update = read_update(element);
        if (!update) return update.error();
        updates.push_back(std::move(*update));
    }
    return updates;
}

Result<call::NewBridge> parse_new_bridge(std::string_view body) {
    const auto object = decode(body, BodyRule::required);
    if (!object) return object.error();
    Fields fields{*object};
    call::NewBridge bridge;
    bridge.peer = RoomId{fields.text("room_id")};
    bridge.id = BridgeId{fields.text("id")};
    if (auto direction = fields.text("direction"); !direction.empty())
        bridge.direction = std::move(direction);
    if (!fields.ok()) return Error::invalid_json;
    return bridge;
}

Result<std::string> parse_direction(std::string_view body) { return parse_text(body, "direction"); }

}  // namespace legroom::api
