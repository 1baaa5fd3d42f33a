// CPU of one room's mix for one tick, everyone speaking, by size and by routing. Codecs are not in it.
//
//   bench_mixing [TICKS] [FILE]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "audio/tone.hpp"
#include "mix/mixer.hpp"

namespace {

using namespace legroom;

constexpr SampleRate kRate = SampleRate::k48000;

double thread_cpu_us() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// `roles` of equal size, each of which hears all but the next one; 0: no routing.
struct Crowd {
    Crowd(std::size_t size, std::size_t roles)
        : spoken(size, audio::Frame{kRate}), heard(size, audio::Frame{kRate}), seats(size) {
        for (std::size_t i = 0; i < size; ++i) {
            audio::Tone{kRate, 200.0 + static_cast<double>(i), 0.1F}.fill(spoken[i].samples());
            seats[i] = {.spoken = &spoken[i], .heard = &heard[i]};
            if (roles == 0) continue;
            const auto role = [&](std::size_t n) {
                return static_cast<mix::VoiceKind>(mix::kFirstRole + n % roles);
            };
            seats[i].kind = role(i);
            seats[i].hears = mix::kEverything & ~mix::voices_of(role(i + 1));
        }
    }
    std::vector<audio::Frame> spoken;
    std::vector<audio::Frame> heard;
    std::vector<mix::Seat> seats;
};

struct Cost {
    std::size_t passes = 0;
    double median_us = 0;
};

Cost measure(std::size_t size, std::size_t roles, int ticks) {
    Crowd crowd{size, roles};
    mix::Mixer mixer;
    std::vector<double> times;
    for (int tick = 0; tick < ticks; ++tick) {
        const double begin = thread_cpu_us();
        mixer.mix(kRate, crowd.seats);
        times.push_back(thread_cpu_us() - begin);
    }
    std::ranges::sort(times);
    return {mixer.passes(), times[times.size() / 2]};
}

}  // namespace

int main(int argc, char** argv) {
    const int ticks = argc > 1 ? std::max(1, std::atoi(argv[1])) : 200;
    std::string report;
    for (const std::size_t size : {3U, 30U, 300U, 1'000U}) {
        for (const std::size_t roles : {std::size_t{0}, std::size_t{3}, mix::kMaxRoles}) {
            const Cost cost = measure(size, roles, ticks);
            report += fmt::format("mixing {} who all speak, {} roles: {} passes, {:.0f} us a tick\n", size,
                                  roles, cost.passes, cost.median_us);
        }
    }
    std::fputs(report.c_str(), stdout);
    if (argc < 3) return 0;
    std::FILE* file = std::fopen(argv[2], "w");
    if (file == nullptr) return 1;
    std::fputs(report.c_str(), file);
    return std::fclose(file);
}
