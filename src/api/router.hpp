#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/operation.hpp"
#include "api/reply.hpp"

namespace legroom::api {

struct Route {
    std::string_view method;
    std::string_view pattern;  ///< "/v1/legs/{leg}/mute": a segment in braces matches any one segment.
    std::function<Outcome(const Routed&)> handler;
    Operation operation;  ///< For the description: what it does and answers.
    /// A GET without effect also answers HEAD (RFC 9110 §9.3.2).
    bool safe = true;
};

/// Where a request goes.
struct Match {
    enum class Kind {
        route,         ///< `route` and `path` are set.
        bad_path,      ///< A segment is not percent-encoded text (RFC 3986 §2.1).
        not_found,     ///< No pattern has this path. A trailing slash is another path.
        wrong_method,  ///< The path exists; `allow` lists its methods, OPTIONS always.
    };
    Kind kind = Kind::not_found;
    const Route* route = nullptr;
    std::map<std::string, std::string, std::less<>> path;
    std::string allow;  ///< "GET, HEAD, OPTIONS"
};

/// The table of routes. Holds only what was given at construction.
class Router {
public:
    explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

    /// `target` in origin-form or absolute-form (RFC 9112 §3.2), query and all. Segments are split first
    /// and percent-decoded once after, so %2F belongs to an id; what is not UTF-8 then becomes U+FFFD.
    [[nodiscard]] Match match(std::string_view method, std::string_view target) const;

    /// The route of exactly this pattern; nullptr: there is none.
    [[nodiscard]] const Route* find(std::string_view method, std::string_view pattern) const;

    [[nodiscard]] std::span<const Route> routes() const { return routes_; }

private:
    std::vector<Route> routes_;
};

/// The path of a request target: without scheme, authority, query and fragment; still percent-encoded.
std::string_view path_of(std::string_view target);

}  // namespace legroom::api
