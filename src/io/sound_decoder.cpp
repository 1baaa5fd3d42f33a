#include "io/sound_decoder.hpp"

#include <utility>

#include "engine/frame_queue.hpp"

namespace legroom::io {

SoundDecoder::SoundDecoder() : thread_([this] { run(); }) {}

SoundDecoder::~SoundDecoder() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    for (const DecodeJob& job : waiting_) job.queue->fail("the server is shutting down");
    sounds_.fail_all("the server is shutting down");
}

void SoundDecoder::decode(DecodeJob job) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(job));
    }
    wake_.notify_one();
}

std::size_t SoundDecoder::under_way() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size() + decoding_;
}

void SoundDecoder::run() {
    const auto stopping = [this] {
        const std::lock_guard lock(mutex_);
        decoding_ = sounds_.size();
        return stopping_;
    };
    while (!stopping()) {
        if (!work()) rest();
    }
}

/// A little of what is most urgent. False: there is nothing to do.
bool SoundDecoder::work() {
    if (sounds_.visit(engine::FrameQueue::kMaxFrames / 2)) return true;
    if (auto job = next_job()) {
        sounds_.add(std::move(*job));
        return true;
    }
    return sounds_.visit(engine::FrameQueue::kMaxFrames);
}

std::optional<DecodeJob> SoundDecoder::next_job() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    DecodeJob job = std::move(waiting_.front());
    waiting_.pop_front();
    ++decoding_;
    return job;
}

void SoundDecoder::rest() {
    std::unique_lock lock(mutex_);
    decoding_ = sounds_.size();
    const auto called = [this] { return stopping_ || !waiting_.empty(); };
    if (sounds_.size() == 0) {
        wake_.wait(lock, called);
    } else {
        wake_.wait_for(lock, kRound, called);
    }
}

}  // namespace legroom::io
