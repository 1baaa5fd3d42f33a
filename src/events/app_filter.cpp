#include "events/app_filter.hpp"

#include <re2/re2.h>
#include <utility>

namespace legroom::events {
namespace {

re2::RE2::Options bounded() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxPatternMemory);
    options.set_never_capture(true);
    return options;
}

}  // namespace

AppFilter::AppFilter() = default;

Result<AppFilter, std::string> AppFilter::parse(std::string_view pattern) {
    AppFilter filter;
    if (pattern.empty()) return filter;
    if (pattern.size() > kMaxPatternBytes)
        return "longer than " + std::to_string(kMaxPatternBytes) + " bytes";
    auto compiled =
        std::make_shared<const re2::RE2>(re2::StringPiece{pattern.data(), pattern.size()}, bounded());
    if (!compiled->ok()) return compiled->error();
    filter.pattern_ = std::move(compiled);
    return filter;
}

bool AppFilter::wants(std::string_view app_id) const {
    if (!pattern_) return true;
    return re2::RE2::PartialMatch(re2::StringPiece{app_id.data(), app_id.size()}, *pattern_);
}

}  // namespace legroom::events
