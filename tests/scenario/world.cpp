#include "scenario/world.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include "sim/openssl_clock.hpp"

namespace legroom::scenario {
namespace {

ice::Candidate server_candidate() {
    ice::Candidate candidate;
    candidate.endpoint = candidate.base = Server::address();
    candidate.priority = ice::candidate_priority(ice::CandidateType::host, 65'535);
    candidate.foundation = "1";
    return candidate;
}

engine::ShardConfig shard_config(const dtls::Certificate& certificate) {
    engine::ShardConfig config;
    config.certificate = certificate;
    config.hosts.candidates = {server_candidate()};
    config.comfort_noise = false;
    return config;
}

call::LegConfig leg_config(const dtls::Certificate& certificate, bool gathers) {
    call::LegConfig config;
    config.fingerprint = certificate.fingerprint();
    config.gathering_done = !gathers;
    return config;
}

std::string describe(const call::Event& event) {
    std::string text{call::type_name(event)};
    if (const auto* end = std::get_if<call::LegDisconnected>(&event.what)) {
        text += fmt::format(" {}", call::to_string(end->reason));
        if (end->failure) text += fmt::format(" {}", ice::to_string(end->failure->code));
    }
    return text;
}

std::string describe_playback(const call::Event& event) {
    std::string text{call::type_name(event)};
    if (const auto* end = std::get_if<call::PlaybackFinished>(&event.what))
        return fmt::format("{} {} {}", text, end->completed ? "completed" : "stopped",
                           std::chrono::duration_cast<std::chrono::milliseconds>(end->played).count());
    if (const auto* error = std::get_if<call::PlaybackError>(&event.what)) return text + " " + error->error;
    return std::holds_alternative<call::PlaybackStarted>(event.what) ? text : std::string{};
}

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

Server::Server(const dtls::Certificate& certificate, Random& random, bool gathers)
    : shard_(shard_config(certificate), random),
      board_([this](const engine::Command& command) { carry(command); },
             [this](const call::Event& event) { note(event); }),
      legs_(leg_config(certificate, gathers), board_, random),
      rooms_({}, board_, random),
      dtmf_(board_),
      playbacks_(board_, random,
                 [this](const call::FileSound&, auto queue) {
                     opened_.push_back(std::move(queue));
                     return std::function<void()>{};
                 }),
      recordings_({}, board_, random, [this](const record::Order& order) {
          if (take_order_) take_order_(order);
      }) {
    legs_.set_local_candidates({server_candidate()});
}

void Server::gather(Instant now, const Endpoint& stun_server) {
    gather(now, engine::StartGathering{{stun_server}, {}});
}

void Server::gather(Instant now, const engine::StartGathering& servers) {
    now_ = now;
    carry(servers);
}

void Server::set_hosts(Instant now, const engine::SetHostCandidates& hosts) {
    now_ = now;
    legs_.set_local_candidates(hosts.candidates);
    carry(hosts);
}

void Server::on_datagram(Instant now, const Path& path, Bytes datagram) {
    now_ = now;
    sim::set_openssl_clock(now);
    ByteVector bytes(datagram.begin(), datagram.end());
    shard_.handle_datagram(now, path, bytes);
    if (write_) write_();
}

void Server::on_timeout(Instant now) {
    now_ = now;
    sim::set_openssl_clock(now);
    shard_.handle_timeout(now);
    if (write_) write_();
}

std::optional<Transmit> Server::poll() {
    while (auto output = shard_.poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) return std::move(*datagram);
        if (const auto* event = std::get_if<engine::Event>(&*output)) take(*event);
    }
    return std::nullopt;
}

void Server::take(const engine::Event& event) {
    if (const auto* failed = std::get_if<engine::RelayFailed>(&event))
        relay_failures_.push_back(failed->reason);
    legs_.handle(now_, event);
    dtmf_.handle(now_, event);
    playbacks_.handle(now_, event);
}

void Server::ask(const LegId& leg, const std::function<void(const peer::PeerReport&)>& taker) {
    shard_.handle_command(now_, engine::QueryIce{leg, 0});
    while (auto output = shard_.poll()) {
        const auto* event = std::get_if<engine::Event>(&*output);
        const auto* reported = event == nullptr ? nullptr : std::get_if<engine::IceReported>(event);
        if (reported != nullptr && reported->report) taker(*reported->report);
    }
}

engine::MediaFigures Server::media_figures() {
    shard_.handle_command(now_, engine::QueryMedia{});
    while (auto output = shard_.poll()) {
        const auto* event = std::get_if<engine::Event>(&*output);
        const auto* reported = event == nullptr ? nullptr : std::get_if<engine::MediaReported>(event);
        if (reported != nullptr) return *reported->figures;
    }
    throw std::runtime_error("the shard says nothing");
}

void Server::note(const call::Event& event) {
    events_.push_back(describe(event));
    if (listener_) listener_(event);
    if (const std::string story = describe_playback(event); !story.empty()) played_.push_back(story);
    if (const auto* press = std::get_if<call::DtmfReceived>(&event.what))
        pressed_[event.leg].push_back(*press);
}

std::string Server::digits_of(const LegId& leg) const {
    const auto found = pressed_.find(leg);
    if (found == pressed_.end()) return "";
    std::string digits;
    std::uint64_t seq = 0;
    for (const call::DtmfReceived& press : found->second) {
        if (press.seq != ++seq) digits += '?';
        digits += press.digit;
    }
    return digits;
}

std::size_t Server::count(const std::string& event) const {
    return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event));
}

