#include "app/program.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <utility>

#include "api/openapi.hpp"
#include "app/exposition.hpp"
#include "io/clock.hpp"
#include "legroom_web.hpp"
#include "rtp/ntp_time.hpp"
#include "vsi/asyncapi.hpp"

namespace legroom::app {
namespace {

/// For the last responses and the last events' webhooks when the program ends, and how often they are looked
/// at.
constexpr Duration kDrainPatience = std::chrono::seconds{2};
constexpr Duration kDrainLook = std::chrono::milliseconds{20};

/// From 1900 to the Instant of zero: what RTCP's wall-clock times are reckoned from.
Duration ntp_origin() {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Duration>(since_1970) + rtp::kUnixEpochInNtp -
           io::now().time_since_epoch();
}

void log_event(const call::Event& event) {
    std::string line{call::type_name(event)};
    if (!event.leg.value.empty()) line += " leg=" + event.leg.value;
    if (!event.room.value.empty()) line += " room=" + event.room.value;
    if (!event.app_id.empty()) line += " app_id=" + event.app_id;
    if (const auto* end = std::get_if<call::LegDisconnected>(&event.what)) {
        line += fmt::format(" reason={} seconds={:.2f}", call::to_string(end->reason),
                            std::chrono::duration<double>(end->total).count());
        if (end->failure) line += fmt::format(" failure={}", ice::to_string(end->failure->code));
    } else if (const auto* key = std::get_if<call::DtmfReceived>(&event.what)) {
        line += fmt::format(" seq={}", key->seq);
        // People press card numbers and PINs: these do not belong into a log that nobody asked for them.
        if (spdlog::should_log(spdlog::level::debug)) line += fmt::format(" digit={}", key->digit);
    }
    if (const auto* failed = std::get_if<call::RecordingFailed>(&event.what)) {
        line += fmt::format(" error={}", failed->error);
    } else if (const auto* recovered = std::get_if<call::RecordingRecovered>(&event.what)) {
        line += fmt::format(" file={}", recovered->file);
    }
    const bool chatter = std::holds_alternative<call::SpeakingStarted>(event.what) ||
                         std::holds_alternative<call::SpeakingStopped>(event.what);
    spdlog::log(chatter ? spdlog::level::debug : spdlog::level::info, line);
}

/// Every request, at LOG_LEVEL=debug.
api::Respond logged(const api::Request& request, const api::Respond& respond) {
    if (!spdlog::should_log(spdlog::level::debug)) return respond;
    return [respond, line = fmt::format("{} {}", request.method, request.target)](api::Response response) {
        spdlog::debug("{} {}", line, static_cast<int>(response.status));
        respond(std::move(response));
    };
}

/// Numbers go on from the microseconds of the start: a reader that comes back after a restart is told so,
/// since no start gives as many numbers as it has microseconds.
api::EventStreamConfig stream_config(const Config& config) {
    api::EventStreamConfig stream;
    stream.instance_id = config.instance_id;
    stream.limits.records = config.events.ledger_size;
    stream.first_seq = static_cast<events::Seq>(io::wall_time().since_1970.count());
    return stream;
}

/// A page has a path without `index.html` and `.html`.
std::string_view path_of(const web::Asset& asset) {
    if (asset.path == "/index.html") return "/";
    if (asset.path == "/docs/index.html") return "/docs";
    if (asset.path.ends_with(".html")) return asset.path.substr(0, asset.path.rfind('.'));
    return asset.path;
}

std::vector<api::Resource> pages() {
    std::vector<api::Resource> resources;
    for (const web::Asset& asset : web::assets()) {
        api::Resource resource{std::string{path_of(asset)}, std::string{asset.content_type},
                               std::string{asset.bytes}};
        if (!asset.encoding.empty()) resource.headers = {{"Content-Encoding", std::string{asset.encoding}}};
        resources.push_back(std::move(resource));
    }
    return resources;
}

api::Resource description(std::string path, const boost::json::object& document) {
    return {std::move(path), "application/json", boost::json::serialize(document) + "\n"};
}

}  // namespace

Program::Program(Config config)
    : config_(std::move(config)),
      signals_(control_, SIGINT, SIGTERM),
      started_(io::wall_time()),
      api_timer_(control_) {}

Program::~Program() = default;

std::optional<std::string> Program::start() {
    const auto certificate = dtls::Certificate::generate();
    if (!certificate) return fmt::format("cannot make a DTLS certificate: {}", certificate.error().message());
    if (config_.instance_id.empty()) config_.instance_id = control_random_.uuid();
    if (auto problem = open_media(*certificate)) return problem;
    make_services(*certificate);
    make_api();
    if (auto problem = open_http()) return problem;
    media_thread_ = std::thread([this] { media_->run(); });
    stay_reachable();
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
    std::optional<io::TcpPort> tcp;
    std::optional<io::ServerLinks> links;
    if (auto problem = open_tcp(port->number(), tcp)) return problem;
    if (auto problem = open_links(links)) return problem;
    MediaPortNumbers numbers{port->number(), std::nullopt};
    if (tcp) numbers.tcp = tcp->number();
    reachability_ = std::make_unique<Reachability>(control_, config_.media, numbers);

    engine::ShardConfig shard;
    shard.certificate = certificate;
    shard.hosts = reachability_->hosts();
    shard.comfort_noise = config_.media.comfort_noise;
    shard.setup_timeout = config_.connection.setup_timeout;
    shard.allow_local_targets = config_.media.allow_local_targets;
    shard.ntp_origin = ntp_origin();
    shard_ = std::make_unique<engine::Shard>(std::move(shard), media_random_);

    const auto on_event = [this](engine::Event event) {
        boost::asio::post(control_, [this, event = std::move(event)] { on_engine_event(event); });
    };
    const auto on_link_closed = [this](io::ClosedLink link) {
        boost::asio::post(control_, [link = std::move(link)] {
            spdlog::warn("ICE_SERVERS: no connection to {} ({}): {}", link.path.remote.to_string(),
                         to_string(link.path.transport), link.why);
        });
    };
    media_ =
        std::make_unique<io::MediaLoop>(io::MediaPorts{std::move(*port), std::move(tcp), std::move(links)},
                                        *shard_, on_event, on_link_closed);
    return std::nullopt;
}

/// At the UDP port's number unless told otherwise. There it may be taken by somebody else: then calls do
/// without.
std::optional<std::string> Program::open_tcp(std::uint16_t udp_port, std::optional<io::TcpPort>& tcp) {
    if (!config_.media.ice_tcp) return std::nullopt;
    const std::uint16_t number = config_.media.tcp_port.value_or(udp_port);
    auto port = io::TcpPort::open(number);
    if (port) {
        tcp = std::move(*port);
    } else if (config_.media.tcp_port) {
        return fmt::format(
            "ICE_TCP_PORT: cannot listen on TCP port {}: {}. Choose a free one, 0 for any, or off.", number,
            port.error().message());
    } else {
        spdlog::warn("no ICE-TCP: cannot listen on TCP port {}: {}. ICE_TCP_PORT names another, or off.",
                     number, port.error().message());
    }
    return std::nullopt;
}

/// Streams to TURN servers, where the configuration names any.
std::optional<std::string> Program::open_links(std::optional<io::ServerLinks>& links) {
    const auto& servers = config_.media.turn_servers;
    const auto behind = [&](Transport transport) {
        return std::ranges::any_of(servers,
                                   [=](const TurnServer& one) { return one.transport == transport; });
    };
    if (!behind(Transport::tcp) && !behind(Transport::tls)) return std::nullopt;

    std::optional<io::TlsTrust> trust;
    if (behind(Transport::tls)) {
        const std::string& file = config_.media.turn_ca_file;
        auto loaded = file.empty() ? io::TlsTrust::system() : io::TlsTrust::system_and_file(file);
        if (!loaded) return fmt::format("TURN_CA_FILE: {}", loaded.error());
        trust = std::move(*loaded);
    }
    auto opened = io::ServerLinks::open(std::move(trust));
    if (!opened) return fmt::format("cannot make connections to TURN servers: {}", opened.error().message());
    links = std::move(*opened);
    return std::nullopt;
}

void Program::make_services(const dtls::Certificate& certificate) {
    const auto on_event = [this](const call::Event& event) {
        log_event(event);
        call_metrics_.observe(event);
        webhooks_->publish(event, events_->publish(io::wall_time(), event));
    };
    events_ = std::make_unique<api::EventStream>(stream_config(config_), control_random_);
    http_client_ = std::make_unique<io::HttpClient>(control_);
    webhooks_ = std::make_unique<WebhookSender>(control_, *http_client_, config_.webhook);
    board_ = std::make_unique<call::Switchboard>(
        [this](engine::Command command) { media_->post(std::move(command)); }, on_event);
    call::LegConfig leg_config;
    leg_config.max_legs = config_.max_legs;
    leg_config.fingerprint = certificate.fingerprint();
    leg_config.gathering_done = !reachability_->gathers();
    leg_config.reconnect_grace = config_.connection.reconnect_grace;
    leg_config.speech_detection = config_.media.speech_detection;
    legs_ = std::make_unique<call::LegService>(leg_config, *board_, control_random_);
    legs_->set_local_candidates(reachability_->hosts().candidates);
    rooms_ = std::make_unique<call::RoomService>(
        call::RoomConfig{config_.max_rooms, config_.media.default_sample_rate}, *board_, control_random_);
    dtmf_ = std::make_unique<call::DtmfService>(*board_);
    playbacks_ =
        std::make_unique<PlaybackDesk>(control_, *board_, control_random_, config_.playback.directory);
    // A command over VSI may have waited for a disk.
    recordings_ = std::make_unique<RecordingDesk>(control_, *board_, control_random_, config_.recording_dir,
                                                  [this] { arm_api_timer(); });
    media_desk_ = std::make_unique<metrics::MediaDesk>(
        [this](engine::Command command) { media_->post(std::move(command)); });
}

call::Services Program::services() {
    return {*legs_, *rooms_, *dtmf_, playbacks_->service(), recordings_->service()};
}

void Program::make_api() {
    api::ApiConfig api_config;
    api_config.instance_id = config_.instance_id;
    api_config.resources = pages();
    api_config.ready = [this] { return !reachability_->hosts().candidates.empty(); };
    api_config.connection = api::connection_calls(*legs_);
    api_config.ice_servers.urls = config_.client_ice.servers;
    api_config.ice_servers.turn_secret = config_.client_ice.turn_secret;
    api_config.ice_servers.ttl = config_.client_ice.turn_credential_ttl;
    api_config.ice_servers.turn_name = [this] { return control_random_.uuid(); };
    api_config.max_waits = std::clamp<std::size_t>(config_.http.max_connections / 2, 1, api::kMaxWaits);
    api_config.unix_time = [] {
        return std::chrono::duration_cast<std::chrono::seconds>(io::wall_time().since_1970);
    };
    api_config.metrics = metrics_source();
    api_config.on_response = [this](std::string_view method, std::string_view route, api::Status status) {
        http_metrics_.count(method, route, static_cast<unsigned>(status));
    };
    api_config.events = events_.get();
    api_config.webhooks = &webhooks_->dispatcher();
    api_ = std::make_unique<api::Api>(std::move(api_config), services());
    vsi_ = std::make_unique<vsi::Hub>(
        vsi::HubConfig{config_.events.vsi_connections, config_.events.vsi_event_buffer}, *api_, *events_);
    api_->serve(description("/openapi.json", api::openapi(api_->router().routes())));
    api_->serve(description("/asyncapi.json", vsi::asyncapi(api_->router().routes())));
}

api::MetricsSource Program::metrics_source() {
    const auto ask = [this](Instant now, const api::MetricsSource::Taker& taker) {
        const bool asked = media_desk_->ask(now, [this, taker](const engine::MediaFigures& media) {
            taker(expose({services(), *events_, *api_, *vsi_, *http_, webhooks_->dispatcher(), call_metrics_,
                          http_metrics_, started_},
                         media));
        });
        if (!asked) taker(std::nullopt);
    };
    return {ask};
}

std::optional<std::string> Program::open_http() {
    io::HttpHandlers handlers;
    handlers.handle = [this](const api::Request& request,
                             const io::HttpHandlers::Respond& respond) -> io::HttpHandlers::Cancel {
        const auto wait = api_->handle(io::now(), request, logged(request, respond));
        if (!wait) return {};
        arm_api_timer();
        return [this, id = *wait] { api_->cancel(id); };
    };
    handlers.refuse = [this](api::Status status, const std::string& error) {
        http_metrics_.count("other", "none", static_cast<unsigned>(status));
        return api_->problem(status, error);
    };
    handlers.upgrade = [this](const api::Request& request) { return vsi_->open(request); };
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

void Program::stay_reachable() {
    Reachability::Sinks sinks;
    sinks.hosts = [this](const engine::SetHostCandidates& hosts) {
        legs_->set_local_candidates(hosts.candidates);
        media_->post(hosts);
    };
    sinks.links = [this](std::vector<io::LinkServer> servers) {
        media_->set_link_servers(std::move(servers));
    };
    sinks.servers = [this](engine::StartGathering servers) { media_->post(std::move(servers)); };
    reachability_->start(std::move(sinks));
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
        const bool relayed = gathered->candidate.type == ice::CandidateType::relayed;
        spdlog::info("reachable at {}, {}", gathered->candidate.endpoint.to_string(),
                     relayed ? "a TURN server's relay" : "a STUN server says");
        reachability_->discover(gathered->candidate);
    } else if (const auto* lost = std::get_if<engine::CandidateLost>(&event)) {
        spdlog::info("no longer reachable at {}", lost->candidate.endpoint.to_string());
        reachability_->forget(lost->candidate);
    } else if (const auto* relay = std::get_if<engine::RelayFailed>(&event)) {
        spdlog::warn("ICE_SERVERS: {}", relay->reason);
    }
    media_desk_->handle(io::now(), event);
    legs_->handle(io::now(), event);
    dtmf_->handle(io::now(), event);
    playbacks_->service().handle(io::now(), event);
}

/// Every call ends, and everybody hears of it: callers by a goodbye, programs by the last events.
void Program::shut_down() {
    signals_
        .clear();  // Another one ends the program at once; what it records is recovered at the next start.
    spdlog::info("shutting down: {} legs", legs_->all().size());
    api_->shut_down();
    legs_->hang_up_all(io::now());
    media_->stop();
    media_thread_.join();                 // Every peer has been told goodbye,
    recordings_->stop();                  // and nobody puts anything on a tape.
    boost::asio::post(control_, [this] {  // Behind all that those two have reported.
        http_->stop([this] { http_drained_ = true; });
        wait_for_the_last(io::now() + kDrainPatience);
    });
}

void Program::wait_for_the_last(Instant patience_ends) {
    const std::size_t waiting = webhooks_->dispatcher().waiting();
    if ((http_drained_ && waiting == 0) || io::now() >= patience_ends) {
        if (waiting > 0) spdlog::warn("{} events have not reached their webhooks, and are given up", waiting);
        control_.stop();
        return;
    }
    api_timer_.expires_after(kDrainLook);
    api_timer_.async_wait([this, patience_ends](const auto&) { wait_for_the_last(patience_ends); });
}

}  // namespace legroom::app
