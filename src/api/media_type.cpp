#include "api/media_type.hpp"

#include "api/ascii.hpp"

namespace legroom::api {
namespace {

/// How particularly a range names a type: 3 "application/sdp", 2 "application/*", 1 "*/*", 0 not at all.
int fitness(std::string_view range, std::string_view type) {
    if (equal_ignoring_case(range, type)) return 3;
    if (range == "*/*") return 1;
    const std::string_view family = type.substr(0, type.find('/') + 1);
    const bool whole_family =
        range.ends_with('*') && equal_ignoring_case(range.substr(0, range.size() - 1), family);
    return whole_family ? 2 : 0;
}

/// "q=0", "q=0.0", "q=0.000"
bool is_zero_weight(std::string_view parameter) {
    if (parameter.size() < 3 || !equal_ignoring_case(parameter.substr(0, 2), "q=")) return false;
    return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

bool is_refused(std::string_view parameters) {
    while (!parameters.empty()) {
        if (is_zero_weight(take_part(parameters, ';'))) return true;
    }
    return false;
}

}  // namespace

bool is_type(std::string_view content_type, std::string_view type) {
    return equal_ignoring_case(take_part(content_type, ';'), type);
}

bool accepts(std::string_view accept, std::string_view type) {
    if (trimmed(accept).empty()) return true;
    int best = 0;
    bool wanted = false;
    while (!accept.empty()) {
        std::string_view parameters = take_part(accept, ',');
        const int fit = fitness(take_part(parameters, ';'), type);
        if (fit <= best) continue;
        best = fit;
        wanted = !is_refused(parameters);
    }
    return wanted;
}

}  // namespace legroom::api
