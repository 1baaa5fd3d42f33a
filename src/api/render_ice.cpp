#include "api/render_ice.hpp"

#include <boost/json/array.hpp>
#include <chrono>
#include <cmath>

namespace legroom::api {
namespace json = boost::json;
namespace {

json::string_view word(std::string_view text) { return {text.data(), text.size()}; }

std::string_view word(ice::CandidateType type) {  // as in a candidate line (RFC 8839 §5.1)
    switch (type) {
        case ice::CandidateType::host:
            return "host";
        case ice::CandidateType::server_reflexive:
            return "srflx";
        case ice::CandidateType::peer_reflexive:
            return "prflx";
        case ice::CandidateType::relayed:
            return "relay";
    }
    return "";
}

std::string_view word(ice::PairState state) {
    switch (state) {
        case ice::PairState::waiting:
            return "waiting";
        case ice::PairState::in_progress:
            return "in_progress";
        case ice::PairState::succeeded:
            return "succeeded";
        case ice::PairState::failed:
            return "failed";
    }
    return "";
}

/// With one decimal: a round trip on a LAN is less than one.
void add_ms(json::object& object, const char* name, const std::optional<Duration>& time) {
    if (!time) return;
    object[name] = std::round(std::chrono::duration<double, std::milli>(*time).count() * 10) / 10;
}

json::object render_path(const Path& path) {
    return {{"local", path.local.to_string()},
            {"remote", path.remote.to_string()},
            {"transport", word(to_string(path.transport))}};
}

json::array render_candidates(const std::vector<ice::Candidate>& candidates) {
    json::array array;
    for (const auto& candidate : candidates) {
        array.push_back(json::object{{"type", word(word(candidate.type))},
                                     {"address", candidate.endpoint.to_string()},
                                     {"candidate", candidate.to_line()}});
    }
    return array;
}

json::object render_pair(const ice::PairReport& pair) {
    json::object object = render_path(pair.path);
    object["local_type"] = word(word(pair.local_type));
    object["remote_type"] = word(word(pair.remote_type));
    object["state"] = word(word(pair.state));
    object["nominated"] = pair.nominated;
    object["selected"] = pair.selected;
    object["requests_sent"] = pair.requests_sent;
    object["responses"] = pair.responses;
    object["requests_received"] = pair.requests_received;
    add_ms(object, "round_trip_ms", pair.round_trip);
    return object;
}

json::array render_pairs(const std::vector<ice::PairReport>& pairs) {
    json::array array;
    for (const auto& pair : pairs) array.push_back(render_pair(pair));
    return array;
}

json::object render_times(const call::SetUpTimes& times) {
    json::object object;
    add_ms(object, "first_remote_candidate", times.first_remote_candidate);
    add_ms(object, "first_check", times.first_check);
    add_ms(object, "first_valid_pair", times.first_valid_pair);
    add_ms(object, "nominated", times.nominated);
    add_ms(object, "dtls_done", times.dtls_done);
    add_ms(object, "first_media", times.first_media);
    return object;
}

void add_selected(json::object& object, const ice::AgentReport& report) {
    const auto kind = call::selected_kind(report);
    if (!kind) return;
    object["path"] = word(call::to_string(*kind));
    object["selected"] = render_path(*report.selected);
}

}  // namespace

json::object render(const call::Failure& failure) {
    return {{"code", word(ice::to_string(failure.code))},
            {"stage", failure.stage},
            {"hint", failure.hint},
            {"pairs", render_pairs(failure.pairs)}};
}

json::object render(const call::IceStatus& status) {
    const ice::AgentReport& report = status.ice;
    json::object object{{"leg_id", status.leg.value},
                        {"connection", word(call::to_string(status.connection))}};
    add_selected(object, report);
    add_ms(object, "round_trip_ms", report.round_trip);
    add_ms(object, "consent_age_ms", report.consent_age);
    object["role"] = report.role == ice::Role::controlling ? "controlling" : "controlled";
    object["dtls"] = status.dtls;
    object["unauthenticated"] = report.unauthenticated;
    object["local_candidates"] = render_candidates(report.local);
    object["remote_candidates"] = render_candidates(report.remote);
    object["pairs"] = render_pairs(report.pairs);
    object["setup_ms"] = render_times(status.times);
    if (status.diagnosis) object["failure"] = render(*status.diagnosis);
    return object;
}

}  // namespace legroom::api
