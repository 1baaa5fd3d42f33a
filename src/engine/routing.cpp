#include "engine/routing.hpp"

#include <algorithm>

namespace legroom::engine {

RoutingTable::RoutingTable(const RoutingMatrix& matrix) {
    std::set<std::string_view> sources;
    for (const auto& row : matrix) sources.insert(row.second.begin(), row.second.end());
    sources.erase("");
    for (const std::string_view source : sources) {
        if (sources_.size() < kMaxSourceRoles) sources_.emplace_back(source);
    }
    for (const auto& [listener, heard] : matrix) {
        if (listener.empty()) continue;
        Row row{listener, mix::voices_of(mix::kForAll)};
        for (const std::string& source : heard) {
            if (const auto kind = kind_of(source); kind != mix::kUnrouted) row.hears |= mix::voices_of(kind);
        }
        rows_.push_back(std::move(row));
    }
}

mix::VoiceKind RoutingTable::kind_of(std::string_view role) const {
    const auto found = std::ranges::lower_bound(sources_, role, std::less<std::string_view>{});
    if (found == sources_.end() || *found != role) return mix::kUnrouted;
    return static_cast<mix::VoiceKind>(mix::kFirstRole + (found - sources_.begin()));
}

mix::Voices RoutingTable::heard_by(std::string_view role) const {
    const auto found = std::ranges::lower_bound(rows_, role, std::less<std::string_view>{}, &Row::listener);
    return found == rows_.end() || found->listener != role ? mix::kEverything : found->hears;
}

}  // namespace legroom::engine
