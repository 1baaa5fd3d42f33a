#include "audio/call_tone.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>

namespace legroom::audio {
namespace {

constexpr CallTone kTones[] = {
    {"us", "ringback", {440, 480}, 0, {2000, 4000}},
    {"us", "busy", {480, 620}, 0, {500, 500}},
    {"us", "dial", {350, 440}},
    {"us", "congestion", {480, 620}, 0, {250, 250}},

    {"gb", "ringback", {400, 450}, 0, {400, 200, 400, 2000}},
    {"gb", "busy", {400}, 0, {375, 375}},
    {"gb", "dial", {350, 440}},
    {"gb", "congestion", {400}, 0, {400, 350, 225, 525}},

    {"de", "ringback", {425}, 0, {1000, 4000}},
    {"de", "busy", {425}, 0, {480, 480}},
    {"de", "dial", {425}},
    {"de", "congestion", {425}, 0, {240, 240}},

    {"fr", "ringback", {440}, 0, {1500, 3500}},
    {"fr", "busy", {440}, 0, {500, 500}},
    {"fr", "dial", {440}},
    {"fr", "congestion", {440}, 0, {250, 250}},

    {"au", "ringback", {400}, 17, {400, 200, 400, 2000}},
    {"au", "busy", {400}, 0, {375, 375}},
    {"au", "dial", {400, 450}},
    {"au", "congestion", {400}, 0, {375, 375}},

    {"jp", "ringback", {400}, 16, {1000, 2000}},
    {"jp", "busy", {400}, 0, {500, 500}},
    {"jp", "dial", {400}},
    {"jp", "congestion", {400}, 0, {250, 250}},

    {"it", "ringback", {425}, 0, {1000, 4000}},
    {"it", "busy", {425}, 0, {500, 500}},
    {"it", "dial", {425}},
    {"it", "congestion", {425}, 0, {200, 200}},

    {"in", "ringback", {400}, 25, {400, 200, 400, 2600}},
    {"in", "busy", {400}, 0, {750, 750}},
    {"in", "dial", {400}},
    {"in", "congestion", {400}, 0, {250, 250}},

    {"br", "ringback", {425}, 0, {1000, 4000}},
    {"br", "busy", {425}, 0, {250, 250}},
    {"br", "dial", {425}},
    {"br", "congestion", {425}, 0, {250, 250}},

    {"pl", "ringback", {425}, 0, {1000, 4000}},

    {"ru", "ringback", {425}, 0, {800, 3200}},
    {"ru", "busy", {425}, 0, {350, 350}},
    {"ru", "dial", {425}},
    {"ru", "congestion", {425}, 0, {175, 175}},
};

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

/// A sine of whole hertz, exact at any sample however late: in a second it comes full circle. Within a frame
/// each sample is the one before, turned.
class Sine {
public:
    Sine(std::uint64_t first_sample, std::uint32_t frequency_hz, std::uint32_t rate) {
        constexpr double kTurn = 2 * std::numbers::pi;
        const double start = kTurn * static_cast<double>(first_sample % rate * frequency_hz % rate) / rate;
        const double step = kTurn * frequency_hz / rate;
        sine_ = std::sin(start);
        cosine_ = std::cos(start);
        step_sine_ = std::sin(step);
        step_cosine_ = std::cos(step);
    }
    double next() {
        const double value = sine_;
        sine_ = value * step_cosine_ + cosine_ * step_sine_;
        cosine_ = cosine_ * step_cosine_ - value * step_sine_;
        return value;
    }

private:
    double sine_;
    double cosine_;
    double step_sine_;
    double step_cosine_;
};

/// How open a tone is at each of its samples, from 0 to 1.
class Cadence {
public:
    Cadence(const CallTone& tone, std::uint32_t rate)
        : lengths_(lengths(tone, rate)),
          period_(std::accumulate(lengths_.begin(), lengths_.end(), std::uint64_t{0})),
          ramp_(static_cast<std::uint64_t>(kCallToneRamp.count()) * rate / 1000) {}

    [[nodiscard]] float at(std::uint64_t sample) const {
        if (period_ == 0) return ramp(sample);
        std::uint64_t into = sample % period_;
        std::size_t part = 0;
        while (into >= lengths_.at(part)) into -= lengths_.at(part++);
        const bool on = part % 2 == 0;
        return on ? ramp(std::min(into, lengths_.at(part) - 1 - into)) : 0.0F;
    }

private:
    using Lengths = std::array<std::uint64_t, 4>;

    static Lengths lengths(const CallTone& tone, std::uint32_t rate) {
        Lengths samples{};
        std::ranges::transform(tone.cadence_ms, samples.begin(),
                               [rate](std::uint32_t ms) { return std::uint64_t{ms} * rate / 1000; });
        return samples;
    }
    /// `distance`: samples to the nearer end.
    [[nodiscard]] float ramp(std::uint64_t distance) const {
        return distance >= ramp_ ? 1.0F : static_cast<float>(distance) / static_cast<float>(ramp_);
    }

    Lengths lengths_;
    std::uint64_t period_;
    std::uint64_t ramp_;
};

void add_sine(std::uint64_t first, std::uint32_t hz_of_sine, float amplitude, Frame& frame) {
    Sine sine{first, hz_of_sine, hz(frame.rate)};
    for (float& sample : frame.samples()) sample += amplitude * static_cast<float>(sine.next());
}

void modulate(std::uint64_t first, std::uint32_t frequency_hz, Frame& frame) {
    Sine sine{first, frequency_hz, hz(frame.rate)};
    for (float& sample : frame.samples()) sample *= static_cast<float>(0.5 + 0.5 * sine.next());
}

}  // namespace

std::span<const CallTone> call_tones() { return kTones; }

const CallTone* find_call_tone(std::string_view name) {
    const std::string wanted = lower(name);
    const auto underscore = wanted.find('_');
    const bool bare = underscore == std::string::npos;
    const std::string kind = bare ? wanted : wanted.substr(underscore + 1);
    std::string country = bare ? "us" : wanted.substr(0, underscore);
    if (country == "uk") country = "gb";
    const auto* const found = std::ranges::find_if(
        kTones, [&](const CallTone& tone) { return tone.country == country && tone.kind == kind; });
    return found == std::end(kTones) ? nullptr : found;
}

std::string call_tone_names() {
    std::string names;
    for (const CallTone& tone : kTones) {
        if (!names.empty()) names += ", ";
        names += std::string{tone.country} + '_' + std::string{tone.kind};
    }
    return names;
}

void fill(const CallTone& tone, std::uint64_t tick, Frame& frame) {
    frame.clear();
    const Cadence cadence{tone, hz(frame.rate)};
    const std::uint64_t first = tick * frame.samples().size();
    const float amplitude = tone.hz[1] == 0 ? kCallToneLevel : kCallToneLevel / 2;
    add_sine(first, tone.hz[0], amplitude, frame);
    if (tone.hz[1] != 0) add_sine(first, tone.hz[1], amplitude, frame);
    if (tone.modulation_hz != 0) modulate(first, tone.modulation_hz, frame);
    std::uint64_t sample = first;
    for (float& value : frame.samples()) value *= cadence.at(sample++);
}

}  // namespace legroom::audio
