#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "app/config.hpp"
#include "base/time.hpp"
#include "call/event.hpp"
#include "events/ledger.hpp"
#include "io/http_client.hpp"
#include "io/spool.hpp"
#include "webhook/dispatcher.hpp"

namespace legroom::app {

/// Drives a webhook::Dispatcher by the HTTP client, the spool and a timer, and gives events that have no
/// webhook of their own to that of the configuration. Control thread only; `context` and `client` must
/// outlive it.
class WebhookSender {
public:
    WebhookSender(boost::asio::io_context& context, io::HttpClient& client, const WebhookConfig& config);

    /// Takes an event and how everybody is told of it. One without any target goes to nobody.
    void publish(const call::Event& event, const events::RecordPtr& record);

    [[nodiscard]] const webhook::Dispatcher& dispatcher() const { return dispatcher_; }

private:
    void pump();
    void act(const webhook::Send& send);
    void act(const webhook::Store& store);
    void act(const webhook::Load& load);
    void act(const webhook::Discard& discard);
    void arm_timer();
    void tell_dead_letters();

    io::HttpClient& client_;
    webhook::TargetPtr everybodys_;
    std::unique_ptr<io::Spool> spool_;
    webhook::Dispatcher dispatcher_;
    boost::asio::steady_timer timer_;
    std::optional<Instant> timer_at_;
    std::uint64_t dead_letters_told_ = 0;
};

}  // namespace legroom::app
