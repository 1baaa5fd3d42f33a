#include "io/recording_thread.hpp"

#include <chrono>
#include <utility>

namespace legroom::io {
namespace {

/// A tape holds 25 times as much.
constexpr std::chrono::milliseconds kBetweenDrains{100};
/// Hours of a full room take minutes, for which nobody waits who ends a program.
constexpr std::chrono::seconds kMergingAtTheEnd{2};

}  // namespace

RecordingThread::RecordingThread(std::string directory, RecordingStore::Sink sink)
    : store_(std::move(directory), std::move(sink)), thread_([this] { run(); }) {}

void RecordingThread::post(record::Order order) {
    {
        const std::lock_guard lock(mutex_);
        orders_.push_back(std::move(order));
    }
    awake_.notify_one();
}

void RecordingThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    awake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void RecordingThread::run() {
    store_.recover();
    bool last = false;
    while (!last) {
        const auto orders = wait();
        {
            const std::lock_guard lock(mutex_);
            last = stopping_ && orders_.empty();
        }
        for (const record::Order& order : orders) store_.handle(order);
        store_.drain();
        busy_ = store_.work() && store_.work() && store_.work() && store_.work();
    }
    store_.finish_all(kMergingAtTheEnd);
}

std::vector<record::Order> RecordingThread::wait() {
    std::unique_lock lock(mutex_);
    const auto patience = busy_ ? std::chrono::milliseconds{0} : kBetweenDrains;
    awake_.wait_for(lock, patience, [this] { return stopping_ || !orders_.empty(); });
    return std::exchange(orders_, {});
}

}  // namespace legroom::io
