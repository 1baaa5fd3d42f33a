#include "app/address_findings.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace legroom::app {
namespace {

using Addresses = std::vector<AnnouncedAddress>;

/// How far an announced address carries, from nowhere to everywhere.
enum class Reach { machine, containers, link, private_network, everybody };

Reach reach_of_address(const AnnouncedAddress& address) {
    const bool own = address.origin == AnnouncedAddress::Origin::interface;
    if (address.ip.is_loopback()) return Reach::machine;
    if (own && is_container_bridge(address.interface)) return Reach::containers;
    if (address.ip.is_link_local()) return Reach::link;
    return address.ip.is_private() ? Reach::private_network : Reach::everybody;
}

/// 172.16.0.0/12: where Docker and Podman put containers.
bool is_of_containers(const IpAddress& ip) {
    return ip.is_v4() && ip.bytes()[0] == 172 && (ip.bytes()[1] & 0xf0) == 16;
}

bool some_server_answered(const Observations& seen) {
    return std::ranges::any_of(seen.servers, [](const ServerObservation& one) {
        using Outcome = ServerAnswer::Outcome;
        return one.setting == "ICE_SERVERS" && (one.answer.outcome == Outcome::relayed ||
                                                (one.answer.outcome == Outcome::mapped && one.answer.mapped &&
                                                 !one.answer.mapped->ip.is_private()));
    });
}

constexpr std::string_view kSetExternal =
    "Set WEBRTC_EXTERNAL_IPS to the public address, or name a STUN server in ICE_SERVERS";

Finding nothing_announced(const Config& config, const Observations& seen) {
    const InterfaceLists& lists = config.media.interfaces;
    if (!seen.all.empty() && !(lists.allowed.empty() && lists.denied.empty())) {
        return {Level::fail, "interfaces_left_out",
                "the interface lists leave no address for calls: every offer will be refused",
                "Look at WEBRTC_INTERFACES and WEBRTC_INTERFACES_DENY"};
    }
    return {Level::fail, "no_address", "this machine has no address for calls: every offer will be refused",
            "Bring a network interface up"};
}

/// Of addresses that reach no further than `reach`.
Finding limited(Reach reach) {
    switch (reach) {
        case Reach::machine:
            return {Level::warn, "loopback_only",
                    "only loopback addresses are announced: nobody but programs on this machine can connect",
                    "Bring a network interface up, or set WEBRTC_EXTERNAL_IPS"};
        case Reach::containers:
            return {Level::warn, "container_bridge_only",
                    "only addresses of container bridges (docker0 and their like) are announced: nobody but "
                    "containers on this machine can connect",
                    "Let WEBRTC_INTERFACES name the outward interface as well"};
        case Reach::link:
            return {Level::warn, "link_local_only",
                    "only link-local addresses are announced: the machine was given no other (no DHCP?)",
                    "Give the interface an address, or set WEBRTC_EXTERNAL_IPS"};
        case Reach::private_network:
            return {Level::warn, "private_only",
                    "only private addresses are announced: callers outside this network cannot connect",
                    std::string{kSetExternal}};
        case Reach::everybody:
            break;
    }
    return {Level::ok, "public_address", "a public address is announced", ""};
}

Finding reach_finding(const Config& config, const Observations& seen, const Addresses& announced) {
    if (announced.empty()) return nothing_announced(config, seen);
    const Reach furthest = reach_of_address(std::ranges::max(announced, {}, reach_of_address));
    if (furthest != Reach::everybody && some_server_answered(seen)) {
        return {Level::ok, "public_by_server",
                "of our own only private addresses are announced, and a server adds a public one", ""};
    }
    return limited(furthest);
}

void check_container(const Config& config, const Observations& seen, std::vector<Finding>& findings) {
    const auto is_v4 = [](const io::HostAddress& one) { return one.ip.is_v4(); };
    const auto outside = [&](const io::HostAddress& one) { return is_v4(one) && !is_of_containers(one.ip); };
    if (!seen.in_container || !config.media.external.empty()) return;
    if (std::ranges::none_of(seen.usable, is_v4) || std::ranges::any_of(seen.usable, outside)) return;
    findings.push_back(
        {Level::warn, "container_address",
         "this is a container, and what it announces is the container's own address: no caller can use it",
         fmt::format("Publish the ports under their own numbers (-p {0}:{0}/udp -p {0}:{0}/tcp) and set "
                     "WEBRTC_EXTERNAL_IPS to the host's address, or run with --network host",
                     seen.udp_port)});
}

void check_family(const ExternalIp& external, const Observations& seen, std::vector<Finding>& findings) {
    const auto fits = [&](const io::HostAddress& one) { return one.ip.is_v4() == external.ip.is_v4(); };
    const auto is_internal = [&](const io::HostAddress& one) { return one.ip == *external.internal; };
    if (external.internal && std::ranges::none_of(seen.usable, is_internal)) {
        findings.push_back(
            {Level::fail, "external_internal",
             fmt::format("{} is not announced: {}, which it is mapped to, is no address of this "
                         "machine that calls may use",
                         external.ip.to_string(), external.internal->to_string()),
             "Mend the part after the / in WEBRTC_EXTERNAL_IPS"});
    } else if (!external.internal && std::ranges::none_of(seen.usable, fits)) {
        findings.push_back({Level::warn, "external_family",
                            fmt::format("{} is not announced: this machine has no {} address",
                                        external.ip.to_string(), external.ip.is_v4() ? "IPv4" : "IPv6"),
                            "Take it out of WEBRTC_EXTERNAL_IPS, or give the machine such an address"});
    }
}

void check_kind(const ExternalIp& external, std::vector<Finding>& findings) {
    if (!external.ip.is_private() && !external.ip.is_loopback() && !external.ip.is_link_local()) return;
    findings.push_back(
        {Level::warn, "external_not_public",
         fmt::format("WEBRTC_EXTERNAL_IPS announces {}, which is no public address", external.ip.to_string()),
         "That is right only if every caller is in that network"});
}

void check_external(const Observations& seen, std::vector<Finding>& findings) {
    for (const std::string& name : seen.unresolved) {
        findings.push_back({Level::fail, "external_unresolved",
                            fmt::format("no address was found for {} in WEBRTC_EXTERNAL_IPS", name),
                            "Look at the name, and at the DNS of this machine"});
    }
    for (const ExternalIp& external : seen.external) {
        check_family(external, seen, findings);
        check_kind(external, findings);
    }
}

}  // namespace

std::vector<Finding> address_findings(const Config& config, const Observations& seen) {
    std::vector<Finding> findings;
    check_external(seen, findings);
    findings.push_back(reach_finding(config, seen, announced_addresses(seen.usable, seen.external)));
    check_container(config, seen, findings);
    return findings;
}

}  // namespace legroom::app
