#include "sequences/server.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <utility>

#include "scenario/world.hpp"
#include "sim/openssl_clock.hpp"

namespace legroom::sequences {
namespace {

namespace json = boost::json;

ice::Candidate host() {
    ice::Candidate candidate;
    candidate.endpoint = candidate.base = Server::address();
    candidate.priority = ice::candidate_priority(ice::CandidateType::host, 65'535);
    candidate.foundation = "1";
    return candidate;
}

engine::ShardConfig shard_config(Duration setup_timeout) {
    engine::ShardConfig config;
    config.certificate = scenario::shared_certificate();
    config.hosts.candidates = {host()};
    config.setup_timeout = setup_timeout;
    config.restart_timeout = std::chrono::seconds{1};
    return config;
}

call::LegConfig leg_config() {
    call::LegConfig config;
    config.fingerprint = scenario::shared_certificate().fingerprint();
    config.gathering_done = true;
    return config;
}

api::ApiConfig api_config(api::EventStream& stream, call::LegService& legs) {
    api::ApiConfig config;
    config.instance_id = "here";
    config.connection = api::connection_calls(legs);
    config.events = &stream;
    return config;
}

json::value parsed(const std::string& text) { return text.empty() ? json::value{} : json::parse(text); }

}  // namespace

Server::Server(Random& random, Duration setup_timeout)
    : shard_(shard_config(setup_timeout), random),
      stream_({"here", {}, 1}, random),
      board_([this](engine::Command command) { commands_.push_back(std::move(command)); },
             [this](const call::Event& event) { publish(event); }),
      legs_(leg_config(), board_, random),
      rooms_({}, board_, random),
      dtmf_(board_),
      playbacks_(board_, random,
                 [this](const call::FileSound&, auto queue) {
                     opened_.push_back(std::move(queue));
                     return std::function<void()>{};
                 }),
      recordings_({[] { return std::string{"20260203_040506"}; }}, board_, random,
                  [this](const record::Order& order) { disk_.handle(order); }),
      api_(std::make_unique<api::Api>(api_config(stream_, legs_), services())),
      hub_({.connections = 1, .event_buffer = vsi::kMaxEventBuffer}, *api_, stream_) {
    legs_.set_local_candidates({host()});
    stream_.listen([this](const events::RecordPtr& record) {
        if (listener_) listener_(*record);
    });
    channel_ = std::get<std::unique_ptr<api::Channel>>(hub_.open({"GET", "/v1/vsi", ""}).value());
    channel_->start(Instant{}, [] {});
}

Server::~Server() { channel_.reset(); }

void Server::publish(const call::Event& event) {
    metrics_.observe(event);
    const auto since_start = std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch());
    stream_.publish({since_start}, event);
}

void Server::request(Instant now, const api::Request& request, const Taker& taker) {
    now_ = now;
    api_->handle(now, request, [taker](const api::Response& response) {
        const auto status = static_cast<unsigned>(response.status);
        taker({status < 300 ? 200 : status, parsed(response.body)});
    });
    read_frames(now);
}

void Server::command(Instant now, const std::string& name, json::object payload, const Taker& taker) {
    now_ = now;
    on_command_ = taker;
    const json::object frame{{"type", name}, {"request_id", name}, {"payload", std::move(payload)}};
    channel_->receive(now, json::serialize(frame));
    read_frames(now);
}

void Server::read_frames(Instant now) {
    while (const auto frame = channel_->poll(now)) {
        channel_->written(now);
        read_frame(*frame);
    }
    if (channel_->ending() != api::Channel::Ending::none) throw std::logic_error("VSI has ended");
}

void Server::read_frame(const std::string& text) {
    const json::value frame = json::parse(text);
    const std::string type{frame.at("type").as_string()};
    const auto* request = frame.as_object().if_contains("request_id");
    if (request == nullptr) {
        if (type != "connected" && type != "ping") vsi_events_.push_back(text);
        return;
    }
    const Taker taker = std::exchange(on_command_, nullptr);
    const bool error = type == "error";
    if (!taker || (!error && type != std::string{request->as_string()} + ".result"))
        throw std::logic_error("a result nobody waits for: " + text);
    taker({error ? frame.at("data").at("code").to_number<unsigned>() : 200, frame.at("data")});
}

void Server::to_shard(Instant now) {
    now_ = now;
    sim::set_openssl_clock(now);
    for (const engine::Command& command : std::exchange(commands_, {})) {
        if (const auto* made = std::get_if<engine::CreateLeg>(&command)) carried_.insert(made->leg);
        if (const auto* closed = std::get_if<engine::CloseLeg>(&command)) carried_.erase(closed->leg);
        shard_.handle_command(now, command);
    }
}

void Server::to_control(Instant now) {
    now_ = now;
    for (const engine::Event& event : std::exchange(found_out_, {})) {
        legs_.handle(now, event);
        dtmf_.handle(now, event);
        playbacks_.handle(now, event);
    }
    read_frames(now);
}

void Server::find_out(const LegId& leg, engine::Event event) {
    if (!carried_.contains(leg)) return;
    if (std::holds_alternative<engine::LegFailed>(event)) carried_.erase(leg);
    found_out_.push_back(std::move(event));
}

void Server::work(Instant now) {
    now_ = now;
    disk_.work(now, [&](const record::Report& report) { recordings_.handle(now, report); });
    recordings_.handle_timeout(now);
    api_->handle_timeout(now);
    channel_->heard(now);
    channel_->handle_timeout(now);
    read_frames(now);
}

void Server::on_datagram(Instant now, const Path& path, Bytes datagram) {
    now_ = now;
    sim::set_openssl_clock(now);
    ByteVector bytes(datagram.begin(), datagram.end());
    shard_.handle_datagram(now, path, bytes);
}

void Server::on_timeout(Instant now) {
    now_ = now;
    sim::set_openssl_clock(now);
    shard_.handle_timeout(now);
}

std::optional<Transmit> Server::poll() {
    while (auto output = shard_.poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) return std::move(*datagram);
        if (auto* event = std::get_if<engine::Event>(&*output)) found_out_.push_back(std::move(*event));
    }
    return std::nullopt;
}

std::vector<std::shared_ptr<engine::FrameQueue>> Server::sounds() {
    std::erase_if(opened_, [](const auto& queue) { return queue->abandoned(); });
    return opened_;
}

}  // namespace legroom::sequences
