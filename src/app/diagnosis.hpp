#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "app/finding.hpp"
#include "app/observations.hpp"

namespace legroom::app {

/// What a browser is told of, and who can make use of it.
struct DoctorCandidate {
    std::string_view type;  ///< "host", "srflx", "relay"
    Transport transport = Transport::udp;
    std::optional<Endpoint> endpoint;  ///< nullopt: a relayed address, another one for each start.
    std::string via;    ///< The interface, and what is behind: "eth0", "eth0 10.0.0.4", a TURN URI.
    std::string reach;  ///< "machines of the same private network"
};

struct Diagnosis {
    std::vector<DoctorCandidate> candidates;
    std::vector<Finding> findings;

    [[nodiscard]] bool healthy() const;  ///< No finding is a fail.
};

/// What the observations mean for calls to a server of this configuration, which was read with these
/// warnings. A pure function.
Diagnosis diagnose(const Config& config, const std::vector<std::string>& warnings, const Observations& seen);

/// A line for each candidate and each finding, for people.
std::string to_text(const Diagnosis& diagnosis);
/// {"healthy", "candidates": […], "findings": […]} with the members of the structs above, and a newline.
std::string to_json(const Diagnosis& diagnosis);

}  // namespace legroom::app
