#pragma once

#include <array>
#include <cstddef>

#include "audio/frame.hpp"
#include "base/ids.hpp"

namespace legroom::engine {

/// One direction of a bridge: what one room says in a tick is heard by the other in the next. So it does not
/// matter which of them is mixed first, and sound that goes round in a ring of rooms takes a tick for each.
class Lane {
public:
    /// What arrives in this tick; nullptr: nothing.
    [[nodiscard]] const audio::Frame* arriving() const {
        return open_ && sounds_ ? &frames_[heard_] : nullptr;
    }
    /// Where to put what leaves in this tick; nullptr: the lane is closed.
    [[nodiscard]] audio::Frame* leaving() { return open_ ? &frames_[1 - heard_] : nullptr; }
    /// Something was put there. What is not said so within the tick is lost.
    void sound() { said_ = true; }

    /// The tick is over: what left arrives.
    void hand_over() {
        heard_ = 1 - heard_;
        sounds_ = said_;
        said_ = false;
    }
    /// What is under way in a lane that is closed is lost.
    void set_open(bool open) {
        open_ = open;
        sounds_ = sounds_ && open;
        said_ = said_ && open;
    }

private:
    std::array<audio::Frame, 2> frames_{};
    std::size_t heard_ = 0;
    bool open_ = false;
    bool sounds_ = false;
    bool said_ = false;
};

class Room;

/// Two rooms that hear each other. Belongs to both: neither may go before it.
struct Bridge {
    Room* a = nullptr;
    Room* b = nullptr;
    Lane a_to_b;
    Lane b_to_a;
};

/// A bridge as one of its rooms sees it: a participant that says what arrives, and hears what is to leave.
struct BridgeEnd {
    const Lane* in = nullptr;
    Lane* out = nullptr;
};

}  // namespace legroom::engine
