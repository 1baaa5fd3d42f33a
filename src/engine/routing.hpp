#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mix/voices.hpp"

namespace legroom::engine {

/// A listener's role -> the roles it may hear. Whose role has no row hears everyone, and so does who has
/// none.
using RoutingMatrix = std::map<std::string, std::set<std::string>>;

/// Different sources in one matrix that can be told apart.
inline constexpr std::size_t kMaxSourceRoles = mix::kMaxRoles;

/// A matrix in the mixer's terms. The role "" is none: it stands for no row and no source.
class RoutingTable {
public:
    /// Everyone hears everyone.
    RoutingTable() = default;

    /// Sources beyond kMaxSourceRoles are heard by nobody who has a row; the control plane does
    /// not let it come to that.
    explicit RoutingTable(const RoutingMatrix& matrix);

    /// What kind of voice a source of this role is.
    [[nodiscard]] mix::VoiceKind kind_of(std::string_view role) const;
    /// What a listener of this role hears.
    [[nodiscard]] mix::Voices heard_by(std::string_view role) const;

private:
    struct Row {
        std::string listener;
        mix::Voices hears = 0;
    };
    std::vector<std::string> sources_;  ///< In order; the first is of kind mix::kFirstRole.
    std::vector<Row> rows_;             ///< In order of listeners.
};

}  // namespace legroom::engine
