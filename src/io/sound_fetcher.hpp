#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.hpp"
#include "engine/frame_queue.hpp"
#include "io/http_client.hpp"
#include "io/sound_decoder.hpp"

namespace legroom::io {

struct SoundFetchLimits {
    std::uint64_t bytes = 128ULL * 1024 * 1024;
    Duration time = std::chrono::seconds{60};  ///< For the whole file; not in the client's queue.
    unsigned redirects = 5;
};

/// A sound that is somewhere else.
struct SoundRequest {
    std::string url;        ///< http or https.
    std::string mime_type;  ///< As SoundFile::open() takes it; so is `repeat`.
    std::int64_t repeat = 0;
    std::shared_ptr<engine::FrameQueue> queue;
};

/// Fetches sounds whole and has them decoded. What is fetched lies in a file without a name, which is gone
/// when nobody plays it any more, whatever becomes of the program. It is made by the client's thread and
/// closed by that or the decoder's, so nobody else waits for the disk. Control thread only; `client` and
/// `decoder` must outlive it.
class SoundFetcher {
public:
    /// `directory`: on whose disk the files are. Looked at when there is something to fetch.
    SoundFetcher(HttpClient& client, SoundDecoder& decoder, std::string directory,
                 SoundFetchLimits limits = {});

    /// The queue is finished or failed in the end, with a short text. What comes back breaks the fetching
    /// off; call it once the queue is abandoned, as often as you like.
    std::function<void()> fetch(SoundRequest sound);

private:
    HttpClient& client_;
    SoundDecoder& decoder_;
    std::string directory_;
    SoundFetchLimits limits_;
};

}  // namespace legroom::io
