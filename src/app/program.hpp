#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "api/api.hpp"
#include "api/event_stream.hpp"
#include "app/config.hpp"
#include "app/playback_desk.hpp"
#include "app/reachability.hpp"
#include "app/recording_desk.hpp"
#include "app/webhook_sender.hpp"
#include "base/result.hpp"
#include "call/services.hpp"
#include "call/switchboard.hpp"
#include "engine/shard.hpp"
#include "io/crypto_random.hpp"
#include "io/http_client.hpp"
#include "io/http_server.hpp"
#include "io/media_loop.hpp"
#include "metrics/call_metrics.hpp"
#include "metrics/http_metrics.hpp"
#include "metrics/media_desk.hpp"
#include "vsi/hub.hpp"

namespace legroom::app {

/// The whole server: control on the thread that calls run(), media on one of its own, and the mailbox and the
/// io_context's queue between them.
class Program {
public:
    explicit Program(Config config);
    ~Program();

    /// Binds both ports and starts the media thread. Otherwise: one line that says what failed and what to
    /// do.
    std::optional<std::string> start();
    /// Serves until SIGINT or SIGTERM, then hangs everybody up and returns.
    void run();

private:
    std::optional<std::string> open_media(const dtls::Certificate& certificate);
    std::optional<std::string> open_http();
    void make_services(const dtls::Certificate& certificate);
    [[nodiscard]] call::Services services();
    void make_api();
    std::optional<std::string> open_tcp(std::uint16_t udp_port, std::optional<io::TcpPort>& tcp);
    std::optional<std::string> open_links(std::optional<io::ServerLinks>& links);
    void stay_reachable();
    [[nodiscard]] api::MetricsSource metrics_source();
    void arm_api_timer();
    void on_engine_event(const engine::Event& event);
    void shut_down();
    void wait_for_the_last(Instant patience_ends);

    Config config_;
    io::CryptoRandom control_random_;
    io::CryptoRandom media_random_;
    boost::asio::io_context control_;
    boost::asio::signal_set signals_;

    std::unique_ptr<engine::Shard> shard_;
    std::unique_ptr<io::MediaLoop> media_;
    std::thread media_thread_;
    std::unique_ptr<Reachability> reachability_;

    metrics::CallMetrics call_metrics_;
    metrics::HttpMetrics http_metrics_;
    std::unique_ptr<metrics::MediaDesk> media_desk_;
    WallTime started_;
    std::unique_ptr<api::EventStream> events_;
    std::unique_ptr<io::HttpClient> http_client_;  ///< Who asks other servers.
    std::unique_ptr<WebhookSender> webhooks_;
    std::unique_ptr<call::Switchboard> board_;
    std::unique_ptr<call::LegService> legs_;
    std::unique_ptr<call::RoomService> rooms_;
    std::unique_ptr<call::DtmfService> dtmf_;
    std::unique_ptr<PlaybackDesk> playbacks_;
    std::unique_ptr<RecordingDesk> recordings_;
    std::unique_ptr<api::Api> api_;
    std::unique_ptr<vsi::Hub> vsi_;
    boost::asio::steady_timer api_timer_;
    std::optional<Instant> api_timer_at_;
    std::unique_ptr<io::HttpServer> http_;
    bool http_drained_ = false;
};

}  // namespace legroom::app
