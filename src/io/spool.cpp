#include "io/spool.hpp"

#include <boost/asio/post.hpp>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <list>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "io/descriptor.hpp"
#include "io/nameless_file.hpp"
#include "io/spool_file.hpp"

namespace legroom::io {

/// The thread, and the files it has.
class Spool::Worker {
public:
    Worker(std::string directory, Descriptor first, SpoolLimits limits)
        : directory_(std::move(directory)), limits_(limits) {
        files_.emplace_back(std::move(first));
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
        if (taken() + text.size() > limits_.bytes) return false;
        if (files_.empty() || (files_.back().size() >= limits_.file && files_.size() < limits_.files)) {
            Descriptor next = nameless_file(directory_);
            if (!next) return false;
            files_.emplace_back(std::move(next));
        }
        const auto file = std::prev(files_.end());
        const auto offset = file->append(text);
        if (offset) places_[key] = {file, *offset, text.size()};
        return offset.has_value();
    }
    std::optional<std::string> get(Key key) const {
        const auto found = places_.find(key);
        if (found == places_.end()) return std::nullopt;
        const Place& place = found->second;
        return place.file->read(place.offset, place.size);
    }
    void drop(Key key) {
        const auto found = places_.extract(key);
        if (found.empty()) return;
        const Place& place = found.mapped();
        place.file->drop(place.offset, place.size);
        if (place.file->empty()) files_.erase(place.file);
    }

private:
    struct Place {
        std::list<SpoolFile>::iterator file;
        std::size_t offset = 0;
        std::size_t size = 0;
    };

    [[nodiscard]] std::size_t taken() const {
        std::size_t sum = 0;
        for (const SpoolFile& file : files_) sum += file.taken();
        return sum;
    }
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
    SpoolLimits limits_;
    std::list<SpoolFile> files_;  ///< What comes goes into the last one.
    std::map<Key, Place> places_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void(Worker&)>> jobs_;
    bool stopping_ = false;
    std::thread thread_;
};

Result<std::unique_ptr<Spool>, std::string> Spool::open(boost::asio::io_context& context,
                                                        const std::string& directory, SpoolLimits limits) {
    Descriptor first = nameless_file(directory);
    if (!first) return "cannot make files in " + directory + ": " + std::generic_category().message(errno);
    return std::unique_ptr<Spool>{
        new Spool(context, std::make_unique<Worker>(directory, std::move(first), limits))};
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
