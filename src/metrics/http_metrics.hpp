#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "metrics/families.hpp"

namespace legroom::metrics {

/// HTTP answers by method, route and status. Its size is bounded by those who call it: `method` and `route`
/// are names of a table, and outlive this.
class HttpMetrics {
public:
    void count(std::string_view method, std::string_view route, unsigned status) {
        ++answers_[{method, route, status}];
    }
    void write(Families& families) const {
        auto answers = families.counter("legroom_http_requests_total", "HTTP requests that were answered.");
        for (const auto& [key, count] : answers_) {
            const std::string status = std::to_string(std::get<2>(key));
            answers.with({{"method", std::get<0>(key)}, {"route", std::get<1>(key)}, {"status", status}},
                         static_cast<double>(count));
        }
    }

private:
    std::map<std::tuple<std::string_view, std::string_view, unsigned>, std::uint64_t> answers_;
};

}  // namespace legroom::metrics
