#include "io/sound_fetcher.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "io/nameless_file.hpp"

namespace legroom::io {
namespace {

constexpr int kOk = 200;

void take(const HttpOutcome& outcome, SoundRequest& sound, Descriptor file, SoundDecoder& decoder) {
    if (!outcome) {
        std::string why = "cannot be fetched: " + std::string{to_string(outcome.error().error)};
        if (!outcome.error().detail.empty()) why += " (" + outcome.error().detail + ")";
        sound.queue->fail(std::move(why));
    } else if (outcome->status != kOk) {
        sound.queue->fail("cannot be fetched: HTTP status " + std::to_string(outcome->status));
    } else if (!file) {
        sound.queue->fail("cannot be read: " + std::generic_category().message(errno));
    } else {
        decoder.decode({std::move(file), sound.mime_type, sound.repeat, sound.queue});
    }
}

}  // namespace

SoundFetcher::SoundFetcher(HttpClient& client, SoundDecoder& decoder, std::string directory,
                           SoundFetchLimits limits)
    : client_(client), decoder_(decoder), directory_(std::move(directory)), limits_(limits) {}

std::function<void()> SoundFetcher::fetch(SoundRequest sound) {
    const auto file = std::make_shared<Descriptor>(nameless_file(directory_));
    if (!*file) {
        sound.queue->fail("no temporary file: " + std::generic_category().message(errno));
        return {};
    }
    HttpRequest request;
    request.url = sound.url;
    request.download_file = "/proc/self/fd/" + std::to_string(file->get());
    request.max_body = limits_.bytes;
    request.total_time = limits_.time;
    request.redirects = limits_.redirects;
    // The request keeps the file: its number must not become another's before the client has opened it.
    request.allow = [file](const IpAddress&) { return true; };
    const auto id = client_.send(
        std::move(request), [this, file, sound = std::move(sound)](const HttpOutcome& outcome) mutable {
            take(outcome, sound, Descriptor{::fcntl(file->get(), F_DUPFD_CLOEXEC, 0)}, decoder_);
        });
    return [this, id] { client_.cancel(id); };
}

}  // namespace legroom::io
