#include "io/spool.hpp"

#include <boost/asio/post.hpp>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <fcntl.h>
#include <list>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "io/descriptor.hpp"
#include "io/nameless_file.hpp"

namespace legroom::io {
namespace {

bool write_at(int file, const std::string& text, std::size_t offset) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count =
            ::pwrite(file, text.data() + done, text.size() - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        done += static_cast<std::size_t>(count);
    }
    return true;
}

std::optional<std::string> read_at(int file, std::size_t size, std::size_t offset) {
    std::string text(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count =
            ::pread(file, text.data() + done, size - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        done += static_cast<std::size_t>(count);
    }
    return text;
}

}  // namespace

/// The thread, and the files it has.
class Spool::Worker {
public:
    Worker(std::string directory, Descriptor first) : directory_(std::move(directory)) {
        files_.push_back({std::move(first), 0, 0});
        thread_ = std::thread([this] { run(); });
    }
    ~Worker() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void order(std::function<void(Worker&)> job) {
        {
            const std::lock_guard lock{mutex_};
            jobs_.push_back(std::move(job));
        }
        changed_.notify_one();
    }

    // The thread's.
    bool put(Key key, const std::string& text) {
        if (files_.empty() || files_.back().size >= kSpoolFileBytes) {
            Descriptor next = nameless_file(directory_);
            if (!next) return false;
            files_.push_back({std::move(next), 0, 0});
        }
        const auto file = std::prev(files_.end());
        if (!write_at(file->descriptor.get(), text, file->size)) return false;
        places_[key] = {file, file->size, text.size()};
        file->size += text.size();
        ++file->texts;
        return true;
    }
    std::optional<std::string> get(Key key) const {
        const auto found = places_.find(key);
        if (found == places_.end()) return std::nullopt;
        const Place& place = found->second;
        return read_at(place.file->descriptor.get(), place.size, place.offset);
    }
    void drop(Key key) {
        const auto found = places_.extract(key);
        if (found.empty()) return;
        const auto file = found.mapped().file;
        if (--file->texts == 0) files_.erase(file);
    }

private:
    struct File {
        Descriptor descriptor;
        std::size_t size = 0;
        std::size_t texts = 0;  ///< Still wanted.
    };
    struct Place {
        std::list<File>::iterator file;
        std::size_t offset = 0;
        std::size_t size = 0;
    };

    void run() {
        while (auto job = next_job()) job(*this);
    }
    std::function<void(Worker&)> next_job() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return {};
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        return job;
    }

    std::string directory_;
    std::list<File> files_;  ///< What comes goes into the last one.
    std::map<Key, Place> places_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void(Worker&)>> jobs_;
    bool stopping_ = false;
    std::thread thread_;
};

Result<std::unique_ptr<Spool>, std::string> Spool::open(boost::asio::io_context& context,
                                                        const std::string& directory) {
    Descriptor first = nameless_file(directory);
    if (!first) return "cannot make files in " + directory + ": " + std::generic_category().message(errno);
    return std::unique_ptr<Spool>{new Spool(context, std::make_unique<Worker>(directory, std::move(first)))};
}

Spool::Spool(boost::asio::io_context& context, std::unique_ptr<Worker> worker)
    : context_(context), worker_(std::move(worker)) {}

Spool::~Spool() { *alive_ = false; }

void Spool::put(Key key, std::shared_ptr<const std::string> text, Put done) {
    worker_->order(
        [this, alive = alive_, key, text = std::move(text), done = std::move(done)](Worker& worker) {
            boost::asio::post(context_, [alive, done, succeeded = worker.put(key, *text)] {
                if (*alive) done(succeeded);
            });
        });
}

void Spool::get(Key key, Got done) {
    worker_->order([this, alive = alive_, key, done = std::move(done)](Worker& worker) {
        boost::asio::post(context_, [alive, done, text = worker.get(key)]() mutable {
            if (*alive) done(std::move(text));
        });
    });
}

void Spool::drop(Key key) {
    worker_->order([key](Worker& worker) { worker.drop(key); });
}

}  // namespace legroom::io
