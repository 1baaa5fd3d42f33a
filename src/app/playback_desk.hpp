#pragma once

#include <boost/asio/io_context.hpp>
#include <string>

#include "base/random.hpp"
#include "call/playback_service.hpp"
#include "io/http_client.hpp"
#include "io/sound_decoder.hpp"
#include "io/sound_fetcher.hpp"

namespace legroom::app {

/// Playbacks and where their sounds come from: an HTTP client of their own, so that sounds that come slowly
/// are in nobody else's way, and the thread that decodes. Control thread only; all it is given must outlive
/// it.
class PlaybackDesk {
public:
    PlaybackDesk(boost::asio::io_context& context, call::Switchboard& board, Random& random,
                 std::string directory);

    call::PlaybackService& service() { return service_; }

private:
    io::HttpClient client_;
    io::SoundDecoder decoder_;
    io::SoundFetcher fetcher_;
    call::PlaybackService service_;
};

}  // namespace legroom::app
