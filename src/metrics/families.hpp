#pragma once

#include <initializer_list>
#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration_histogram.hpp"

namespace legroom::metrics {

/// A name's labels, all with values of ours: what a caller sends is no label.
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// The figures of one moment, in families of a name each, on their way to become text. Names are told once.
class Families {
public:
    /// One family, to put figures into; good until the next one is begun.
    class Family {
    public:
        explicit Family(prometheus::MetricFamily& family) : family_(family) {}
        Family& with(Labels labels, double value);
        /// In seconds.
        Family& with(Labels labels, const DurationHistogram& histogram);

    private:
        prometheus::MetricFamily& family_;
    };

    /// What goes up and down; what only goes up, named …_total; how times are spread, named …_seconds. `help`
    /// says in a line what is counted.
    Family gauge(std::string_view name, std::string_view help);
    Family counter(std::string_view name, std::string_view help);
    Family histogram(std::string_view name, std::string_view help);
    void gauge(std::string_view name, std::string_view help, double value);
    void counter(std::string_view name, std::string_view help, double value);

    /// All of it in version 0.0.4 of Prometheus's text format, by prometheus-cpp.
    [[nodiscard]] std::string to_text() const;

private:
    Family begin(std::string_view name, std::string_view help, prometheus::MetricType type);

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace legroom::metrics
