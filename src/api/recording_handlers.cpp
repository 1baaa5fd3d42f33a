#include "api/recording_handlers.hpp"

#include <boost/json/object.hpp>

#include "api/problem.hpp"
#include "api/recording_body.hpp"
#include "api/render.hpp"
#include "api/subject_path.hpp"

namespace legroom::api {
namespace {

Reply started(const call::StartedRecording& done, const std::string& storage) {
    if (done.error == call::Error::recording_unwritable)
        return refusal(Status::internal_error, "cannot write the recording: " + done.why);
    if (done.error) return problem(done.error, Where::anywhere, storage);
    return {Status::ok, {{"status", "recording"}, {"file", done.file}}};
}

Reply stopped(const Result<call::RecordingFinished>& done) {
    if (!done) return problem(done.error());
    boost::json::object body{{"status", "stopped"}};
    add_recording(*done, body);
    return {Status::ok, std::move(body)};
}

/// Nothing that happens elsewhere ends the wait.
std::optional<Reply> keep_waiting() { return std::nullopt; }

Deferred wait_for_disk(Instant until, std::function<void(Answer)> ask) {
    return {until, refusal(Status::unavailable, "the disk did not answer in time"), LegId{"-"}, keep_waiting,
            std::move(ask)};
}

}  // namespace

/// POST …/record: 200 the file is being written; 400 the body does not fit, another storage; 404 no such leg
/// or room; 409 one is in progress, the name is taken, nobody is in the room; 500 the file cannot be made;
/// 503 too many, or a disk that hangs: then nothing is recorded.
Outcome RecordingHandlers::start(const Routed& request) {
    const auto wanted = parse_recording(request.body);
    if (!wanted) return problem(wanted.error());

    const auto ask = [this, what = subject_of(request), wanted = *wanted](const Answer& answer) {
        recordings_.start(what, wanted, [answer, storage = wanted.storage](const auto& done) {
            answer(started(done, storage));
        });
    };
    Deferred wait = wait_for_disk(request.now + kRecordStartPatience, ask);
    wait.give_up = [this, what = subject_of(request)] { recordings_.cancel_start(what); };
    return wait;
}

/// DELETE …/record: 200 the file is there, "" if nothing was heard; 404 no such leg or room, or none of it in
/// progress; 503 a disk that hangs.
Outcome RecordingHandlers::stop(const Routed& request) {
    const auto ask = [this, what = subject_of(request)](const Answer& answer) {
        recordings_.stop(what, [answer](const auto& done) { answer(stopped(done)); });
    };
    return wait_for_disk(request.now + kRecordStopPatience, ask);
}

/// POST …/record/pause, …/record/resume: 200, changed or not; 404 as for a stop. A body is not looked at.
Reply RecordingHandlers::set_paused(const Routed& request, bool paused) {
    const auto changed = recordings_.set_paused(request.now, subject_of(request), paused);
    if (!changed) return problem(changed.error());

    if (paused) return status_word(*changed ? "paused" : "already_paused");
    return status_word(*changed ? "resumed" : "not_paused");
}

}  // namespace legroom::api
