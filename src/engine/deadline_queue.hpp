#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"

namespace legroom::engine {

/// Who is to be woken when. One deadline a key; a new one replaces the old. Stale entries are skipped
/// when they come up, so that moving a deadline costs one push.
template <class Key>
class DeadlineQueue {
public:
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
    }
    void erase(const Key& key) { current_.erase(key); }

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

    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
    std::unordered_map<Key, Instant> current_;
};

}  // namespace legroom::engine
