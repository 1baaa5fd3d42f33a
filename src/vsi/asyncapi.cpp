#include "vsi/asyncapi.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "api/describe_event.hpp"
#include "api/json_view.hpp"
#include "api/openapi.hpp"
#include "api/schema.hpp"

namespace legroom::vsi {
namespace json = boost::json;
namespace {

using api::json_view;
using api::to_schema;

/// A frame that is neither an event nor a command nor its result.
struct Frame {
    std::string_view type;
    std::string_view text;
    std::string_view members = {};  ///< Beside `type`, in the notation of api/schema.hpp; "": none.
};

constexpr Frame kFramesOfServer[] = {
    {"connected", "The first frame: events and commands may come."},
    {"ping", "Every 30 s, to be answered with pong.", "{seq: integer, event_id: integer}"},
    {"events_dropped", "The client is slow: so many events were left out before the next.",
     "{count: integer}"},
    {"resync_required",
     "What came after `after` is not all kept: read the state anew. Events after `last_seq` follow.",
     "{after: integer, oldest_seq: integer, last_seq: integer}"},
    {"leg.ice_candidate",
     "For an offer with push_candidates: a candidate of the server's, null after the last.",
     "{leg_id: string, candidate: Candidate | null}"},
    {"error", "A command failed, or a frame is no command.", R"({
        request_id?: string,
        data: {
            code?: integer,    // the status that the REST twin would have
            message: string,
        },
    })"},
};

constexpr Frame kFramesOfClient[] = {
    {"pong", "The client is there. So does any other frame say.", "{event_id?: integer}"},
    {"stop", "The end, in good order."},
};

const api::Route& twin_of(const Command& command, std::span<const api::Route> routes) {
    const auto found = std::ranges::find_if(routes, [&](const api::Route& route) {
        return route.method == command.method && route.pattern == command.pattern;
    });
    if (found == routes.end()) throw std::invalid_argument("a command without a route");
    return *found;
}

json::object both(json::array parts) {
    if (parts.size() == 1) return std::move(parts.front().as_object());
    return {{"allOf", std::move(parts)}};
}

json::object message(std::string_view type, std::string_view text, json::object payload) {
    return {{"name", json_view(type)}, {"summary", json_view(text)}, {"payload", std::move(payload)}};
}

json::object typed(std::string_view type) { return to_schema("{type: '" + std::string{type} + "'}"); }

json::object message(const Frame& frame) {
    json::array parts{typed(frame.type)};
    if (!frame.members.empty()) parts.emplace_back(to_schema(frame.members));
    return message(frame.type, frame.text, both(std::move(parts)));
}

json::object places_schema(const Command& command) {
    std::string members;
    for (const Command::Place& place : command.places) {
        if (!place.member.empty()) members += std::string{place.member} + ": string, ";
    }
    return to_schema("{" + members + "}");
}

json::object command_message(const Command& command, std::span<const api::Route> routes) {
    const api::Operation& twin = twin_of(command, routes).operation;
    const bool needed =
        !command.places.front().member.empty() || twin.body.need == api::RequestBody::Need::required;
    json::object frame = to_schema("{type: '" + std::string{command.name} + "', request_id?: string}");
    frame["properties"].as_object()["payload"] = payload_schema(command, routes);
    if (needed) frame["required"].as_array().emplace_back("payload");
    return message(command.name, twin.summary, std::move(frame));
}

json::object result_message(const Command& command, std::span<const api::Route> routes) {
    const api::Operation& twin = twin_of(command, routes).operation;
    const std::string type = std::string{command.name} + ".result";
    json::object frame = to_schema("{type: '" + type + "', request_id?: string, data: any}");
    for (const api::PossibleReply& reply : twin.replies) {
        if (reply.status >= api::Status::bad_request) continue;
        frame["properties"].as_object()["data"] = api::reply_schema(reply);
    }
    return message(type, "What " + std::string{command.name} + " came to.", std::move(frame));
}

/// Every frame, by its type.
json::object messages(std::span<const api::Route> routes) {
    json::object all;
    for (const auto& event : api::describe_events())
        all[json_view(event.type)] = message(event.type, event.text, api::event_schema(event));
    for (const Frame& frame : kFramesOfServer) all[json_view(frame.type)] = message(frame);
    for (const Frame& frame : kFramesOfClient) all[json_view(frame.type)] = message(frame);
    for (const Command& command : commands()) {
        all[json_view(command.name)] = command_message(command, routes);
        all[std::string{command.name} + ".result"] = result_message(command, routes);
    }
    return all;
}

json::object reference(const std::string& place) { return {{"$ref", place}}; }
json::object of_channel(std::string_view type) {
    return reference("#/channels/vsi/messages/" + std::string{type});
}

json::object query_schema(std::span<const api::Route> routes) {
    const Command upgrade{"", "GET", "/v1/vsi"};
    json::object members;
    for (const api::Parameter& one : twin_of(upgrade, routes).operation.parameters) {
        json::object schema = to_schema(one.schema);
        schema["description"] = json_view(one.text);
        members[json_view(one.name)] = std::move(schema);
    }
    return {{"type", "object"}, {"properties", std::move(members)}};
}

json::object channel(const json::object& all, std::span<const api::Route> routes) {
    json::object refs;
    for (const auto& one : all)
        refs[one.key()] = reference("#/components/messages/" + std::string{one.key()});
    return {{"address", "/v1/vsi"},
            {"title", "VSI"},
            {"description",
             "A WebSocket; each frame is one JSON object as text. Results come in the order of their "
             "commands; `null` is the same as absent; ignore types and members you do not know."},
            {"messages", std::move(refs)},
            {"bindings", {{"ws", {{"query", query_schema(routes)}, {"bindingVersion", "0.1.0"}}}}}};
}

/// "send" is what the server does.
json::object operation(const char* action, std::string_view text, json::array frames) {
    return {{"action", action},
            {"channel", reference("#/channels/vsi")},
            {"summary", json_view(text)},
            {"messages", std::move(frames)}};
}

json::object operations(std::span<const api::Route> routes) {
    json::object all;
    json::array told;
    for (const auto& event : api::describe_events()) told.emplace_back(of_channel(event.type));
    all["events"] = operation("send", "What happens, in order.", std::move(told));
    for (const Frame& frame : kFramesOfServer)
        all[json_view(frame.type)] = operation("send", frame.text, {of_channel(frame.type)});
    for (const Frame& frame : kFramesOfClient)
        all[json_view(frame.type)] = operation("receive", frame.text, {of_channel(frame.type)});
    for (const Command& command : commands()) {
        json::object one =
            operation("receive", twin_of(command, routes).operation.summary, {of_channel(command.name)});
        one["reply"] = json::object{
            {"channel", reference("#/channels/vsi")},
            {"messages",
             json::array{of_channel(std::string{command.name} + ".result"), of_channel("error")}}};
        all[json_view(command.name)] = std::move(one);
    }
    return all;
}

}  // namespace

json::object payload_schema(const Command& command, std::span<const api::Route> routes) {
    json::array parts{places_schema(command)};
    const api::RequestBody& body = twin_of(command, routes).operation.body;
    if (command.body == Command::Body::payload) parts.emplace_back(to_schema(body.schema));
    if (!command.members.empty()) parts.emplace_back(to_schema(command.members));
    return both(std::move(parts));
}

json::object asyncapi(std::span<const api::Route> routes) {
    json::object all = messages(routes);
    json::object vsi = channel(all, routes);
    return {{"asyncapi", "3.0.0"},
            {"info",
             {{"title", "Legroom: events and commands"},
              {"version", json_view(api::kDescribedVersion)},
              {"description",
               "The event and command WebSocket. Its REST twin is described in "
               "[openapi.json](/openapi.json); behind both stands `docs/API.md`."}}},
            {"defaultContentType", "application/json"},
            {"channels", {{"vsi", std::move(vsi)}}},
            {"operations", operations(routes)},
            {"components", {{"messages", std::move(all)}, {"schemas", api::schema_components()}}}};
}

}  // namespace legroom::vsi
