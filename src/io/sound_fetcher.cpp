#include "io/sound_fetcher.hpp"

#include <utility>

namespace legroom::io {
namespace {

constexpr int kFound = 200;

void take(HttpOutcome outcome, const SoundRequest& sound, SoundDecoder& decoder) {
    if (!outcome) {
        std::string why = "cannot be fetched: " + std::string{to_string(outcome.error().error)};
        if (!outcome.error().detail.empty()) why += " (" + outcome.error().detail + ")";
        sound.queue->fail(std::move(why));
    } else if (outcome->status != kFound) {
        sound.queue->fail("cannot be fetched: HTTP status " + std::to_string(outcome->status));
    } else {
        decoder.decode({std::move(outcome->file), sound.mime_type, sound.repeat, sound.queue});
    }
}

}  // namespace

SoundFetcher::SoundFetcher(HttpClient& client, SoundDecoder& decoder, std::string directory,
                           SoundFetchLimits limits)
    : client_(client), decoder_(decoder), directory_(std::move(directory)), limits_(limits) {}

std::function<void()> SoundFetcher::fetch(SoundRequest sound) {
    HttpRequest request;
    request.url = sound.url;
    request.download_directory = directory_;
    request.max_body = limits_.bytes;
    request.total_time = limits_.time;
    request.redirects = limits_.redirects;
    const auto id = client_.send(std::move(request), [this, sound = std::move(sound)](HttpOutcome outcome) {
        take(std::move(outcome), sound, decoder_);
    });
    return [this, id] { client_.cancel(id); };
}

}  // namespace legroom::io
