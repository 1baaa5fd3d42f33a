#include "io/open_sounds.hpp"

#include <algorithm>
#include <utility>

namespace legroom::io {

void OpenSounds::add(DecodeJob job) {
    if (job.queue->abandoned()) return;
    auto file = SoundFile::open(std::move(job.file), job.mime_type, job.repeat);
    if (file) {
        sounds_.push_back({std::move(*file), std::move(job.queue)});
    } else {
        job.queue->fail(file.error());
    }
}

bool OpenSounds::visit(std::size_t frames) {
    std::erase_if(sounds_, [](const Sound& one) { return one.queue->abandoned(); });
    if (sounds_.empty()) return false;
    // Queues are emptied meanwhile, so this is who had the fewest a moment ago.
    const auto fewest =
        std::ranges::min_element(sounds_, {}, [](const Sound& one) { return one.queue->waiting(); });
    if (fewest->queue->waiting() >= frames) return false;
    if (!decode(*fewest)) sounds_.erase(fewest);
    return true;
}

/// False: it is done.
bool OpenSounds::decode(Sound& sound) {
    audio::Frame frame;
    for (std::size_t i = 0; i < kFramesAVisit && !sound.queue->full(); ++i) {
        switch (sound.file.next(frame)) {
            case SoundFile::Read::frame:
                sound.queue->push(frame);
                break;
            case SoundFile::Read::end:
                sound.queue->finish();
                return false;
            case SoundFile::Read::broken:
                sound.queue->fail(sound.file.why());
                return false;
        }
    }
    return true;
}

void OpenSounds::fail_all(const std::string& why) {
    for (const Sound& one : sounds_) one.queue->fail(why);
    sounds_.clear();
}

}  // namespace legroom::io
