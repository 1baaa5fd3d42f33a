#include "call/ice_status.hpp"

#include <algorithm>

namespace legroom::call {
namespace {

bool is_relayed(const ice::PairReport& pair) {
    return pair.local_type == ice::CandidateType::relayed || pair.remote_type == ice::CandidateType::relayed;
}

}  // namespace

std::string_view to_string(PathKind kind) {
    switch (kind) {
        case PathKind::udp:
            return "udp";
        case PathKind::tcp:
            return "tcp";
        case PathKind::relay:
            return "relay";
    }
    return "";
}

std::optional<PathKind> selected_kind(const ice::AgentReport& report) {
    if (!report.selected) return std::nullopt;
    const auto pair = std::find_if(report.pairs.begin(), report.pairs.end(),
                                   [&](const auto& one) { return one.path == *report.selected; });
    if (pair != report.pairs.end() && is_relayed(*pair)) return PathKind::relay;
    return report.selected->transport == Transport::udp ? PathKind::udp : PathKind::tcp;
}

}  // namespace legroom::call
