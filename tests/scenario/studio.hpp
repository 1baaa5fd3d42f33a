#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "audio/goertzel.hpp"
#include "audio/level.hpp"
#include "io/recording_store.hpp"
#include "scenario/world.hpp"
#include "sim/scratch_directory.hpp"

namespace legroom::scenario {

/// A directory of its own, and the files of a world's recordings in it.
class Studio {
public:
    explicit Studio(World& world) : world_(world) {
        store_.emplace(directory_, [this](const record::Report& report) { reports_.push_back(report); });
        world.server().write_recordings([this](const record::Order& order) { store_->handle(order); },
                                        [this] { write(); });
    }
    ~Studio() { world_.server().write_recordings({}, {}); }
    Studio(const Studio&) = delete;
    Studio& operator=(const Studio&) = delete;

    void start(const call::Subject& what, const std::string& name, bool multi_channel = false,
               const std::string& format = "") {
        world_.server().on_timeout(world_.now());
        error_code error;
        world_.server().recordings().start(what, {"", name, multi_channel, format},
                                           [&error](const auto& done) { error = done.error; });
        tell();
        if (error) throw std::runtime_error("not recording: " + error.message());
    }
    call::RecordingFinished stop(const call::Subject& what) {
        world_.server().on_timeout(world_.now());
        std::optional<call::RecordingFinished> finished;
        world_.server().recordings().stop(what, [&finished](const auto& done) { finished = done.value(); });
        write();
        return finished.value();
    }
    void write() {
        store_->drain();
        while (store_->work()) {
        }
        tell();
    }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator{directory_})
            found.push_back(entry.path().filename());
        std::ranges::sort(found);
        return found;
    }
    [[nodiscard]] std::string path(const std::string& name) const { return directory_ + "/" + name; }

private:
    void tell() {
        for (const record::Report& report : std::exchange(reports_, {}))
            world_.server().recordings().handle(world_.now(), report);
    }

    World& world_;
    ScratchDirectory scratch_;
    std::string directory_ = scratch_.path();
    std::optional<io::RecordingStore> store_;
    std::vector<record::Report> reports_;
};

inline ClientConfig saying(std::optional<double> hz) {
    ClientConfig config;
    config.tone_hz = hz;
    return config;
}

inline double share(const std::vector<float>& samples, std::uint32_t rate, double hz) {
    return audio::power_share(samples, static_cast<SampleRate>(rate), hz);
}

inline double decibels(const std::vector<float>& samples) {
    return 20 * std::log10(static_cast<double>(audio::rms(samples)));
}

}  // namespace legroom::scenario
