#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "engine/messages.hpp"
#include "io/descriptor.hpp"

namespace legroom::io {

/// Commands on their way from the control thread to a shard's. Writers never wait for the reader: the
/// lock is held for a push or a few moves. Its length is bounded by what the API admits (legs, rooms, and
/// candidates per leg are capped), not by the queue itself, since a command dropped here would leave
/// control and shard disagreeing.
class Mailbox {
public:
    Mailbox();

    void post(engine::Command command);  ///< From any thread.
    /// The reader's: at most `most` of what was posted, in order. While some are left descriptor() stays
    /// readable.
    std::vector<engine::Command> take(std::size_t most);
    [[nodiscard]] int descriptor() const { return wake_.get(); }  ///< Readable while something waits.
    void wake();  ///< Makes descriptor() readable without a command.

private:
    std::mutex mutex_;
    std::deque<engine::Command> waiting_;
    Descriptor wake_;
};

}  // namespace legroom::io
