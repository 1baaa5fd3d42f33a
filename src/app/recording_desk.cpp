#include "app/recording_desk.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <spdlog/spdlog.h>
#include <utility>
#include <variant>

#include "io/clock.hpp"

namespace legroom::app {
namespace {

constexpr std::chrono::seconds kLookEvery{1};

}  // namespace

RecordingDesk::RecordingDesk(boost::asio::io_context& context, call::Switchboard& board, Random& random,
                             std::string directory, std::function<void()> after_look)
    : after_look_(std::move(after_look)),
      timer_(context),
      service_({io::local_stamp}, board, random,
               [this](record::Order order) { thread_.post(std::move(order)); }),
      thread_(std::move(directory), [this, &context](record::Report report) {
          boost::asio::post(context, [this, report = std::move(report)] { take(report); });
      }) {
    look_later();
}

void RecordingDesk::take(const record::Report& report) {
    const auto* done = std::get_if<record::Finished>(&report);
    if (done != nullptr && done->dropped > 0)
        spdlog::warn("recording {}: the disk was too slow for {} ms of it", done->file, done->dropped * 20);
    if (done != nullptr && !done->error.empty()) spdlog::warn("recording {}: {}", done->file, done->error);
    if (const auto* warning = std::get_if<record::Warning>(&report))
        spdlog::warn("recordings: {}: {}", warning->file, warning->text);
    service_.handle(io::now(), report);
}

void RecordingDesk::look_later() {
    timer_.expires_after(kLookEvery);
    timer_.async_wait([this](const auto& error) {
        if (error) return;
        service_.handle_timeout(io::now());
        after_look_();
        look_later();
    });
}

void RecordingDesk::stop() {
    thread_.stop();
    timer_.cancel();
}

}  // namespace legroom::app
