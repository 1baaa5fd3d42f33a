#include "sequences/story.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace legroom::sequences {
namespace {

namespace json = boost::json;

std::string text(const json::object& event, std::string_view name) {
    const auto* member = event.if_contains(json::string_view{name.data(), name.size()});
    return member == nullptr ? "" : std::string{member->as_string()};
}

std::string subject_of(const json::object& event) {
    const std::string leg = text(event, "leg_id");
    return leg.empty() ? "room " + text(event, "room_id") : "leg " + leg;
}

}  // namespace

void Story::expect(bool right, std::string_view what) {
    if (right) return;
    wrongs_.push_back(std::string{what} + (now_ == nullptr ? "" : ": " + json::serialize(*now_)));
}

void Story::take(const Event& event) {
    now_ = &event;
    const std::int64_t seq = event.at("event_seq").to_number<std::int64_t>();
    expect(!seq_ || seq == *seq_ + 1, "a number that is not the next");
    seq_ = seq;
    expect(ids_.insert(text(event, "event_id")).second, "an event_id twice");

    const std::string type = text(event, "type");
    const auto dot = type.find('.');
    const std::string_view family = std::string_view{type}.substr(0, dot);
    const std::string_view kind = std::string_view{type}.substr(std::min(dot, type.size() - 1) + 1);
    if (family == "leg" || type == "dtmf.received") {
        leg_event(kind, event);
    } else if (family == "room") {
        room_event(kind, event);
    } else if (family == "playback") {
        playback_event(kind, event);
    } else if (family == "recording") {
        recording_event(kind, event);
    } else if (family == "speaking") {
        speaking_event(kind, event);
    } else {
        expect(false, "an event nobody knows");
    }
    now_ = nullptr;
}

Story::Leg& Story::leg_of(const Event& event) {
    Leg& leg = legs_[text(event, "leg_id")];
    expect(!leg.ended, "an event of a leg that is gone");
    if (leg.app.empty()) leg.app = text(event, "app_id");
    expect(leg.app == text(event, "app_id"), "a leg's event with another app_id");
    return leg;
}

void Story::leg_event(std::string_view kind, const Event& event) {
    Leg& leg = leg_of(event);
    const std::string room = text(event, "room_id");
    const bool of_room = kind == "joined_room" || kind == "left_room";
    expect(of_room == !room.empty() || kind == "role_changed", "the scope is not L, or not LR");
    if (kind == "connected") {
        expect(!std::exchange(leg.connected, true), "connected twice");
    } else if (kind == "interrupted") {
        expect(!std::exchange(leg.interrupted, true), "interrupted twice");
    } else if (kind == "resumed") {
        expect(std::exchange(leg.interrupted, false), "resumed, and was not interrupted");
    } else if (kind == "joined_room") {
        expect(!leg.room, "in two rooms");
        expect(rooms_.contains(room), "joins a room that is not there");
        leg.room = room;
    } else if (kind == "left_room") {
        expect(leg.room == room, "leaves a room it is not in");
        leg.room.reset();
    } else if (kind == "received") {
        expect(event.at("seq").to_number<std::int64_t>() == ++leg.digits, "a digit that is not the next");
    } else if (kind == "role_changed") {
        expect(text(event, "old_role") != text(event, "new_role"), "a role that has not changed");
        expect(leg.room.value_or("") == room, "in another room");
    } else if (kind == "disconnected") {
        disconnected(leg, event);
    } else {
        expect(kind == "muted" || kind == "unmuted" || kind == "deaf" || kind == "undeaf",
               "a leg's event nobody knows");
    }
}

void Story::disconnected(Leg& leg, const Event& event) {
    const bool with_room = event.at("cdr").at("reason") == "room_deleted";
    expect(leg.room.has_value() == with_room, "ends in a room it has not left");
    expect(!leg.room || leg.room_gone, "ends with a room that is still there");
    expect(!leg.speaking, "ends speaking");
    expect(!is_recorded("leg " + text(event, "leg_id")), "ends while it is recorded");
    leg.ended = true;
    ++legs_ended_;
}

void Story::room_event(std::string_view kind, const Event& event) {
    if (kind == "bridged" || kind == "bridge_updated" || kind == "unbridged")
        return bridge_event(kind, event);
    const std::string room = text(event, "room_id");
    if (kind == "created") {
        expect(rooms_.insert(room).second, "created twice");
        return;
    }
    expect(rooms_.contains(room), "an event of a room that is not there");
    if (kind == "deleted") {
        expect(!is_recorded("room " + room), "deleted while it is recorded");
        rooms_.erase(room);
        for (auto& [id, leg] : legs_) leg.room_gone |= leg.room == room;
    } else {
        expect(kind == "routing_changed", "a room's event nobody knows");
    }
}

