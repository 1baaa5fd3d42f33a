#include "io/stream_output.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

#include "io/socket.hpp"

namespace legroom::io {

void StreamOutput::push(Instant now, ByteVector message, Keep keep) {
    if (waiting_bytes_ + message.size() > limits_.waiting_bytes) drop_stale(now);
    if (waiting_bytes_ + message.size() > limits_.waiting_bytes) {
        ++counters_.unsent;
        return;
    }
    waiting_bytes_ += message.size();
    queue_.push_back({now, keep, std::move(message)});
}

void StreamOutput::push_raw(const ByteVector& bytes) {
    begun_.insert(begun_.end(), bytes.begin(), bytes.end());
}

Result<void> StreamOutput::flush(Instant now, int socket, const Seal& seal) {
    do {
        const auto sent = flush_raw(socket);
        if (!sent || blocked()) return sent;
    } while (begin_next(now, seal));
    return {};
}

Result<void> StreamOutput::flush_raw(int socket) {
    while (blocked()) {
        // The end of a record keeps the kernel from growing its last packet by what comes later: so much of
        // it would wait there, where nothing can be dropped any more.
        const auto count = ::send(socket, begun_.data() + sent_, begun_.size() - sent_,
                                  MSG_DONTWAIT | MSG_NOSIGNAL | MSG_EOR);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
        if (count < 0) return last_error();
        sent_ += static_cast<std::size_t>(count);
    }
    begun_.clear();
    sent_ = 0;
    return {};
}

bool StreamOutput::begin_next(Instant now, const Seal& seal) {
    while (!queue_.empty()) {
        Waiting next = std::move(queue_.front());
        queue_.pop_front();
        waiting_bytes_ -= next.message.size();
        if (is_stale(now, next)) {
            ++counters_.unsent;
            continue;
        }
        begun_ = seal ? seal(std::move(next.message)) : std::move(next.message);
        ++counters_.sent;
        return true;
    }
    return false;
}

void StreamOutput::drop_stale(Instant now) {
    counters_.unsent += std::erase_if(queue_, [&](const Waiting& waiting) {
        if (!is_stale(now, waiting)) return false;
        waiting_bytes_ -= waiting.message.size();
        return true;
    });
}

bool StreamOutput::is_stale(Instant now, const Waiting& waiting) const {
    return waiting.keep == Keep::while_fresh && now - waiting.since > limits_.patience;
}

}  // namespace legroom::io
