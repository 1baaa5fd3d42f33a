#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "events/ledger.hpp"

namespace legroom::webhook {

inline constexpr std::size_t kMaxDeadLetters = 1'000;
inline constexpr std::size_t kMaxDeadLetterBytes = 1024 * 1024;  ///< Of their texts.

/// Why an event is not delivered.
enum class DeadReason : std::uint8_t {
    expired,   ///< Tried for Limits::give_up, at least kMinAttempts times.
    overflow,  ///< Too many were waiting already: it was never tried.
    lost,      ///< It could not be read back from disk.
};
std::string_view to_string(DeadReason reason);

struct DeadLetter {
    events::Seq seq = 0;
    std::string event_id;
    std::string type;
    std::string url;  ///< shown_url()
    DeadReason reason{};
    unsigned attempts = 0;
    std::string error;  ///< Of the last attempt; "" when there was none.
    Duration waited{};  ///< From the event to here.
    std::string body;   ///< The event; "" when it was lost.
};

/// The latest events that were given up, oldest first.
class DeadLetters {
public:
    /// Forgets the oldest until both limits are kept; counted.
    void add(DeadLetter letter);

    [[nodiscard]] const std::deque<DeadLetter>& all() const { return letters_; }
    [[nodiscard]] std::uint64_t total() const { return letters_.size() + forgotten_; }
    [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

private:
    std::deque<DeadLetter> letters_;
    std::size_t bytes_ = 0;
    std::uint64_t forgotten_ = 0;
};

}  // namespace legroom::webhook
