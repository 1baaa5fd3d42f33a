#include "api/api.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <exception>
#include <utility>

#include "api/query.hpp"
#include "api/routes.hpp"

namespace legroom::api {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kShuttingDown = "the server is shutting down";

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

std::string_view known_method(std::string_view method) {
    for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
        if (method == known) return known;
    }
    return "other";
}

/// A reply's own headers stand instead of ours of the same name.
void add_headers(std::vector<Header> own, std::vector<Header>& all) {
    const auto overruled = [&](const Header& header) {
        return std::any_of(own.begin(), own.end(),
                           [&](const Header& one) { return one.name == header.name; });
    };
    std::erase_if(all, overruled);
    for (Header& header : own) all.push_back(std::move(header));
}

}  // namespace

Api::Api(ApiConfig config, const call::Services& services)
    : config_(std::move(config)),
      watched_(services.legs),
      webrtc_(services.legs, services.rooms, config_.connection),
      legs_(services.legs),
      dtmf_(services.dtmf),
      playbacks_(services.playbacks),
      recordings_(services.recordings),
      rooms_(services.rooms, services.legs),
      routing_(services.rooms.routing()),
      bridges_(services.rooms.bridges()),
      whip_(services.legs, services.rooms, config_.connection,
            [this] { return ice_server_links(ice_servers(config_.ice_servers, config_.unix_time())); }),
      events_(config_.events),
      webhooks_(config_.webhooks),
      router_(make_routes(
          {webrtc_, legs_, dtmf_, playbacks_, recordings_, rooms_, routing_, bridges_, whip_, events_,
           webhooks_},
          {config_.ready, [this] { return ice_servers_reply(config_.ice_servers, config_.unix_time()); },
           [this](Instant now) { return metrics_reply(config_.metrics, now); }})),
      waits_(config_.max_waits) {
    watched_.watch([this](const LegId& leg) { waits_.retry(leg); });
    if (config_.events == nullptr) return;
    listening_ = config_.events->listen([this](const events::RecordPtr&) { waits_.retry(LegId{}); });
}

Api::~Api() {
    watched_.watch({});
    if (config_.events != nullptr) config_.events->forget(listening_);
}

std::optional<WaitId> Api::handle(Instant now, const Request& request, const Respond& respond) noexcept {
    std::string_view route = "none";
    auto attempted = attempt(now, request, route);
    const auto counted = [this, method = known_method(request.method), route, respond](Response response) {
        if (config_.on_response) config_.on_response(method, route, response.status);
        respond(std::move(response));
    };
    if (auto* deferred = std::get_if<Deferred>(&attempted)) {
        return wait(std::move(*deferred),
                    [this, counted](Reply reply) { counted(render(std::move(reply))); });
    }
    counted(std::get<Response>(std::move(attempted)));
    return std::nullopt;
}

std::optional<WaitId> Api::perform(Instant now, const Call& call, const Answer& answer) noexcept {
    auto outcome = follow(now, call);
    if (auto* deferred = std::get_if<Deferred>(&outcome)) return wait(std::move(*deferred), answer);
    answer(std::get<Reply>(std::move(outcome)));
    return std::nullopt;
}

Outcome Api::follow(Instant now, const Call& call) {
    if (shutting_down_) return refusal(Status::unavailable, kShuttingDown);
    if (call.body.size() > kMaxBodyBytes) {
        return refusal(Status::payload_too_large, "request body too large");
    }
    const Route* route = router_.find(call.method, call.pattern);
    if (route == nullptr) return refusal(Status::not_found, "not found");
    try {
        return route->handler({now, call.path, call.body, call.query});
    } catch (const std::exception&) {
        return refusal(Status::internal_error, "internal error");
    }
}

Api::Attempt Api::attempt(Instant now, const Request& request, std::string_view& route) {
    try {
        return dispatch(now, request, route);
    } catch (const std::exception&) {
        return problem(Status::internal_error, "internal error");
    }
}

std::optional<WaitId> Api::wait(Deferred what, const Answer& answer) {
    const auto ask = std::move(what.ask);
    const auto id = waits_.add(std::move(what), answer);
    if (!id) {
        answer(refusal(Status::unavailable, "too many requests are waiting: ask again without"));
        return std::nullopt;
    }
    if (ask) begin(*id, ask);
    return waits_.waiting(*id) ? id : std::nullopt;
}

void Api::begin(WaitId id, const std::function<void(Answer)>& ask) {
    try {
        ask([this, id](Reply reply) { waits_.settle(id, std::move(reply)); });
    } catch (const std::exception&) {
        waits_.settle(id, refusal(Status::internal_error, "internal error"));
    }
}

void Api::shut_down() {
    shutting_down_ = true;
    waits_.settle_all(refusal(Status::unavailable, kShuttingDown));
}

Api::Attempt Api::dispatch(Instant now, const Request& request, std::string_view& route) {
    if (shutting_down_) return problem(Status::unavailable, kShuttingDown);
    const Match match = router_.match(request.method, request.target);
    if (match.route != nullptr) route = match.route->pattern;
    if (request.method == "OPTIONS") return options(now, request, match);
    if (request.body.size() > kMaxBodyBytes) {
        return problem(Status::payload_too_large, "request body too large");
    }
    if (const auto* resource = find_resource(request.target)) {
        route = "page";
        return serve(*resource, request.method);
    }
    return follow(match, now, request);
}

/// 204 on any path (contract 00); what a path has to say beside that is its own route.
Response Api::options(Instant now, const Request& request, const Match& match) const {
    if (match.kind != Match::Kind::route) return preflight();
    return render(std::get<Reply>(match.route->handler({now, match.path, request.body})));
}

Api::Attempt Api::follow(const Match& match, Instant now, const Request& request) {
    switch (match.kind) {
        case Match::Kind::route: {
            auto outcome = match.route->handler(
                {now, match.path, request.body, query_of(request.target), request.headers});
            if (auto* deferred = std::get_if<Deferred>(&outcome)) return std::move(*deferred);
            return render(std::get<Reply>(std::move(outcome)));
        }
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
    Response response = render_body(reply);
    response.headers = cors_headers();
    // What is true now is not true later, and one GET, that of candidates, takes what it gives.
    response.headers.push_back({"Cache-Control", "no-store"});
    add_headers(std::move(reply.headers), response.headers);
    return response;
}

Response Api::render_body(Reply& reply) const {
    if (reply.payload) {
        return {reply.status, std::string{reply.payload->content_type}, std::move(reply.payload->bytes), {}};
    }
    if (reply.status == Status::no_content) return {reply.status, kJson, "", {}};
    if (auto* object = reply.body.if_object(); object != nullptr && !config_.instance_id.empty()) {
        reply.body = with_instance_id(config_.instance_id, std::move(*object));
    }
    return {reply.status, kJson, boost::json::serialize(reply.body) + "\n", {}};
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
    response.headers.insert(response.headers.end(), resource.headers.begin(), resource.headers.end());
    return response;
}

}  // namespace legroom::api
