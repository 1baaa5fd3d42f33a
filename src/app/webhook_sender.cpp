#include "app/webhook_sender.hpp"

#include <spdlog/spdlog.h>
#include <utility>

#include "io/clock.hpp"
#include "webhook/request.hpp"

namespace legroom::app {
namespace {

constexpr std::chrono::seconds kAttemptTime{10};  // contract 04
constexpr unsigned kRedirects = 10;
constexpr std::uint64_t kAnswerBytes = 64 * 1024;  // read so that the connection can be used again

webhook::TargetPtr target_of(const WebhookConfig& config) {
    if (config.url.empty()) return nullptr;
    return std::make_shared<const webhook::Target>(webhook::Target{config.url, config.secret});
}

std::unique_ptr<io::Spool> open_spool(boost::asio::io_context& context, const std::string& directory) {
    if (directory.empty()) return nullptr;
    auto spool = io::Spool::open(context, directory, {.bytes = webhook::Limits{}.disk});
    if (spool) return std::move(*spool);
    spdlog::warn("WEBHOOK_SPOOL_DIR: {}. Events that wait for webhooks are kept in memory only.",
                 spool.error());
    return nullptr;
}

webhook::Limits limits_of(const WebhookConfig& config, bool has_disk) {
    webhook::Limits limits;
    limits.give_up = config.give_up_after;
    if (!has_disk) limits.disk = 0;
    return limits;
}

/// Events of a leg have an order among themselves, as those of a room have, and what is neither's.
std::string order_of(const call::Event& event) {
    if (!event.leg.value.empty()) return "leg " + event.leg.value;
    return event.room.value.empty() ? "" : "room " + event.room.value;
}

io::HttpRequest request_of(const webhook::Send& send) {
    io::HttpRequest request;
    request.method = "POST";
    request.url = send.target->url;
    request.headers = webhook::request_headers(*send.target, *send.record);
    request.body = send.record->body;
    request.redirects = kRedirects;
    request.connect_time = kAttemptTime;
    request.total_time = kAttemptTime;
    request.max_body = kAnswerBytes;
    request.discard_body = true;
    return request;
}

webhook::Attempt attempt_of(const io::HttpOutcome& outcome) {
    if (outcome) return {outcome->status, {}};
    return {0, std::string{io::to_string(outcome.error().error)} + ": " + outcome.error().detail};
}

io::Spool::Key key_of(webhook::DeliveryId id) { return static_cast<io::Spool::Key>(id); }

}  // namespace

WebhookSender::WebhookSender(boost::asio::io_context& context, io::HttpClient& client,
                             const WebhookConfig& config)
    : client_(client),
      everybodys_(target_of(config)),
      spool_(open_spool(context, config.spool_dir)),
      dispatcher_(limits_of(config, spool_ != nullptr)),
      timer_(context) {}

void WebhookSender::publish(const call::Event& event, const events::RecordPtr& record) {
    const auto& target = event.webhook ? event.webhook : everybodys_;
    if (!target) return;
    dispatcher_.publish(io::now(), target, {record, call::type_name(event), order_of(event)});
    pump();
}

void WebhookSender::pump() {
    while (const auto output = dispatcher_.poll()) {
        std::visit([this](const auto& what) { act(what); }, *output);
    }
    tell_dead_letters();
    arm_timer();
}

void WebhookSender::act(const webhook::Send& send) {
    client_.send(request_of(send), [this, id = send.delivery](const io::HttpOutcome& outcome) {
        dispatcher_.finished(io::now(), id, attempt_of(outcome));
        pump();
    });
}

void WebhookSender::act(const webhook::Store& store) {
    const std::shared_ptr<const std::string> text{store.record, &store.record->body};
    spool_->put(key_of(store.delivery), text, [this, id = store.delivery](bool succeeded) {
        dispatcher_.stored(id, succeeded);
        pump();
    });
}

void WebhookSender::act(const webhook::Load& load) {
    spool_->get(key_of(load.delivery), [this, id = load.delivery](std::optional<std::string> text) {
        dispatcher_.loaded(io::now(), id, std::move(text));
        pump();
    });
}

void WebhookSender::act(const webhook::Discard& discard) { spool_->drop(key_of(discard.delivery)); }

/// Once for all that died since the last time: a receiver that is gone for good would fill the log.
void WebhookSender::tell_dead_letters() {
    const auto& dead = dispatcher_.dead_letters();
    if (dead.total() == dead_letters_told_) return;
    const auto& last = dead.all().back();
    spdlog::warn("{} events not delivered to webhooks, {} since the start; the last one: {} {} to {}, {} {}",
                 dead.total() - dead_letters_told_, dead.total(), last.type, last.event_id, last.url,
                 webhook::to_string(last.reason), last.error);
    dead_letters_told_ = dead.total();
}

void WebhookSender::arm_timer() {
    const auto deadline = dispatcher_.deadline();
    if (!deadline || (timer_at_ && *timer_at_ <= *deadline)) return;
    timer_at_ = deadline;
    timer_.expires_after(*deadline - io::now());
    timer_.async_wait([this](const auto& error) {
        if (error) return;
        timer_at_.reset();
        dispatcher_.handle_timeout(io::now());
        pump();
    });
}

}  // namespace legroom::app
