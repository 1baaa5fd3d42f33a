#include "app/log.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace legroom::app {
namespace {

/// The message as a JSON string, quotes included (pattern flag %*).
class JsonText final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const std::string quoted =
            boost::json::serialize(boost::json::string_view(message.payload.data(), message.payload.size()));
        out.append(quoted.data(), quoted.data() + quoted.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JsonText>();
    }
};

/// The message for a terminal (pattern flag %&): what callers chose, a room's name, can neither begin a line
/// of its own nor speak to the terminal. Control characters, those of UTF-8 as well (C1), are written \\xNN.
class PersonText final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        unsigned char before = 0;
        for (const char c : message.payload) {
            const auto byte = static_cast<unsigned char>(c);
            const bool control =
                byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte >= 0x80 && byte < 0xa0);
            if (control) {
                fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
            } else {
                out.push_back(c);
            }
            before = byte;
        }
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<PersonText>();
    }
};

/// The level by the name LOG_LEVEL has for it (pattern flag %~).
class LevelName final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const std::string_view name = message.level == spdlog::level::debug  ? "debug"
                                      : message.level == spdlog::level::info ? "info"
                                      : message.level == spdlog::level::warn ? "warn"
                                                                             : "error";
        out.append(name.data(), name.data() + name.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<LevelName>();
    }
};

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::unique_ptr<spdlog::formatter> formatter(bool for_a_person) {
    auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    made->add_flag<JsonText>('*').add_flag<PersonText>('&').add_flag<LevelName>('~');
    made->set_pattern(for_a_person ? "%H:%M:%S %~ %&"
                                   : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%~","message":%*})");
    return made;
}

}  // namespace

void set_up_log(LogLevel level, bool for_a_person) {
    auto logger =
        std::make_shared<spdlog::logger>("legroom", std::make_shared<spdlog::sinks::stdout_sink_mt>());
    logger->set_formatter(formatter(for_a_person));
    logger->set_level(to_spdlog(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace legroom::app
