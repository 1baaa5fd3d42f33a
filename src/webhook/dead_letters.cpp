#include "webhook/dead_letters.hpp"

#include <utility>

namespace legroom::webhook {
namespace {

std::size_t size_of(const DeadLetter& letter) {
    return letter.event_id.size() + letter.url.size() + letter.error.size() + letter.body.size();
}

}  // namespace

std::string_view to_string(DeadReason reason) {
    switch (reason) {
        case DeadReason::expired:
            return "expired";
        case DeadReason::overflow:
            return "overflow";
        case DeadReason::lost:
            return "lost";
    }
    return "";
}

void DeadLetters::add(DeadLetter letter) {
    bytes_ += size_of(letter);
    letters_.push_back(std::move(letter));
    while (letters_.size() > kMaxDeadLetters || (letters_.size() > 1 && bytes_ > kMaxDeadLetterBytes)) {
        bytes_ -= size_of(letters_.front());
        letters_.pop_front();
        ++forgotten_;
    }
}

}  // namespace legroom::webhook
