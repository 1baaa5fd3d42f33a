#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "io/recording_store.hpp"

namespace legroom::io {

/// The one thread that writes recordings. However slow the disk is, only this thread waits for it.
class RecordingThread {
public:
    /// Begins with what an earlier run has left. `sink` is called on the thread, and no more once stop() has
    /// returned.
    RecordingThread(std::string directory, RecordingStore::Sink sink);
    ~RecordingThread() { stop(); }
    RecordingThread(const RecordingThread&) = delete;
    RecordingThread& operator=(const RecordingThread&) = delete;

    void post(record::Order order);  ///< From any thread.
    /// Finishes every recording, then ends; channels that it cannot merge in two seconds are left to the next
    /// start. Nobody may put anything on a tape any more. Harmless twice.
    void stop();

private:
    void run();
    std::vector<record::Order> wait();

    RecordingStore store_;
    std::mutex mutex_;
    std::condition_variable awake_;
    std::vector<record::Order> orders_;
    bool stopping_ = false;
    bool busy_ = false;  ///< The thread's own.
    std::thread thread_;
};

}  // namespace legroom::io
