#include "engine/receive_path.hpp"

#include <algorithm>
#include <variant>

#include "audio/level.hpp"

namespace legroom::engine {

namespace {

static_assert(jitter::kTicksPerMillisecond * 1000 == codec::kRtpClockRate);

/// RMS, about -50 dBFS: below it is the pause between words.
constexpr float kQuiet = 0.003F;

jitter::Ticks to_ticks(Duration duration) {
    return static_cast<jitter::Ticks>(duration.count() * jitter::kTicksPerMillisecond / 1000);
}

}  // namespace

ReceivePath::ReceivePath(SampleRate rate) : decoder_(codec::OpusDecoder::create(rate).value()) {}

void ReceivePath::push(Instant now, const rtp::Packet& packet, std::optional<std::uint8_t> level) {
    const auto duration = codec::packet_duration(packet.payload);
    if (!duration) {
        ++counters_.malformed;
        return;
    }
    auto& told = told_levels_[packet.header.sequence.value % kLevels];
    told = level ? std::optional{ToldLevel{packet.header.sequence, *level}} : std::nullopt;
    buffer_.insert(now, packet.header, packet.payload, to_ticks(*duration));
}

Heard ReceivePath::pull(Instant now, audio::Frame& out) {
    out.rate = rate();
    Heard heard = Heard::silence;
    level_.reset();
    if (ready_samples_ > 0) {
        heard = last_fetched_;
        hear_level(last_level_);
    }
    while (ready_samples_ < out.samples().size()) {
        last_level_.reset();
        last_fetched_ = fetch(now);
        hear_level(last_level_);
        heard = std::min(heard, last_fetched_);
    }
    hand_out(out.samples());
    return heard;
}

void ReceivePath::hear_level(std::optional<std::uint8_t> level) {
    if (level) level_ = std::min(level_.value_or(*level), *level);
}

Heard ReceivePath::fetch(Instant now) {
    const jitter::Taken taken = buffer_.take(now, playing_);
    return std::visit([this](const auto& what) { return play(what); }, taken);
}

Heard ReceivePath::play(const jitter::Packet& packet) {
    const auto decoded = decoder_.decode(packet.payload, room());
    if (!decoded) {
        ++counters_.malformed;
        return conceal(packet.duration);
    }
    tap(packet.duration, packet.payload);
    const bool quiet = audio::rms(room().first(*decoded)) < kQuiet;
    playing_ = quiet ? jitter::Playing::silence : jitter::Playing::sound;
    ready_samples_ += *decoded;
    ++counters_.decoded;
    const auto& told = told_levels_[packet.header.sequence.value % kLevels];
    if (told && told->of == packet.header.sequence) last_level_ = told->minus_dbov;
    return Heard::decoded;
}

Heard ReceivePath::play(const jitter::Missing& gap) {
    if (!codec::carries_fec(gap.next_payload)) return conceal(gap.duration);
    const auto recovered = decoder_.decode_fec(gap.next_payload, room().first(samples(gap.duration)));
    if (!recovered) return conceal(gap.duration);
    tap(gap.duration, {});  // In the packet after it, where players do not look.
    ready_samples_ += *recovered;
    ++counters_.recovered_fec;
    return Heard::decoded;
}

Heard ReceivePath::play(const jitter::Pause& pause) { return conceal(pause.duration); }

Heard ReceivePath::play(const jitter::Empty&) {
    const std::size_t frame = samples_per_tick(rate());
    std::ranges::fill(room().first(frame - ready_samples_), 0.0F);
    ready_samples_ = frame;
    return Heard::silence;
}

Heard ReceivePath::conceal(jitter::Ticks duration) {
    const auto gap = room().first(samples(duration));
    tap(duration, {});
    if (!decoder_.conceal(gap)) std::ranges::fill(gap, 0.0F);
    ready_samples_ += gap.size();
    ++counters_.concealed;
    return Heard::concealed;
}

/// What comes next, behind what is ready.
void ReceivePath::tap(jitter::Ticks duration, Bytes packet) {
    if (tap_ == nullptr) return;
    tap_->take(record::Position{ready_samples_} * record::kPositionsPerSecond / hz(rate()), duration, packet);
}

std::size_t ReceivePath::samples(jitter::Ticks duration) const {
    return std::size_t{duration} * hz(rate()) / codec::kRtpClockRate;
}

void ReceivePath::hand_out(std::span<float> out) {
    const auto ready = std::span{ready_}.first(ready_samples_);
    std::ranges::copy(ready.first(out.size()), out.begin());
    std::ranges::copy(ready.subspan(out.size()), ready.begin());
    ready_samples_ -= out.size();
}

void ReceivePath::set_rate(SampleRate rate) {
    if (rate == decoder_.rate()) return;
    decoder_ = codec::OpusDecoder::create(rate).value();
    ready_samples_ = 0;
}

}  // namespace legroom::engine
