#include "metrics/call_metrics.hpp"

namespace legroom::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The contract's (08), for how long calls take.
DurationHistogram call_durations() {
    return {seconds{5},   seconds{15},  seconds{30},   seconds{60},  seconds{120},
            seconds{300}, seconds{600}, seconds{1800}, seconds{3600}};
}

/// Every leg is a WebRTC leg so far.
constexpr std::string_view kLegType = "webrtc";

}  // namespace

CallMetrics::CallMetrics()
    : set_up_{milliseconds{50}, milliseconds{100}, milliseconds{200}, milliseconds{300}, milliseconds{500},
              seconds{1},       seconds{2},        seconds{5},        seconds{10},       seconds{30}},
      answered_(call_durations()),
      total_(call_durations()) {}

void CallMetrics::observe(const call::Event& event) {
    ++events_[call::type_name(event)];
    if (const auto* up = std::get_if<call::LegConnected>(&event.what)) {
        count(*up);
    } else if (const auto* end = std::get_if<call::LegDisconnected>(&event.what)) {
        count(*end);
    }
}

void CallMetrics::count(const call::LegConnected& leg) {
    ++connected_;
    set_up_.observe(leg.set_up);
}

void CallMetrics::count(const call::LegDisconnected& leg) {
    ++disconnected_;
    ++disconnect_reasons_[call::to_string(leg.reason)];
    total_.observe(leg.total);
    if (leg.answered > Duration::zero()) answered_.observe(leg.answered);
    if (leg.was_connected) return;
    if (leg.failure) {
        ++failed_set_ups_[ice::to_string(leg.failure->code)];
    } else {
        ++abandoned_set_ups_[call::to_string(leg.reason)];
    }
}

void CallMetrics::write(Families& families) const {
    families.counter("legroom_legs_total", "Transitions of legs.")
        .with({{"type", kLegType}, {"state", "connected"}}, static_cast<double>(connected_))
        .with({{"type", kLegType}, {"state", "disconnected"}}, static_cast<double>(disconnected_));
    auto reasons = families.counter("legroom_disconnect_reasons_total", "Legs that ended, by why.");
    for (const auto& [reason, count] : disconnect_reasons_)
        reasons.with({{"type", kLegType}, {"reason", reason}}, static_cast<double>(count));
    families.histogram("legroom_call_duration_seconds", "From a leg's answer to its end.")
        .with({{"type", kLegType}}, answered_);
    families.histogram("legroom_call_total_duration_seconds", "From a leg's creation to its end.")
        .with({{"type", kLegType}}, total_);

    auto set_ups = families.counter("legroom_setups_total", "How legs' connections came out, and why.");
    set_ups.with({{"outcome", "connected"}, {"cause", "none"}}, static_cast<double>(connected_));
    for (const auto& [cause, count] : failed_set_ups_)
        set_ups.with({{"outcome", "failed"}, {"cause", cause}}, static_cast<double>(count));
    for (const auto& [cause, count] : abandoned_set_ups_)
        set_ups.with({{"outcome", "abandoned"}, {"cause", cause}}, static_cast<double>(count));
    families.histogram("legroom_setup_duration_seconds", "From the offer until ICE and DTLS are up.")
        .with({}, set_up_);

    auto events = families.counter("legroom_events_total", "Events published.");
    for (const auto& [type, count] : events_) events.with({{"type", type}}, static_cast<double>(count));
}

}  // namespace legroom::metrics
