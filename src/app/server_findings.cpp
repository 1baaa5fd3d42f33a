#include "app/server_findings.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace legroom::app {
namespace {

using Outcome = ServerAnswer::Outcome;
using Group = std::vector<const ServerObservation*>;

bool is_good(const ServerObservation& one) {
    return one.answer.outcome == Outcome::mapped || one.answer.outcome == Outcome::relayed;
}

std::int64_t milliseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// The observations of each server, in the order they were made.
std::vector<Group> by_server(const Observations& seen) {
    std::vector<Group> groups;
    for (const ServerObservation& one : seen.servers) {
        const auto same = [&](const Group& group) {
            return group.front()->setting == one.setting && group.front()->uri == one.uri;
        };
        const auto found = std::ranges::find_if(groups, same);
        if (found == groups.end()) {
            groups.push_back({&one});
        } else {
            found->push_back(&one);
        }
    }
    return groups;
}

std::string name_of(const ServerObservation& one) { return fmt::format("{} ({})", one.uri, one.setting); }

Finding good_finding(const ServerObservation& one) {
    const auto time = milliseconds(one.answer.round_trip);
    if (one.turn)
        return {Level::ok, "turn_server", fmt::format("{} relays, and answers in {} ms", name_of(one), time),
                ""};
    return {Level::ok, "stun_server",
            fmt::format("{} answers in {} ms: it sees {} come from {}", name_of(one), time,
                        one.base.to_string(), one.answer.mapped->to_string()),
            ""};
}

Finding login_finding(const ServerObservation& one) {
    const bool clients = one.setting == "CLIENT_ICE_SERVERS";
    return {
        Level::fail, "turn_login",
        fmt::format("{} refuses the {}: {} {}", name_of(one),
                    clients ? "credentials made with TURN_SECRET" : "user name or password", one.answer.code,
                    one.answer.reason),
        clients
            ? "TURN_SECRET must be coturn's static-auth-secret, and the clocks must agree"
            : "Look at the credentials in ICE_SERVERS, or ICE_SERVERS_USERNAME and ICE_SERVERS_CREDENTIAL"};
}

Finding silent_finding(const ServerObservation& one) {
    return {Level::fail, "server_silent",
            fmt::format("{} does not answer within {} s", name_of(one),
                        ServerProbe::kLimit / std::chrono::seconds{1}),
            fmt::format("Look whether it runs, and let UDP out to {} and its answers in",
                        one.server ? one.server->to_string() : "it")};
}

Finding bad_finding(const ServerObservation& one) {
    constexpr std::uint16_t kUnauthorized = 401;
    if (!one.server && one.problem.empty()) {
        return {Level::fail, "server_unresolved", fmt::format("no address was found for {}", name_of(one)),
                "Look at the name, and at the DNS of this machine"};
    }
    if (!one.problem.empty()) {
        return {Level::fail, "server_unreachable",
                fmt::format("{} cannot be used: {}", name_of(one), one.problem),
                "Look whether it runs, at the firewall between, and for turns: at its certificate and "
                "TURN_CA_FILE"};
    }
    if (one.answer.outcome == Outcome::unanswered) return silent_finding(one);
    if (one.turn && one.answer.code == kUnauthorized) return login_finding(one);
    return {Level::fail, "server_refuses",
            fmt::format("{} refuses: {} {}", name_of(one), one.answer.code, one.answer.reason),
            "Look at that server's log and configuration"};
}

Finding denial_finding(const ServerObservation& one) {
    return {Level::fail, "turn_denies",
            fmt::format("{} relays, and not to a single address this server announces: {} {}", name_of(one),
                        one.answer.code, one.answer.reason),
            "Name the announced addresses in coturn's allowed-peer-ip"};
}

/// The family a server was asked over and did not answer, though it did over the other.
void check_families(const Group& group, std::vector<Finding>& findings) {
    for (const bool v4 : {true, false}) {
        const auto of_family = [v4](const ServerObservation* one) {
            return one->server && one->server->ip.is_v4() == v4;
        };
        const auto good = [&](const ServerObservation* one) { return of_family(one) && is_good(*one); };
        const auto asked = std::ranges::find_if(group, of_family);
        if (asked == group.end() || std::ranges::any_of(group, good)) continue;
        findings.push_back(
            {Level::warn, "server_family",
             fmt::format("{} does not serve over {}", name_of(**asked), v4 ? "IPv4" : "IPv6"),
             fmt::format("Look whether this machine has {} to the outside", v4 ? "IPv4" : "IPv6")});
    }
}

void check_server(const Group& group, std::vector<Finding>& findings) {
    const auto good = std::ranges::find_if(group, [](const auto* one) { return is_good(*one); });
    if (good == group.end()) {
        // What a server says is worth more than its silence elsewhere.
        const auto said = std::ranges::find_if(
            group, [](const auto* one) { return one->answer.outcome == Outcome::refused; });
        return findings.push_back(bad_finding(said == group.end() ? *group.front() : **said));
    }
    findings.push_back((*good)->answer.denies_peers ? denial_finding(**good) : good_finding(**good));
    check_families(group, findings);
}

/// What the STUN servers saw of each of our addresses.
std::map<Endpoint, std::set<Endpoint>> mappings_of(const Observations& seen) {
    std::map<Endpoint, std::set<Endpoint>> mappings;
    for (const ServerObservation& one : seen.servers) {
        if (one.answer.outcome == Outcome::mapped) mappings[one.base].insert(*one.answer.mapped);
    }
    return mappings;
}

constexpr std::string_view kForward =
    "Forward the UDP port from the NAT to this machine and set WEBRTC_EXTERNAL_IPS, or name a TURN server in "
    "ICE_SERVERS";

void check_nat(const Endpoint& base, const std::set<Endpoint>& outside, std::vector<Finding>& findings) {
    if (outside.size() > 1) {
        return findings.push_back(
            {Level::warn, "nat_symmetric",
             fmt::format("the NAT in front of {} shows every server another address ({} and {}): what one of "
                         "them sees is of no use to callers",
                         base.ip.to_string(), outside.begin()->to_string(), outside.rbegin()->to_string()),
             std::string{kForward}});
    }
    const Endpoint& mapped = *outside.begin();
    if (mapped.ip == base.ip || mapped.port == base.port) return;
    findings.push_back(
        {Level::warn, "nat_changes_port",
         fmt::format("the NAT in front of {} changes port {} to {}: callers get in only after we "
                     "sent to them",
                     base.ip.to_string(), base.port, mapped.port),
         std::string{kForward}});
}

void check_mismatch(const Config& config, const Observations& seen, const Endpoint& mapped,
                    std::vector<Finding>& findings) {
    if (config.media.external.empty() || mapped.ip.is_private()) return;
    std::string announced;
    for (const ExternalIp& one : seen.external) {
        if (one.ip == mapped.ip) return;
        if (one.ip.is_v4() == mapped.ip.is_v4())
            announced += (announced.empty() ? "" : ", ") + one.ip.to_string();
    }
    if (announced.empty()) return;
    findings.push_back(
        {Level::warn, "external_mismatch",
         fmt::format("a STUN server sees us come from {}, and WEBRTC_EXTERNAL_IPS announces {}",
                     mapped.ip.to_string(), announced),
         "One of them is wrong, or what comes in and what goes out take different ways"});
}

void check_ways(const Config& config, const Observations& seen, std::vector<Finding>& findings) {
    const auto seen_from_outside = mappings_of(seen);
    for (const auto& [base, outside] : seen_from_outside) {
        check_nat(base, outside, findings);
        check_mismatch(config, seen, *outside.begin(), findings);
    }
    if (seen.asked_from_another_port && !seen_from_outside.empty()) {
        findings.push_back({Level::ok, "asked_from_another_port",
                            "the servers were asked from another port than that of calls, which is in use; a "
                            "NAT may treat that one differently",
                            ""});
    }
}

}  // namespace

std::vector<Finding> server_findings(const Config& config, const Observations& seen) {
    std::vector<Finding> findings;
    for (const Group& group : by_server(seen)) check_server(group, findings);
    check_ways(config, seen, findings);
    return findings;
}

}  // namespace legroom::app
