#include "vsi/session.hpp"

#include <algorithm>
#include <utility>

#include "api/json_body.hpp"
#include "vsi/commands.hpp"

namespace legroom::vsi {

Session::~Session() {
    if (performing_ && call_off_) call_off_();
    if (gone_) gone_(*this);
}

void Session::offer(const events::RecordPtr& record) {
    if (events_.offer(record)) wake();
}

void Session::start(Instant now, Wake wake) {
    wake_ = std::move(wake);
    heard_at_ = now;
    ping_at_ = now + kPingEvery;
}

void Session::receive(Instant now, std::string_view text) {
    heard_at_ = now;
    if (ending_ != Ending::none) return;
    waiting_.emplace_back(text);
    run_commands(now);
}

void Session::shut_down() {
    ending_ = Ending::close;
    wake();
}

std::optional<std::string> Session::poll(Instant now) {
    run_commands(now);
    candidates_.ask(now);
    auto frame = next_frame();
    if (frame) writing_since_ = now;
    return frame;
}

/// Results before events: there are few of them, and somebody waits for each.
std::optional<std::string> Session::next_frame() {
    if (!std::exchange(greeted_, true)) return connected_frame();
    if (!replies_.empty()) {
        std::string frame = std::move(replies_.front());
        replies_.pop_front();
        return frame;
    }
    if (ending_ != Ending::none) return std::nullopt;
    auto frame = events_.take();
    if (!frame && events_.unfinished()) wake();
    return frame;
}

void Session::run_commands(Instant now) {
    while (!performing_ && !waiting_.empty() && replies_.size() < kMaxRepliesWaiting &&
           ending_ == Ending::none) {
        const std::string text = std::move(waiting_.front());
        waiting_.pop_front();
        obey(now, text);
    }
}

void Session::obey(Instant now, std::string_view text) {
    auto asked = parse_frame(text);
    if (!asked) return reply(not_json_frame());
    if (asked->type == "pong") return;
    if (asked->type == "stop") {
        ending_ = Ending::close;
        return;
    }
    run(now, std::move(*asked));
}

void Session::run(Instant now, Asked asked) {
    const auto refuse = [&](const std::string& why) {
        reply(error_frame(asked, api::Status::bad_request, why));
    };
    const Command* command = find_command(asked.type);
    if (command == nullptr) return refuse("unknown command: " + asked.type);
    const boost::json::object none;
    const auto* payload = asked.payload.is_null() ? &none : asked.payload.if_object();
    if (payload == nullptr) return refuse("invalid payload: it must be an object");
    if (asked.type == "webrtc_offer") {
        api::Fields fields{*payload};
        asked.pushes_candidates = fields.flag("push_candidates").value_or(false);
        if (!fields.ok()) return refuse("invalid payload: push_candidates must be a boolean");
    }
    const auto call = to_call(*command, *payload);
    if (!call) return refuse("invalid payload: " + call.error());
    if (asked.pushes_candidates && candidates_.full())
        return reply(error_frame(asked, api::Status::unavailable, "too many legs push their candidates"));
    perform(now, *call, asked);
}

void Session::perform(Instant now, const api::Call& call, const Asked& asked) {
    performing_ = true;
    auto call_off = perform_(now, call, [this, asked](const api::Reply& answer) { answered(asked, answer); });
    if (performing_) call_off_ = std::move(call_off);
}

void Session::answered(const Asked& asked, const api::Reply& answer) {
    performing_ = false;
    call_off_ = {};
    reply(result_frame(asked, answer));
    if (asked.pushes_candidates && answer.status == api::Status::ok)
        candidates_.begin(std::string{answer.body.at("leg_id").as_string()});
}

void Session::reply(std::string frame) {
    replies_.push_back(std::move(frame));
    wake();
}

void Session::wake() const {
    if (wake_) wake_();
}

void Session::handle_timeout(Instant now) {
    if (writing_since_ && now >= *writing_since_ + kWriteLimit) ending_ = Ending::abort;
    if (!takes_frames()) heard_at_ = now;  // What it may have sent is not read.
    if (now >= heard_at_ + kIdleLimit) ending_ = std::max(ending_, Ending::close);
    if (now < ping_at_ || ending_ != Ending::none) return;
    ping_at_ = now + kPingEvery;
    reply(ping_frame(++pings_));
}

std::optional<Instant> Session::deadline() const {
    if (ending_ == Ending::abort) return std::nullopt;
    const Instant regular = std::min(ping_at_, heard_at_ + kIdleLimit);
    if (ending_ == Ending::none)
        return writing_since_ ? std::min(regular, *writing_since_ + kWriteLimit) : regular;
    if (writing_since_) return *writing_since_ + kWriteLimit;
    return std::nullopt;
}

}  // namespace legroom::vsi