void Story::bridge_event(std::string_view kind, const Event& event) {
    const std::string id = text(event, "bridge_id");
    expect(rooms_.contains(text(event, "room_a_id")) && rooms_.contains(text(event, "room_b_id")),
           "a bridge of a room that is not there");
    const bool known = bridges_.contains(id);
    expect(known == (kind != "bridged"), "a bridge in the wrong order");
    if (kind == "unbridged") {
        bridges_.erase(id);
    } else {
        bridges_[id] = text(event, "direction");
    }
}

/// A leg's may end after it: "unordered relative to leg.disconnected".
void Story::playback_event(std::string_view kind, const Event& event) {
    expect(event.contains("leg_id") != event.contains("room_id"), "a playback of both or of none");
    Playback& playback = playbacks_[text(event, "playback_id")];
    const std::string subject = subject_of(event);
    expect(playback.subject.empty() || playback.subject == subject, "a playback of somebody else");
    playback.subject = subject;
    expect(!playback.ended, "a playback goes on after its end");
    if (kind == "started") {
        expect(!std::exchange(playback.started, true), "a playback starts twice");
        return;
    }
    expect(kind == "finished" || kind == "error", "a playback's event nobody knows");
    playback.ended = true;
    if (kind == "finished") {
        const auto played = event.at("played_ms").to_number<std::int64_t>();
        expect(played % 20 == 0 && (playback.started || played == 0), "what was played never started");
    }
}

void Story::recording_event(std::string_view kind, const Event& event) {
    expect(event.contains("leg_id") != event.contains("room_id"), "a recording of both or of none");
    const std::string subject = subject_of(event);
    if (event.contains("leg_id")) {
        leg_of(event);
    } else {
        expect(rooms_.contains(text(event, "room_id")), "a recording of a room that is not there");
    }
    Recordings& running = recordings_[subject];
    if (kind == "started") {
        running.files.push_back(text(event, "file"));
        running.paused = false;
        return;
    }
    expect(!running.files.empty(), "a recording that never started");
    if (kind == "paused" || kind == "resumed") {
        expect(running.paused != (kind == "paused"), "paused or resumed twice");
        running.paused = kind == "paused";
    } else if (kind == "finished") {
        recording_finished(running, text(event, "file"));
    } else {
        expect(kind == "error", "a recording's event nobody knows");
    }
}

void Story::recording_finished(Recordings& running, const std::string& file) {
    ++recordings_ended_;
    if (running.files.empty()) return;
    const auto found = file.empty() ? running.files.begin() : std::ranges::find(running.files, file);
    expect(found != running.files.end(), "a file that was not begun");
    if (found != running.files.end()) running.files.erase(found);
    expect(file.empty() || files_.insert(file).second, "a file is finished twice");
}

void Story::speaking_event(std::string_view kind, const Event& event) {
    Leg& leg = leg_of(event);
    expect(leg.speaking != (kind == "started"), "begins or ends to speak twice");
    expect(leg.room.value_or("") == text(event, "room_id"), "speaks in another room");
    leg.speaking = kind == "started";
}

bool Story::has_ended(const std::string& leg) const {
    const auto found = legs_.find(leg);
    return found != legs_.end() && found->second.ended;
}

bool Story::playback_has_ended(const std::string& playback) const {
    const auto found = playbacks_.find(playback);
    return found != playbacks_.end() && found->second.ended;
}

bool Story::is_recorded(const std::string& subject) const {
    const auto found = recordings_.find(subject);
    return found != recordings_.end() && !found->second.files.empty();
}

void Story::end() {
    for (const auto& [id, leg] : legs_) expect(leg.ended, "no leg.disconnected of " + id);
    for (const std::string& room : rooms_) expect(false, "no room.deleted of " + room);
    for (const auto& bridge : bridges_) expect(false, "no room.unbridged of " + bridge.first);
    for (const auto& [id, playback] : playbacks_) expect(playback.ended, "no end of playback " + id);
    for (const auto& [subject, running] : recordings_)
        expect(running.files.empty(), "no recording.finished of " + subject);
}

}  // namespace legroom::sequences
