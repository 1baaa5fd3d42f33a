#include "metrics/families.hpp"

#include <gtest/gtest.h>

#include "metrics/http_metrics.hpp"

namespace legroom::metrics {
namespace {

using namespace std::chrono_literals;

TEST(Families, BecomePrometheussText) {
    Families families;
    families.gauge("g", "What goes up and down.", -1.5);
    families.counter("c_total", "By kind.")
        .with({{"kind", "a"}}, 1)
        .with({{"kind", "b"}, {"why", "x"}}, 2e15);
    DurationHistogram histogram{100ms, 1s};
    for (const Duration time : {50ms, 100ms, 700ms, 2500ms}) histogram.observe(time);
    families.histogram("h_seconds", "How long.").with({{"of", "it"}}, histogram);
    families.counter("none_total", "Nothing yet.");
    EXPECT_EQ(families.to_text(),
              "# HELP g What goes up and down.\n"
              "# TYPE g gauge\n"
              "g -1.5\n"
              "# HELP c_total By kind.\n"
              "# TYPE c_total counter\n"
              "c_total{kind=\"a\"} 1\n"
              "c_total{kind=\"b\",why=\"x\"} 2000000000000000\n"
              "# HELP h_seconds How long.\n"
              "# TYPE h_seconds histogram\n"
              "h_seconds_count{of=\"it\"} 4\n"
              "h_seconds_sum{of=\"it\"} 3.35\n"
              "h_seconds_bucket{of=\"it\",le=\"0.1\"} 2\n"
              "h_seconds_bucket{of=\"it\",le=\"1\"} 3\n"
              "h_seconds_bucket{of=\"it\",le=\"+Inf\"} 4\n"
              "# HELP none_total Nothing yet.\n"
              "# TYPE none_total counter\n");
}

TEST(HttpMetrics, CountByMethodRouteAndStatus) {
    HttpMetrics http;
    http.count("GET", "/v1/legs/{leg}", 404);
    http.count("GET", "/v1/legs/{leg}", 404);
    http.count("GET", "/v1/legs/{leg}", 200);
    Families families;
    http.write(families);
    EXPECT_EQ(families.to_text(),
              "# HELP legroom_http_requests_total HTTP requests that were answered.\n"
              "# TYPE legroom_http_requests_total counter\n"
              "legroom_http_requests_total{method=\"GET\",route=\"/v1/legs/{leg}\",status=\"200\"} 1\n"
              "legroom_http_requests_total{method=\"GET\",route=\"/v1/legs/{leg}\",status=\"404\"} 2\n");
}

}  // namespace
}  // namespace legroom::metrics
