#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"

namespace legroom::engine {

/// Who is to be woken when. One deadline a key; a new one replaces the old. Stale entries are skipped
/// when they come up, so that moving a deadline costs one push; they are swept out before they outnumber
/// the others by more than kMaxStale.
template <class Key>
class DeadlineQueue {
public:
    static constexpr std::size_t kMaxStale = 1024;

    /// nullopt: not to be woken.
    void set(const Key& key, std::optional<Instant> deadline) {
        if (!deadline) {
            current_.erase(key);
            return;
        }
        const auto [current, fresh] = current_.try_emplace(key, *deadline);
        if (!fresh && current->second == *deadline) return;
        current->second = *deadline;
        entries_.push({*deadline, key});
        if (entries_.size() > 2 * current_.size() + kMaxStale) sweep();
    }
    void erase(const Key& key) { current_.erase(key); }
    /// Entries kept, the stale ones included.
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

    /// The earliest deadline.
    std::optional<Instant> next() {
        skip_stale();
        if (entries_.empty()) return std::nullopt;
        return entries_.top().at;
    }

    /// Takes out one key that is due; nullopt when none is.
    std::optional<Key> pop_due(Instant now) {
        skip_stale();
        if (entries_.empty() || entries_.top().at > now) return std::nullopt;
        Key key = entries_.top().key;
        entries_.pop();
        current_.erase(key);
        return key;
    }

private:
    struct Entry {
        Instant at;
        Key key;
        friend bool operator>(const Entry& a, const Entry& b) { return a.at > b.at; }
    };

    void skip_stale() {
        while (!entries_.empty()) {
            const auto found = current_.find(entries_.top().key);
            if (found != current_.end() && found->second == entries_.top().at) return;
            entries_.pop();
        }
    }

    void sweep() {
        entries_ = {};
        for (const auto& [key, at] : current_) entries_.push({at, key});
    }

    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
    std::unordered_map<Key, Instant> current_;
};

}  // namespace legroom::engine
