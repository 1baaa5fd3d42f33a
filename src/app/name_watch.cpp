#include "app/name_watch.hpp"

#include <algorithm>

namespace legroom::app {

NameWatch::NameWatch(boost::asio::io_context& context, io::Resolver& resolver,
                     std::vector<io::HostPort> names,
                     std::function<void(const std::vector<io::Resolved>&)> heard)
    : resolver_(resolver), timer_(context), names_(std::move(names)), heard_(std::move(heard)) {}

void NameWatch::start() {
    if (!names_.empty()) look_up();
}

void NameWatch::look_up() {
    resolver_.resolve(names_, kPatience,
                      [this](const std::vector<io::Resolved>& found) { finish_round(found); });
}

void NameWatch::finish_round(const std::vector<io::Resolved>& found) {
    heard_(found);
    const bool all = std::ranges::none_of(found, [](const auto& one) { return one.endpoints.empty(); });
    timer_.expires_after(schedule_.after_round(all));
    timer_.async_wait([this](const auto& error) {
        if (!error) look_up();
    });
}

}  // namespace legroom::app
