#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

#include "audio/frame.hpp"

namespace legroom::engine {

/// 20 ms frames on their way from whoever decodes them to the shard that plays them. One thread writes, one
/// other reads, and neither ever waits for the other: full is the writer's to come back later, empty the
/// reader's to do without. Bounded, whatever the length of what is played: 120 kB.
class FrameQueue {
public:
    static constexpr std::size_t kMaxFrames = 32;  ///< 640 ms
    static constexpr SampleRate kRate = SampleRate::k48000;

    FrameQueue() = default;
    FrameQueue(const FrameQueue&) = delete;
    FrameQueue& operator=(const FrameQueue&) = delete;

    // The writer's.

    /// The frame has kRate. False: full, nothing was taken.
    bool push(const audio::Frame& frame) {
        const std::size_t written = written_.load(std::memory_order_relaxed);
        if (written - read_.load(std::memory_order_acquire) == kMaxFrames) return false;
        frames_[written % kMaxFrames] = frame;
        written_.store(written + 1, std::memory_order_release);
        return true;
    }
    [[nodiscard]] std::size_t waiting() const {
        return written_.load(std::memory_order_relaxed) - read_.load(std::memory_order_acquire);
    }
    [[nodiscard]] bool full() const { return waiting() == kMaxFrames; }
    /// Nothing will follow. Once, and last of all.
    void finish() { closed_.store(true, std::memory_order_release); }
    /// Nothing will follow, for this reason, which is not empty. Likewise.
    void fail(std::string why) {
        failure_ = std::move(why);
        finish();
    }
    /// The reader has gone: whatever is still written is for nobody.
    [[nodiscard]] bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }

    // The reader's.

    /// False: nothing there now.
    bool pop(audio::Frame& out) {
        const std::size_t read = read_.load(std::memory_order_relaxed);
        if (read == written_.load(std::memory_order_acquire)) return false;
        out = frames_[read % kMaxFrames];
        read_.store(read + 1, std::memory_order_release);
        return true;
    }
    /// Everything has been read and nothing will follow. Stays true.
    [[nodiscard]] bool ended() const {
        // In this order: what was written before the end is seen with it.
        if (!closed_.load(std::memory_order_acquire)) return false;
        return read_.load(std::memory_order_relaxed) == written_.load(std::memory_order_relaxed);
    }
    /// Once it has ended: why; "" when it came to its proper end.
    [[nodiscard]] const std::string& failure() const { return failure_; }
    void abandon() { abandoned_.store(true, std::memory_order_release); }

private:
    std::array<audio::Frame, kMaxFrames> frames_{};
    std::atomic<std::size_t> written_ = 0;  ///< Frames ever; what of them is not read waits.
    std::atomic<std::size_t> read_ = 0;
    std::atomic<bool> closed_ = false;
    std::atomic<bool> abandoned_ = false;
    std::string failure_;
};

}  // namespace legroom::engine
