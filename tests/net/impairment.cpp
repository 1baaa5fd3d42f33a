#include "net/impairment.hpp"

#include <charconv>

namespace legroom::net {
namespace {

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

Duration milliseconds(double value) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(value));
}

}  // namespace

bool Impairment::set(std::string_view option) {
    const auto equals = option.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = option.substr(0, equals);
    const auto value = number(option.substr(equals + 1));
    if (!value) return false;

    if (name == "delay") {
        delay_ = milliseconds(*value);
    } else if (name == "jitter") {
        jitter_ = milliseconds(*value);
    } else if (name == "loss" && *value <= 100) {
        loss_ = *value / 100;
    } else if (name == "blackout" && *value <= 1) {
        blackout_ = *value == 1;
    } else {
        return false;
    }
    return true;
}

std::optional<Instant> Impairment::passage(Instant now, Random& random) const {
    if (blackout_ || random.unit() < loss_) return std::nullopt;
    if (jitter_ == Duration::zero()) return now + delay_;
    return now + delay_ + std::chrono::duration_cast<Duration>(jitter_ * random.unit());
}

}  // namespace legroom::net
