#include "app/diagnosis.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "app/address_findings.hpp"
#include "app/server_findings.hpp"

namespace legroom::app {
namespace {

Finding port_finding(const PortObservation& port) {
    using State = PortObservation::State;
    const std::string holder = port.holder.empty() ? "another program" : port.holder;
    switch (port.state) {
        case State::free:
            return {Level::ok, "port_free", port.name + " is free", ""};
        case State::legroom:
            return {Level::ok, "port_in_use", fmt::format("{} is open: {} has it", port.name, holder), ""};
        case State::taken:
            return {Level::fail, "port_taken", fmt::format("{} is taken: {} has it", port.name, holder),
                    fmt::format("End that program, or set {} to a free port", port.setting)};
        case State::refused:
            break;
    }
    return {Level::fail, "port_refused", fmt::format("{} cannot be opened: {}", port.name, port.problem),
            fmt::format("Set {} to one that can", port.setting)};
}

std::string reach_of(const AnnouncedAddress& address, std::string_view port) {
    const bool own = address.origin == AnnouncedAddress::Origin::interface;
    if (address.ip.is_loopback()) return "programs on this machine";
    if (own && is_container_bridge(address.interface)) return "containers on this machine";
    if (address.ip.is_link_local()) return "machines on the same link";
    if (address.ip.is_private()) return "machines of the same private network";
    if (own) return fmt::format("everybody, where {} is open", port);
    return fmt::format("everybody, if {} is forwarded from there to {}", port, address.base.to_string());
}

void add_hosts(const Observations& seen, Transport transport, std::uint16_t port,
               std::vector<DoctorCandidate>& candidates) {
    const std::string name = fmt::format("{} port {}", transport == Transport::udp ? "UDP" : "TCP", port);
    for (const AnnouncedAddress& one : announced_addresses(seen.usable, seen.external)) {
        const std::string behind = one.ip == one.base ? "" : " " + one.base.to_string();
        candidates.push_back(
            {"host", transport, Endpoint{one.ip, port}, one.interface + behind, reach_of(one, name)});
    }
}

void add_reflexive(const ServerObservation& server, std::vector<DoctorCandidate>& candidates) {
    const auto& mapped = server.answer.mapped;
    if (server.turn || !mapped) return;
    const auto same = [&](const DoctorCandidate& one) {
        return one.transport == Transport::udp && one.endpoint == mapped;
    };
    if (std::ranges::any_of(candidates, same)) return;
    candidates.push_back(
        {"srflx", Transport::udp, *mapped, server.base.ip.to_string(), "everybody the NAT in front lets in"});
}

void add_relayed(const ServerObservation& server, std::vector<DoctorCandidate>& candidates) {
    if (!server.turn || server.setting != "ICE_SERVERS") return;
    if (server.answer.outcome != ServerAnswer::Outcome::relayed) return;
    candidates.push_back(
        {"relay", Transport::udp, std::nullopt, server.uri, "everybody that server reaches"});
}

std::vector<DoctorCandidate> candidates_of(const Observations& seen) {
    std::vector<DoctorCandidate> candidates;
    add_hosts(seen, Transport::udp, seen.udp_port, candidates);
    if (seen.tcp_port) add_hosts(seen, Transport::tcp, *seen.tcp_port, candidates);
    for (const ServerObservation& server : seen.servers) add_reflexive(server, candidates);
    for (const ServerObservation& server : seen.servers) add_relayed(server, candidates);
    return candidates;
}

std::string address_of(const DoctorCandidate& candidate) {
    return candidate.endpoint ? candidate.endpoint->to_string() : "-";
}

}  // namespace

std::string_view to_string(Level level) {
    switch (level) {
        case Level::ok:
            return "ok";
        case Level::warn:
            return "warn";
        case Level::fail:
            return "FAIL";
    }
    return "?";
}

bool Diagnosis::healthy() const {
    return std::ranges::none_of(findings, [](const Finding& one) { return one.level == Level::fail; });
}

Diagnosis diagnose(const Config& config, const std::vector<std::string>& warnings, const Observations& seen) {
    Diagnosis diagnosis{candidates_of(seen), {}};
    for (const std::string& warning : warnings)
        diagnosis.findings.push_back({Level::warn, "configuration", warning, ""});
    for (const PortObservation& port : seen.ports) diagnosis.findings.push_back(port_finding(port));
    std::ranges::move(address_findings(config, seen), std::back_inserter(diagnosis.findings));
    std::ranges::move(server_findings(config, seen), std::back_inserter(diagnosis.findings));
    return diagnosis;
}

std::string to_text(const Diagnosis& diagnosis) {
    std::string text = "A browser would be told of:\n";
    for (const DoctorCandidate& one : diagnosis.candidates) {
        text += fmt::format("  {:<5} {:<3} {:<24} {:<24} for {}\n", one.type, to_string(one.transport),
                            address_of(one), one.via, one.reach);
    }
    if (diagnosis.candidates.empty()) text += "  nothing\n";
    text += "\n";
    for (const Finding& one : diagnosis.findings) {
        text += fmt::format("{:<4}  {}{}{}\n", to_string(one.level), one.text, one.cure.empty() ? "" : ". ",
                            one.cure);
    }
    return text;
}

std::string to_json(const Diagnosis& diagnosis) {
    boost::json::array candidates;
    for (const DoctorCandidate& one : diagnosis.candidates) {
        boost::json::object line{{"type", one.type},
                                 {"transport", to_string(one.transport)},
                                 {"via", one.via},
                                 {"reach", one.reach}};
        if (one.endpoint) line["endpoint"] = one.endpoint->to_string();
        candidates.push_back(std::move(line));
    }
    boost::json::array findings;
    for (const Finding& one : diagnosis.findings) {
        const std::string_view level = one.level == Level::fail ? "fail" : to_string(one.level);
        boost::json::object line{{"level", level}, {"code", one.code}, {"text", one.text}};
        if (!one.cure.empty()) line["cure"] = one.cure;
        findings.push_back(std::move(line));
    }
    const boost::json::object all{{"healthy", diagnosis.healthy()},
                                  {"candidates", std::move(candidates)},
                                  {"findings", std::move(findings)}};
    return boost::json::serialize(all) + "\n";
}

}  // namespace legroom::app