void Server::carry(const engine::Command& command) { shard_.handle_command(now_, command); }

void Browser::on_datagram(Instant now, const Path& path, Bytes datagram) {
    sim::set_openssl_clock(now);
    ByteVector bytes(datagram.begin(), datagram.end());
    client.handle_datagram(now, path, bytes);
}

void Browser::on_timeout(Instant now) {
    sim::set_openssl_clock(now);
    client.handle_timeout(now);
}

World::World(std::uint64_t seed, sim::Link link, bool server_gathers)
    : random_(seed), network_(seed, link), server_(shared_certificate(), random_, server_gathers) {
    network_.attach(Server::address(), server_);
    sim::set_openssl_clock(now());
    server_.on_timeout(now());
}

Browser& World::browser(ClientConfig config) {
    config.certificate = shared_certificate();
    if (config.addresses.empty()) {
        config.addresses = {*Endpoint::parse(fmt::format("10.0.1.{}:5000", browsers_.size() + 1))};
    }
    browsers_.push_back(std::make_unique<Browser>(config, random_));
    for (const Endpoint& address : config.addresses) network_.attach(address, *browsers_.back());
    return *browsers_.back();
}

void World::call(Browser& browser) {
    server_.on_timeout(now());
    const auto leg = must(server_.legs().create(now(), browser.client.offer(), browser.options));
    browser.leg = leg.id;
    if (!browser.client.accept(now(), leg.answer))
        throw std::runtime_error("the client cannot read the answer");
    network_.pump(server_);
    network_.pump(browser);
}

void World::trickle(Browser& browser) {
    server_.on_timeout(now());
    for (const std::string& line : browser.client.candidate_lines()) {
        must(server_.legs().add_remote_candidate(browser.leg, line));
    }
    network_.pump(server_);
}

void World::join(Browser& browser, const std::string& room) {
    server_.on_timeout(now());
    call::Joining joining;
    joining.leg = browser.leg;
    must(server_.rooms().join(now(), RoomId{room}, joining));
    network_.pump(server_);
}

void World::hang_up(Browser& browser) {
    server_.on_timeout(now());
    must(server_.legs().hang_up(now(), browser.leg));
    network_.pump(server_);
}

void World::restart(Browser& browser) {
    server_.on_timeout(now());
    const auto answer =
        must(server_.legs().reoffer(now(), browser.leg, browser.client.restart_offer())).answer;
    if (!browser.client.accept_restart(now(), answer))
        throw std::runtime_error("the client cannot read the answer");
    network_.pump(server_);
    network_.pump(browser);
}

void World::take_over(Browser& browser, const LegId& leg) {
    server_.on_timeout(now());
    const auto answered = must(server_.legs().reoffer(now(), leg, browser.client.offer()));
    browser.leg = answered.id;
    if (!browser.client.accept(now(), answered.answer))
        throw std::runtime_error("the client cannot read the answer");
    network_.pump(server_);
    network_.pump(browser);
}

void World::renegotiate(Browser& browser) {
    server_.on_timeout(now());
    must(server_.legs().reoffer(now(), browser.leg, browser.client.offer()));
    network_.pump(server_);
}

bool World::run_until_connected(std::initializer_list<Browser*> browsers, Duration limit) {
    const auto all_up = [&] {
        return std::all_of(browsers.begin(), browsers.end(), [&](Browser* browser) {
            const call::Leg* leg = server_.legs().find(browser->leg);
            return browser->client.connected() && leg != nullptr && leg->transport_up;
        });
    };
    return network_.run_while_not(all_up, limit);
}

const dtls::Certificate& shared_certificate() {
    static const dtls::Certificate certificate = must(dtls::Certificate::generate());
    return certificate;
}

}  // namespace legroom::scenario
