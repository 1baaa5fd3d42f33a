#include "api/api.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <exception>
#include <utility>

#include "api/routes.hpp"

namespace legroom::api {
namespace {

constexpr const char* kJson = "application/json";

/// A page from another origin may call us (contract 00).
std::vector<Header> cors_headers() {
    return {{"Access-Control-Allow-Origin", "*"},
            {"Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"},
            {"Access-Control-Allow-Headers", "Content-Type, Authorization"}};
}

Response preflight() { return {Status::no_content, kJson, "", cors_headers()}; }

boost::json::object with_instance_id(const std::string& instance_id, boost::json::object body) {
    boost::json::object whole;
    whole.reserve(body.size() + 1);
    whole["instance_id"] = instance_id;
    for (auto& member : body) whole.insert_or_assign(member.key(), std::move(member.value()));
    return whole;
}

}  // namespace

Api::Api(ApiConfig config, call::LegService& legs, call::RoomService& rooms)
    : config_(std::move(config)),
      webrtc_(legs),
      legs_(legs),
      rooms_(rooms, legs),
      router_(make_routes(webrtc_, legs_, rooms_, config_.ready)) {}

Response Api::handle(Instant now, const Request& request) noexcept {
    try {
        return dispatch(now, request);
    } catch (const std::exception&) {
        return problem(Status::internal_error, "internal error");
    }
}

Response Api::dispatch(Instant now, const Request& request) {
    if (request.method == "OPTIONS") return preflight();
    if (request.body.size() > kMaxBodyBytes) {
        return problem(Status::payload_too_large, "request body too large");
    }
    if (const auto* resource = find_resource(request.target)) return serve(*resource, request.method);
    return follow(router_.match(request.method, request.target), now, request);
}

Response Api::follow(const Match& match, Instant now, const Request& request) {
    switch (match.kind) {
        case Match::Kind::route:
            return render(match.route->handler({now, match.path, request.body}));
        case Match::Kind::bad_path:
            return problem(Status::bad_request, "invalid path");
        case Match::Kind::not_found:
            return problem(Status::not_found, "not found");
        case Match::Kind::wrong_method:
            return wrong_method(match.allow);
    }
    return problem(Status::not_found, "not found");
}

Response Api::problem(Status status, std::string_view text) const { return render(refusal(status, text)); }

Response Api::wrong_method(std::string allow) const {
    Response response = problem(Status::method_not_allowed, "method not allowed");
    response.headers.push_back({"Allow", std::move(allow)});
    return response;
}

Response Api::render(Reply reply) const {
    if (auto* object = reply.body.if_object(); object != nullptr && !config_.instance_id.empty()) {
        reply.body = with_instance_id(config_.instance_id, std::move(*object));
    }
    Response response{reply.status, kJson, boost::json::serialize(reply.body) + "\n", cors_headers()};
    // What is true now is not true later, and one GET, that of candidates, takes what it gives.
    response.headers.push_back({"Cache-Control", "no-store"});
    return response;
}

const Resource* Api::find_resource(std::string_view target) const {
    const auto found = std::find_if(config_.resources.begin(), config_.resources.end(),
                                    [&](const auto& resource) { return resource.path == path_of(target); });
    return found == config_.resources.end() ? nullptr : &*found;
}

Response Api::serve(const Resource& resource, std::string_view method) const {
    if (method != "GET" && method != "HEAD") return wrong_method("GET, HEAD, OPTIONS");
    Response response{Status::ok, resource.content_type, resource.bytes, cors_headers()};
    // The page belongs to this very server: after an upgrade nobody may run the old one against it.
    response.headers.push_back({"Cache-Control", "no-cache"});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    return response;
}

}  // namespace legroom::api
