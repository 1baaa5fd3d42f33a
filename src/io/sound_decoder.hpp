#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "io/open_sounds.hpp"

namespace legroom::io {

/// Decodes files on a thread of its own, each a queue's length ahead of who plays it: it looks after all of
/// them ten times a second, so the players need not wake it, and never wait for it. Another file is opened
/// when those that are have half of that.
class SoundDecoder {
public:
    /// No thread to be had throws std::system_error.
    SoundDecoder();
    ~SoundDecoder();  ///< Queues that are not done fail.
    SoundDecoder(const SoundDecoder&) = delete;
    SoundDecoder& operator=(const SoundDecoder&) = delete;

    /// From any thread. The queue is finished or failed in the end, unless it is abandoned before: then the
    /// file is closed. Their number is bounded by that of the playbacks there may be.
    void decode(DecodeJob job);
    [[nodiscard]] std::size_t under_way() const;  ///< From any thread.

private:
    /// Much less than a full queue lasts.
    static constexpr std::chrono::milliseconds kRound{100};

    void run();
    bool work();
    std::optional<DecodeJob> next_job();
    void rest();

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<DecodeJob> waiting_;
    std::size_t decoding_ = 0;
    bool stopping_ = false;
    OpenSounds sounds_;  ///< The thread's own.
    std::thread thread_;
};

}  // namespace legroom::io
