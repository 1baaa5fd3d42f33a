#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "engine/frame_queue.hpp"
#include "io/descriptor.hpp"
#include "io/sound_file.hpp"

namespace legroom::io {

/// A file that is there, to be decoded into a queue.
struct DecodeJob {
    Descriptor file;
    std::string mime_type;
    std::int64_t repeat = 0;
    std::shared_ptr<engine::FrameQueue> queue;
};

/// Decodes any number of files on a thread of its own, each a queue's length ahead of who plays it: it looks
/// after all of them ten times a second, so the players need not wake it, and never wait for it.
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
    struct Open {
        SoundFile file;
        std::shared_ptr<engine::FrameQueue> queue;
    };

    void run();
    void take(std::vector<DecodeJob> jobs);
    static bool fill(Open& one);

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<DecodeJob> waiting_;
    std::size_t decoding_ = 0;
    bool stopping_ = false;
    std::vector<Open> open_;  ///< The thread's own.
    std::thread thread_;
};

}  // namespace legroom::io
