#include "app/program.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <utility>

#include "io/clock.hpp"
#include "io/host_addresses.hpp"
#include "io/resolver.hpp"
#include "legroom_web.hpp"
#include "rtp/ntp_time.hpp"

namespace legroom::app {
namespace {

/// For the last responses to be written when the program ends.
constexpr Duration kDrainPatience = std::chrono::seconds{2};

/// From 1900 to the Instant of zero: what RTCP's wall-clock times are reckoned from.
Duration ntp_origin() {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Duration>(since_1970) + rtp::kUnixEpochInNtp -
           io::now().time_since_epoch();
}

std::vector<IpAddress> addresses_of_this_host() {
    std::vector<IpAddress> addresses;
    for (const io::HostAddress& address : io::host_addresses()) addresses.push_back(address.ip);
    return addresses;
}

void log_event(const call::Event& event) {
    std::string line{call::type_name(event)};
    if (!event.leg.value.empty()) line += " leg=" + event.leg.value;
    if (!event.room.value.empty()) line += " room=" + event.room.value;
    if (!event.app_id.empty()) line += " app_id=" + event.app_id;
    if (const auto* end = std::get_if<call::LegDisconnected>(&event.what)) {
        line += fmt::format(" reason={} seconds={:.2f}", call::to_string(end->reason),
                            std::chrono::duration<double>(end->total).count());
    }
    spdlog::info(line);
}

std::vector<api::Resource> page() {
    std::vector<api::Resource> resources;
    for (const web::Asset& asset : web::assets()) {
        const std::string_view path = asset.path == "/index.html" ? "/" : asset.path;
        resources.push_back({std::string{path}, std::string{asset.content_type}, std::string{asset.bytes}});
    }
    return resources;
}

}  // namespace

Program::Program(Config config)
    : config_(std::move(config)),
      signals_(control_, SIGINT, SIGTERM),
      external_(config_.media.external),
      api_timer_(control_) {}

Program::~Program() = default;

std::optional<std::string> Program::start() {
    const auto certificate = dtls::Certificate::generate();
    if (!certificate) return fmt::format("cannot make a DTLS certificate: {}", certificate.error().message());
    if (config_.instance_id.empty()) config_.instance_id = control_random_.uuid();
    if (auto problem = open_media(*certificate)) return problem;
    make_services(*certificate);
    if (auto problem = open_http()) return problem;
    media_thread_ = std::thread([this] { media_->run(); });
    watch_names();
    return std::nullopt;
}

void Program::run() {
    signals_.async_wait([this](const auto& error, int) {
        if (!error) shut_down();
    });
    control_.run();
    if (media_thread_.joinable()) media_thread_.join();
}

std::optional<std::string> Program::open_media(const dtls::Certificate& certificate) {
    auto port = io::UdpPort::open(config_.media.udp_port);
    if (!port) {
        return fmt::format("RTP_PORT_MIN: cannot use UDP port {}: {}. Choose a free one, or 0 for any.",
                           config_.media.udp_port, port.error().message());
    }
    media_port_ = port->number();
    announce();

    shard_ = std::make_unique<engine::Shard>(
        engine::ShardConfig{certificate, host_candidates_, config_.media.comfort_noise, ntp_origin()},
        media_random_);
    media_ = std::make_unique<io::MediaLoop>(
        io::MediaPorts{std::move(*port), {}, {}}, *shard_, [this](engine::Event event) {
            boost::asio::post(control_, [this, event = std::move(event)] { on_engine_event(event); });
        });
    return std::nullopt;
}

void Program::make_services(const dtls::Certificate& certificate) {
    board_ = std::make_unique<call::Switchboard>(
        [this](engine::Command command) { media_->post(std::move(command)); }, log_event);
    call::LegConfig leg_config;
    leg_config.max_legs = config_.max_legs;
    leg_config.fingerprint = certificate.fingerprint();
    leg_config.gathering_done = config_.media.stun_servers.empty();
    legs_ = std::make_unique<call::LegService>(leg_config, *board_, control_random_);
    legs_->set_local_candidates(host_candidates_);
    rooms_ = std::make_unique<call::RoomService>(
        call::RoomConfig{config_.max_rooms, config_.media.default_sample_rate}, *board_, control_random_);
    api::ApiConfig api_config;
    api_config.instance_id = config_.instance_id;
    api_config.resources = page();
    api_config.ready = [this] { return !host_candidates_.empty(); };
    api_config.connection = api::connection_calls(*legs_);
    api_config.ice_servers.urls = config_.client_ice.servers;
    api_config.ice_servers.turn_secret = config_.client_ice.turn_secret;
    api_config.ice_servers.ttl = config_.client_ice.turn_credential_ttl;
    api_config.unix_time = [] {
        const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::seconds>(since_1970);
    };
    api_ = std::make_unique<api::Api>(std::move(api_config), *legs_, *rooms_);
}

std::optional<std::string> Program::open_http() {
    io::HttpHandlers handlers;
    handlers.handle = [this](const api::Request& request,
                             const io::HttpHandlers::Respond& respond) -> io::HttpHandlers::Cancel {
        const auto wait = api_->handle(io::now(), request, respond);
        if (!wait) return {};
        arm_api_timer();
        return [this, id = *wait] { api_->cancel(id); };
    };
    handlers.refuse = [this](api::Status status, const std::string& error) {
        return api_->problem(status, error);
    };
    io::HttpLimits limits;
    limits.connections = config_.http.max_connections;
    http_ = std::make_unique<io::HttpServer>(control_, std::move(handlers), limits);

    const auto bound = http_->listen(config_.http.listen);
    if (!bound) {
        return fmt::format("HTTP_ADDR: cannot listen on {}: {}. Choose a free address and port.",
                           config_.http.listen.to_string(), bound.error().message());
    }
    const std::string host =
        bound->ip.is_unspecified() ? fmt::format("localhost:{}", bound->port) : bound->to_string();
    spdlog::info("ready: open http://{}/", host);
    return std::nullopt;
}

void Program::watch_names() {
    std::vector<io::HostPort> stun;
    for (const StunServer& server : config_.media.stun_servers) stun.push_back({server.host, server.port});
    stun_names_ = std::make_unique<NameWatch>(control_, std::move(stun),
                                              [this](const auto& found) { on_stun_servers(found); });
    stun_names_->start();

    std::vector<io::HostPort> external;
    for (const std::string& name : external_.names()) external.push_back({name, 0});
    external_names_ = std::make_unique<NameWatch>(control_, std::move(external),
                                                  [this](const auto& found) { on_external_names(found); });
    external_names_->start();
}

/// The first round starts the gathering, whatever it found, since legs wait for its end; after that only news
/// does. A server that cannot be looked up now is where it was.
void Program::on_stun_servers(const std::vector<io::Resolved>& found) {
    bool news = !std::exchange(gathering_, true);
    for (const io::Resolved& server : found) {
        if (server.endpoints.empty()) {
            spdlog::warn("ICE_SERVERS: no address found for {}", server.host);
            continue;
        }
        auto endpoints = server.endpoints;
        std::ranges::sort(endpoints);
        news |= std::exchange(stun_servers_[server.host], endpoints) != endpoints;
    }
    if (!news) return;
    std::vector<Endpoint> servers;
    for (const auto& [host, endpoints] : stun_servers_)
        servers.insert(servers.end(), endpoints.begin(), endpoints.end());
    media_->post(engine::StartGathering{std::move(servers)});
}

void Program::on_external_names(const std::vector<io::Resolved>& found) {
    bool changed = false;
    for (const io::Resolved& name : found) {
        if (name.endpoints.empty()) spdlog::warn("WEBRTC_EXTERNAL_IPS: no address found for {}", name.host);
        std::vector<IpAddress> ips;
        for (const Endpoint& endpoint : name.endpoints) ips.push_back(endpoint.ip);
        changed |= external_.resolve(name.host, std::move(ips));
    }
    if (changed) announce();
}

void Program::on_addresses_changed() { announce(); }

/// Tells coming legs our addresses, if they are others than before.
void Program::announce() {
    const auto usable = usable_addresses(io::interface_addresses(), config_.media.interfaces);
    const auto announced = announced_addresses(usable, external_.known());
    if (announced.empty()) spdlog::warn("no address a peer could reach: every offer will be refused");
    if (announced == announced_) return;
    announced_ = announced;
    host_candidates_ = host_candidates(announced_, media_port_);
    for (const AnnouncedAddress& one : announced_) {
        spdlog::info("media at {} ({}{})", Endpoint{one.ip, media_port_}.to_string(), one.interface,
                     one.ip == one.base ? "" : " " + one.base.to_string());
    }
    if (legs_) legs_->set_local_candidates(host_candidates_);
}

/// What waits in the API is due at its deadline. A timer that comes too early, since that wait is over, does
/// no harm.
void Program::arm_api_timer() {
    const auto deadline = api_->deadline();
    if (!deadline || (api_timer_at_ && *api_timer_at_ <= *deadline)) return;
    api_timer_at_ = deadline;
    api_timer_.expires_after(*deadline - io::now());
    api_timer_.async_wait([this](const auto& error) {
        if (error) return;
        api_timer_at_.reset();
        api_->handle_timeout(io::now());
        arm_api_timer();
    });
}

void Program::on_engine_event(const engine::Event& event) {
    if (const auto* failed = std::get_if<engine::LegFailed>(&event)) {
        spdlog::info("transport of leg {} ended: {}", failed->leg.value, failed->failure.detail);
    } else if (const auto* gathered = std::get_if<engine::CandidateGathered>(&event)) {
        spdlog::info("reachable at {}, a STUN server says", gathered->candidate.endpoint.to_string());
        discover(gathered->candidate);
    }
    legs_->handle(io::now(), event);
}

/// WEBRTC_EXTERNAL_IPS=auto: a 1:1 NAT stands before us, so every port is the same outside.
void Program::discover(const ice::Candidate& seen) {
    if (!config_.media.discover_external) return;
    if (seen.endpoint.port != seen.base.port) {
        spdlog::warn(
            "WEBRTC_EXTERNAL_IPS=auto: {} is announced with the port a NAT gave it, {}, besides {}: others "
            "need not find us there",
            seen.endpoint.ip.to_string(), seen.endpoint.port, seen.base.to_string());
    }
    if (external_.discover(seen.endpoint, seen.base)) announce();
}

void Program::shut_down() {
    spdlog::info("shutting down: {} legs", legs_->all().size());
    api_->shut_down();
    http_->stop([this] { control_.stop(); });
    media_->stop();
    media_thread_.join();  // Every peer has been told goodbye.
    api_timer_.expires_after(kDrainPatience);
    api_timer_.async_wait([this](const auto&) { control_.stop(); });
}

}  // namespace legroom::app
