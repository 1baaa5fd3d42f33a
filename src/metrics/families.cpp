#include "metrics/families.hpp"

#include <limits>
#include <prometheus/text_serializer.h>

namespace legroom::metrics {
namespace {

double in_seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

prometheus::ClientMetric labelled(Labels labels) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : labels) metric.label.push_back({std::string{name}, std::string{value}});
    return metric;
}

}  // namespace

Families::Family& Families::Family::with(Labels labels, double value) {
    auto metric = labelled(labels);
    if (family_.type == prometheus::MetricType::Gauge) {
        metric.gauge.value = value;
    } else {
        metric.counter.value = value;
    }
    family_.metric.push_back(std::move(metric));
    return *this;
}

Families::Family& Families::Family::with(Labels labels, const DurationHistogram& histogram) {
    auto metric = labelled(labels);
    auto& told = metric.histogram;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
        const bool last = i == histogram.bounds().size();
        told.sample_count += histogram.counts()[i];
        told.bucket.push_back({told.sample_count, last ? std::numeric_limits<double>::infinity()
                                                       : in_seconds(histogram.bounds()[i])});
    }
    told.sample_sum = in_seconds(histogram.sum());
    family_.metric.push_back(std::move(metric));
    return *this;
}

Families::Family Families::begin(std::string_view name, std::string_view help, prometheus::MetricType type) {
    families_.push_back({std::string{name}, std::string{help}, type, {}});
    return Family{families_.back()};
}

Families::Family Families::gauge(std::string_view name, std::string_view help) {
    return begin(name, help, prometheus::MetricType::Gauge);
}

Families::Family Families::counter(std::string_view name, std::string_view help) {
    return begin(name, help, prometheus::MetricType::Counter);
}

Families::Family Families::histogram(std::string_view name, std::string_view help) {
    return begin(name, help, prometheus::MetricType::Histogram);
}

void Families::gauge(std::string_view name, std::string_view help, double value) {
    gauge(name, help).with({}, value);
}

void Families::counter(std::string_view name, std::string_view help, double value) {
    counter(name, help).with({}, value);
}

std::string Families::to_text() const { return prometheus::TextSerializer{}.Serialize(families_); }

}  // namespace legroom::metrics
