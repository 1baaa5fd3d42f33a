#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "base/duration_histogram.hpp"
#include "call/event.hpp"
#include "metrics/families.hpp"

namespace legroom::metrics {

/// What the events of calls come to: an event sink that counts. It keeps nothing of single legs, so that it
/// cannot grow.
class CallMetrics {
public:
    CallMetrics();

    void observe(const call::Event& event);
    void write(Families& families) const;

private:
    void count(const call::LegConnected& leg);
    void count(const call::LegDisconnected& leg);

    // By names of ours: they live as long as the program.
    using Counts = std::map<std::string_view, std::uint64_t>;
    Counts events_;
    Counts disconnect_reasons_;
    Counts failed_set_ups_;     ///< By what failed.
    Counts abandoned_set_ups_;  ///< By what ended the leg before.
    std::uint64_t connected_ = 0;
    std::uint64_t disconnected_ = 0;
    DurationHistogram set_up_;
    DurationHistogram answered_;
    DurationHistogram total_;
};

}  // namespace legroom::metrics
