#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ice/failure.hpp"
#include "ice/report.hpp"

namespace legroom::call {

/// Why a connection did not come about, ended, or would end if nothing changes: for the application, which
/// shows it to a person or acts on the code.
struct Failure {
    ice::FailureCode code = ice::FailureCode::internal;
    std::string stage;                   ///< How far the connection had come; see stage_of().
    std::string hint;                    ///< What happened and what to do about it, in a sentence or two.
    std::vector<ice::PairReport> pairs;  ///< As they stood then, best first.
};

/// The failure a code stands for, with the stage and hint that belong to it.
Failure describe(ice::FailureCode code, std::vector<ice::PairReport> pairs = {});

/// Where a connection fails that fails with this code: "candidates", "checks", "dtls", "connected" or
/// "media"; "internal" for a fault of ours.
std::string_view stage_of(ice::FailureCode code);
std::string_view hint_for(ice::FailureCode code);  ///< Plain English, never empty.

}  // namespace legroom::call
