#include "api/router.hpp"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>

#include "api/utf8.hpp"

namespace legroom::api {
namespace {

using Segments = std::vector<std::string>;
using PathParameters = std::map<std::string, std::string, std::less<>>;

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto end = std::min(path.find('/'), path.size());
        parts.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

std::optional<Segments> decode_segments(std::string_view path) {
    Segments segments;
    for (const std::string_view part : split(path)) {
        const auto encoded = boost::urls::make_pct_string_view({part.data(), part.size()});
        if (!encoded) return std::nullopt;
        segments.push_back(to_valid_utf8(encoded->decode()));
    }
    return segments;
}

std::optional<PathParameters> fit(std::string_view pattern, const Segments& segments) {
    const auto wanted = split(pattern);
    if (wanted.size() != segments.size()) return std::nullopt;

    PathParameters parameters;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].starts_with('{')) {
            if (segments[i].empty()) return std::nullopt;
            parameters.emplace(wanted[i].substr(1, wanted[i].size() - 2), segments[i]);
        } else if (wanted[i] != segments[i]) {
            return std::nullopt;
        }
    }
    return parameters;
}

bool answers(const Route& route, std::string_view method) {
    return route.method == method || (method == "HEAD" && route.method == "GET" && route.safe);
}

void add_methods(const Route& route, std::string& allow) {
    if (route.method == "OPTIONS") return;
    allow += std::string{route.method} + ", ";
    if (answers(route, "HEAD")) allow += "HEAD, ";
}

}  // namespace

std::string_view path_of(std::string_view target) {
    if (const auto scheme = target.find("://");
        !target.starts_with('/') && scheme != std::string_view::npos) {
        target.remove_prefix(scheme + 3);
        target.remove_prefix(std::min(target.find('/'), target.size()));
    }
    return target.substr(0, target.find_first_of("?#"));
}

Match Router::match(std::string_view method, std::string_view target) const {
    const std::string_view path = path_of(target);
    if (!path.starts_with('/')) return {};
    const auto segments = decode_segments(path);
    if (!segments) return {.kind = Match::Kind::bad_path, .route = nullptr, .path = {}, .allow = {}};

    std::string allow;
    for (const Route& route : routes_) {
        auto parameters = fit(route.pattern, *segments);
        if (!parameters) continue;
        if (answers(route, method)) return {Match::Kind::route, &route, std::move(*parameters), {}};
        add_methods(route, allow);
    }
    if (allow.empty()) return {};
    return {Match::Kind::wrong_method, nullptr, {}, allow + "OPTIONS"};
}

const Route* Router::find(std::string_view method, std::string_view pattern) const {
    const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
        return route.method == method && route.pattern == pattern;
    });
    return found == routes_.end() ? nullptr : &*found;
}

}  // namespace legroom::api
