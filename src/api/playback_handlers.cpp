#include "api/playback_handlers.hpp"

#include <boost/json/object.hpp>

#include "api/playback_bodies.hpp"
#include "api/problem.hpp"
#include "api/subject_path.hpp"

namespace legroom::api {
namespace {

PlaybackId playback_of(const Routed& request) { return PlaybackId{request.path.at("playback")}; }

}  // namespace

/// POST /v1/legs/{leg}/play, /v1/rooms/{room}/play: 200 taken, before anything is fetched; 400 the body does
/// not fit, url and tone, neither, no such volume; 404 no such leg or room; 409 the leg only publishes, the
/// room is empty; 503 too many.
Reply PlaybackHandlers::start(const Routed& request) {
    const auto wanted = parse_new_playback(request.body);
    if (!wanted) return problem(wanted.error());

    const auto id = playbacks_.start(subject_of(request), *wanted);
    if (!id) return problem(id.error());

    return {Status::ok, boost::json::object{{"playback_id", id->value}, {"status", "playing"}}};
}

/// PATCH …/play/{playback}: 200; 400 the body does not fit, no such volume; 404 no such leg, room or
/// playback.
Reply PlaybackHandlers::set_volume(const Routed& request) {
    const auto volume = parse_volume(request.body);
    if (!volume) return problem(volume.error());

    const auto done = playbacks_.set_volume(subject_of(request), playback_of(request), *volume);
    if (!done) return problem(done.error());

    return status_word("ok");
}

/// DELETE …/play/{playback}: 200; 404 no such playback there.
Reply PlaybackHandlers::stop(const Routed& request) {
    const auto done = playbacks_.stop(subject_of(request), playback_of(request));
    if (!done) return problem(done.error(), Where::playback_stop);

    return status_word("stopped");
}

}  // namespace legroom::api
