#include "io/http_client.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <csignal>
#include <curl/curl.h>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace legroom::io {
namespace {

/// libcurl finds its own deadlines; this is only how long it may sleep without any.
constexpr int kLongestPollMs = 60'000;

void initialise_curl() {
    static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (once != CURLE_OK) throw std::runtime_error(curl_easy_strerror(once));
}

/// OpenSSL may write to a connection that the other end has closed. What the thread blocks, its look-ups' do,
/// too.
void block_signals() {
    sigset_t all{};
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

/// Who waits for what. The client and the context's queue share it, since either may let go first; everything
/// but post() happens on the context's thread.
class HttpClient::Answers : public std::enable_shared_from_this<Answers> {
public:
    using Discard = std::function<void(Descriptor)>;

    explicit Answers(boost::asio::io_context& context) : context_(context) {}

    /// Gets the files that nobody waits for any more, until the client goes.
    void discard_by(Discard discard) { discard_ = std::move(discard); }

    Id expect(Done done) {
        const Id id{++last_id_};
        waiting_.emplace(id, std::move(done));
        ++counters.sent;
        return id;
    }
    bool forget(Id id) {
        if (waiting_.erase(id) == 0) return false;
        ++counters.cancelled;
        return true;
    }
    void forget_all() { waiting_.clear(); }
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }

    /// On any thread, while the client lives: so the context is there.
    void post(Id id, HttpOutcome outcome) {
        const auto shared = std::make_shared<HttpOutcome>(std::move(outcome));
        boost::asio::post(context_,
                          [self = shared_from_this(), id, shared] { self->tell(id, std::move(*shared)); });
    }

    HttpClientCounters counters;

private:
    void tell(Id id, HttpOutcome outcome) {
        auto one = waiting_.extract(id);
        if (one.empty()) {
            if (discard_ && outcome && outcome->file) discard_(std::move(outcome->file));
            return;
        }
        ++(outcome ? counters.answered : counters.failed);
        if (!outcome && outcome.error().error == HttpError::busy) ++counters.busy;
        one.mapped()(std::move(outcome));
    }

    boost::asio::io_context& context_;
    std::map<Id, Done> waiting_;
    Discard discard_;
    std::uint64_t last_id_ = 0;
};

/// The thread, and what it drives.
class HttpClient::Worker {
public:
    Worker(Answers& answers, HttpClientLimits limits) : answers_(answers), limits_(limits) {
        if (!multi_) throw std::runtime_error("libcurl: no memory");
        thread_ = std::thread([this] { run(); });
    }
    ~Worker() {
        stopping_ = true;
        curl_multi_wakeup(multi_.get());
        thread_.join();
        for (auto& entry : running_) end(entry.second->handle(), *entry.second);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start(Id id, HttpRequest request) { order({id, std::make_unique<HttpRequest>(std::move(request))}); }
    void cancel(Id id) { order({id, nullptr}); }
    void close(Descriptor file) { order({Id{}, nullptr, std::move(file)}); }

private:
    struct Order {
        Id id;
        std::unique_ptr<HttpRequest> request = nullptr;  ///< nullptr: to be cancelled; none has Id{}.
        Descriptor file = {};                            ///< To be closed.
    };

    void order(Order what) {
        const std::lock_guard lock{mutex_};
        orders_.push_back(std::move(what));
        curl_multi_wakeup(multi_.get());
    }

    void run() {
        block_signals();
        while (!stopping_) {
            obey();
            fill();
            int running = 0;
            curl_multi_perform(multi_.get(), &running);
            collect();
            if (waiting_.empty() || running_.size() >= limits_.transfers)
                curl_multi_poll(multi_.get(), nullptr, 0, kLongestPollMs, nullptr);
        }
    }

    void obey() {
        std::vector<Order> orders;
        {
            const std::lock_guard lock{mutex_};
            orders.swap(orders_);
        }
        for (Order& one : orders) {
            if (!one.request) {
                call_off(one.id);
            } else if (waiting_.size() >= limits_.queued && running_.size() >= limits_.transfers) {
                answers_.post(one.id, HttpFailure{HttpError::busy, "too many requests wait"});
            } else {
                waiting_.push_back(std::move(one));
                fill();
            }
        }
    }

    void call_off(Id id) {
        std::erase_if(waiting_, [id](const Order& one) { return one.id == id; });
        if (const auto found = running_.find(id); found != running_.end()) {
            end(found->second->handle(), *found->second);
            by_handle_.erase(found->second->handle());
            running_.erase(found);
        }
    }

    void fill() {
        while (!waiting_.empty() && running_.size() < limits_.transfers) {
            Order next = std::move(waiting_.front());
            waiting_.pop_front();
            begin(next.id, std::move(*next.request));
        }
    }

    void begin(Id id, HttpRequest request) {
        auto transfer = std::make_unique<HttpTransfer>(std::move(request));
        if (auto problem = transfer->prepare()) {
            answers_.post(id, std::move(*problem));
            return;
        }
        if (const auto code = curl_multi_add_handle(multi_.get(), transfer->handle()); code != CURLM_OK) {
            static_cast<void>(transfer->finish(CURLE_FAILED_INIT));
            answers_.post(id, HttpFailure{HttpError::busy, curl_multi_strerror(code)});
            return;
        }
        by_handle_[transfer->handle()] = id;
        running_[id] = std::move(transfer);
    }

    /// Its outcome is nobody's; what it has written goes.
    void end(void* handle, HttpTransfer& transfer) {
        curl_multi_remove_handle(multi_.get(), handle);
        static_cast<void>(transfer.finish(CURLE_ABORTED_BY_CALLBACK));
    }

    void collect() {
        int left = 0;
        while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            void* const handle = message->easy_handle;
            const CURLcode code = message->data.result;  // the message goes with the handle
            const auto id = by_handle_.extract(handle).mapped();
            const auto transfer = running_.extract(id);
            curl_multi_remove_handle(multi_.get(), handle);
            answers_.post(id, transfer.mapped()->finish(code));
        }
    }

    Answers& answers_;
    HttpClientLimits limits_;
    std::unique_ptr<CURLM, CURLMcode (*)(CURLM*)> multi_{curl_multi_init(), curl_multi_cleanup};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::vector<Order> orders_;

    // The thread's own.
    std::deque<Order> waiting_;
    std::map<Id, std::unique_ptr<HttpTransfer>> running_;
    std::map<void*, Id> by_handle_;

    std::thread thread_;
};

HttpClient::HttpClient(boost::asio::io_context& context, HttpClientLimits limits)
    : answers_(std::make_shared<Answers>(context)) {
    initialise_curl();
    worker_ = std::make_unique<Worker>(*answers_, limits);
    answers_->discard_by([this](Descriptor file) { worker_->close(std::move(file)); });
}

HttpClient::~HttpClient() {
    answers_->discard_by({});
    worker_.reset();
    answers_->forget_all();
}

HttpClient::Id HttpClient::send(HttpRequest request, Done done) {
    const Id id = answers_->expect(std::move(done));
    worker_->start(id, std::move(request));
    return id;
}

void HttpClient::cancel(Id id) {
    if (answers_->forget(id)) worker_->cancel(id);
}

const HttpClientCounters& HttpClient::counters() const { return answers_->counters; }

std::size_t HttpClient::under_way() const { return answers_->size(); }

}  // namespace legroom::io
