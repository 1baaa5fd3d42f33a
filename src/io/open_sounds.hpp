#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/frame_queue.hpp"
#include "io/descriptor.hpp"
#include "io/sound_file.hpp"

namespace legroom::io {

/// A file that is there, to be decoded into a queue.
struct DecodeJob {
    Descriptor file;
    std::string mime_type;
    std::int64_t repeat = 0;
    std::shared_ptr<engine::FrameQueue> queue;
};

/// The files that are being decoded, each into its queue. A few frames at a time, always for whom the fewest
/// wait: so where there is more to do than can be done, all have the same of it, and none has to wait until
/// another's queue is full. Any one thread; waits for the disk.
class OpenSounds {
public:
    static constexpr std::size_t kFramesAVisit = 4;

    void add(DecodeJob job);  ///< Its queue fails at once if this is no sound.

    /// Decodes for the queue with the fewest frames. False: none has fewer than so many. Those that are done,
    /// or abandoned, are forgotten and their files closed.
    bool visit(std::size_t frames);

    void fail_all(const std::string& why);
    [[nodiscard]] std::size_t size() const { return sounds_.size(); }

private:
    struct Sound {
        SoundFile file;
        std::shared_ptr<engine::FrameQueue> queue;
    };
    static bool decode(Sound& sound);

    std::vector<Sound> sounds_;
};

}  // namespace legroom::io
