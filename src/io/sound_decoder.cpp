#include "io/sound_decoder.hpp"

#include <algorithm>
#include <utility>

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
    for (const Open& one : open_) one.queue->fail("the server is shutting down");
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
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        std::vector<DecodeJob> jobs = std::exchange(waiting_, {});
        decoding_ += jobs.size();
        lock.unlock();
        take(std::move(jobs));
        std::erase_if(open_, [](Open& one) { return !fill(one); });
        lock.lock();
        decoding_ = open_.size();
        const auto called = [this] { return stopping_ || !waiting_.empty(); };
        if (open_.empty()) {
            wake_.wait(lock, called);
        } else {
            wake_.wait_for(lock, kRound, called);
        }
    }
}

void SoundDecoder::take(std::vector<DecodeJob> jobs) {
    for (DecodeJob& job : jobs) {
        auto file = SoundFile::open(std::move(job.file), job.mime_type, job.repeat);
        if (file) {
            open_.push_back({std::move(*file), std::move(job.queue)});
        } else {
            job.queue->fail(file.error());
        }
    }
}

/// False: it is done, or nobody wants the rest.
bool SoundDecoder::fill(Open& one) {
    audio::Frame frame;
    while (!one.queue->full()) {
        if (one.queue->abandoned()) return false;
        switch (one.file.next(frame)) {
            case SoundFile::Read::frame:
                one.queue->push(frame);
                break;
            case SoundFile::Read::end:
                one.queue->finish();
                return false;
            case SoundFile::Read::broken:
                one.queue->fail(one.file.why());
                return false;
        }
    }
    return !one.queue->abandoned();
}

}  // namespace legroom::io
