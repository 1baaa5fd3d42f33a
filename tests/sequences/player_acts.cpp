// What each verb of a script does, and what may come of it.
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "sequences/player.hpp"

#include "call/call_test_world.hpp"

namespace legroom::sequences {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

std::string quoted(const std::string& text) { return json::serialize(json::value(text)); }

/// An offer of a peer that is not there.
std::string told_offer(Random& random, bool digits) {
    std::string offer = digits ? call::test::offer_with_digits() : call::test::plain_offer();
    const std::string ufrag = "a=ice-ufrag:peer";
    return offer.replace(offer.find(ufrag), ufrag.size(), "a=ice-ufrag:" + random.ice_chars(8));
}

}  // namespace

const std::map<Verb, Player::Act>& Player::acts() {
    static const std::map<Verb, Act> table{
        {Verb::offer, &Player::offer},
        {Verb::offer_again, &Player::offer_again},
        {Verb::hang_up, &Player::hang_up},
        {Verb::candidates, &Player::candidates},
        {Verb::ice_status, &Player::ice_status},
        {Verb::mute, &Player::flag},
        {Verb::unmute, &Player::flag},
        {Verb::deafen, &Player::flag},
        {Verb::undeafen, &Player::flag},
        {Verb::gain, &Player::gain},
        {Verb::role, &Player::role},
        {Verb::accept_digits, &Player::flag},
        {Verb::reject_digits, &Player::flag},
        {Verb::send_digits, &Player::send_digits},
        {Verb::create_room, &Player::create_room},
        {Verb::delete_room, &Player::delete_room},
        {Verb::join, &Player::join},
        {Verb::leave, &Player::leave},
        {Verb::routing, &Player::routing},
        {Verb::bridge, &Player::bridge},
        {Verb::turn_bridge, &Player::turn_bridge},
        {Verb::delete_bridge, &Player::delete_bridge},
        {Verb::play_leg, &Player::play_sound},
        {Verb::play_room, &Player::play_sound},
        {Verb::volume, &Player::volume},
        {Verb::stop_playing, &Player::stop_playing},
        {Verb::record_leg, &Player::record},
        {Verb::record_room, &Player::record},
        {Verb::pause_recording, &Player::pause},
        {Verb::resume_recording, &Player::pause},
        {Verb::stop_recording, &Player::stop_recording},
        {Verb::connect, &Player::connect},
        {Verb::interrupt, &Player::interrupt},
        {Verb::come_back, &Player::come_back},
        {Verb::fail, &Player::fail},
        {Verb::press, &Player::press},
        {Verb::speak, &Player::speak},
        {Verb::sound, &Player::sound},
        {Verb::disk, &Player::disk},
        {Verb::wait, &Player::wait},
    };
    return table;
}

void Player::offer(const Line& line) {
    if (one_in(8)) {
        const std::string body =
            one_of<std::string>({"", "{", R"({"sdp":5})", R"({"sdp":"v=1"})", R"({"sdp":"","mute":true})",
                                 R"({"sdp":"","max_duration":-1})", R"({"sdp":"","headers":[]})"});
        return ask("POST", "/v1/webrtc/offer", {}, body, {400});
    }
    Leg leg;
    leg.app = one_of<std::string>({"", "shop", fmt::format("caller-{}", line.slot)});
    json::object body{{"app_id", leg.app}};
    if ((leg.muted = one_in(5))) body["mute"] = true;
    if ((leg.deaf = one_in(8))) body["deaf"] = true;
    if (one_in(5)) body["accept_dtmf"] = leg.accepts = false;
    if (one_in(4)) body["role"] = leg.role = "agent";
    if ((leg.detects = one_in(2))) body["speech_detection"] = true;
    if (one_in(6)) body["max_duration"] = 1;
    if (peers_ == Peers::real) body["reconnect_grace"] = 1;
    if (one_in(3)) body["room_id"] = *(leg.room = room_name(line.room));
    leg.takes_digits = peers_ == Peers::real || one_in(2);
    if (peers_ == Peers::real) {
        scenario::ClientConfig config;
        config.certificate = scenario::shared_certificate();
        config.addresses = {*Endpoint::parse(fmt::format("10.0.1.{}:5000", browsers_.size() + 1))};
        config.listens = false;
        config.telephone_event_48k = 110;
        browsers_.push_back(std::make_unique<scenario::Browser>(config, random_));
        leg.browser = browsers_.back().get();
        network_.attach(config.addresses.front(), *leg.browser);
        body["sdp"] = leg.browser->client.offer();
    } else {
        body["sdp"] = told_offer(random_, leg.takes_digits);
    }
    ask("POST", "/v1/webrtc/offer", {}, json::serialize(body), {200},
        [this, leg, slot = line.slot](const Answer& answer) { made(leg, slot, answer); });
}

void Player::made(Leg leg, unsigned slot, const Answer& answer) {
    leg.id = answer.body.at("leg_id").as_string();
    if (leg.room) open_room(*leg.room, leg.app, 16'000);
    if (leg.browser != nullptr) {
        const std::string sdp{answer.body.at("sdp").as_string()};
        expect(leg.browser->client.accept(network_.now(), sdp), "the answer cannot be read");
        network_.pump(*leg.browser);
    }
    slots_[slot] = leg.id;
    legs_[leg.id] = std::move(leg);
}

void Player::open_room(const std::string& name, const std::string& app, int rate) {
    rooms_.try_emplace(name, Room{app, rate});
}

/// 409 while an earlier one is under way.
void Player::offer_again(const Line& line) {
    Leg* leg = leg_of(line.slot);
    const Places places{{"leg", id_of(line.slot)}};
    if (leg == nullptr || one_in(4)) {
        const bool bad = leg != nullptr;
        const std::string body =
            json::serialize(json::object{{"sdp", bad ? "v=1" : told_offer(random_, true)}});
        return ask("POST", "/v1/legs/{leg}/offer", places, body, {bad ? 400U : 404U});
    }
    scenario::Browser* browser = leg->browser;
    const std::string sdp =
        browser != nullptr ? browser->client.restart_offer() : told_offer(random_, leg->takes_digits);
    const auto taker = [this, browser](const Answer& answer) {
        if (browser == nullptr) return;
        const std::string text{answer.body.at("sdp").as_string()};
        expect(browser->client.accept_restart(network_.now(), text), "the answer cannot be read");
        network_.pump(*browser);
    };
    ask("POST", "/v1/legs/{leg}/offer", places, json::serialize(json::object{{"sdp", sdp}}), {200, 409},
        taker);
}

void Player::hang_up(const Line& line) {
    const bool there = leg_of(line.slot) != nullptr;
    const Places places{{"leg", id_of(line.slot)}};
    if (one_in(8)) return ask("DELETE", "/v1/legs/{leg}", places, "{", {400});
    ask("DELETE", "/v1/legs/{leg}", places, one_in(2) ? R"({"reason":"busy"})" : "", {there ? 200U : 404U});
}

void Player::candidates(const Line& line) {
    const bool there = leg_of(line.slot) != nullptr;
    const Places places{{"leg", id_of(line.slot)}};
    const std::string_view pattern = "/v1/legs/{leg}/ice-candidates";
    if (one_in(2)) return ask("GET", pattern, places, "", {there ? 200U : 404U});
    if (one_in(3)) return ask("POST", pattern, places, R"({"candidate":5})", {400});
    if (one_in(3)) return ask("POST", pattern, places, R"({"candidate":"x"})", {there ? 500U : 404U});
    ask("POST", pattern, places, R"({"candidate":"candidate:1 1 udp 1 192.0.2.9 9 typ host"})",
        {there ? 200U : 404U});
}

/// Which the leg may not live to see, and the media thread may be late.
void Player::ice_status(const Line& line) {
    const bool there = leg_of(line.slot) != nullptr;
    ask("GET", "/v1/legs/{leg}/ice", {{"leg", id_of(line.slot)}}, "",
        there ? Codes{200, 404, 503} : Codes{404});
}

void Player::flag(const Line& line) {
    struct Twin {
        std::string_view method;
        std::string_view pattern;
    };
    static const std::map<Verb, Twin> twins{
        {Verb::mute, {"POST", "/v1/legs/{leg}/mute"}},
        {Verb::unmute, {"DELETE", "/v1/legs/{leg}/mute"}},
        {Verb::deafen, {"POST", "/v1/legs/{leg}/deaf"}},
        {Verb::undeafen, {"DELETE", "/v1/legs/{leg}/deaf"}},
        {Verb::accept_digits, {"POST", "/v1/legs/{leg}/dtmf/accept"}},
        {Verb::reject_digits, {"POST", "/v1/legs/{leg}/dtmf/reject"}},
    };
    const Twin& twin = twins.at(line.verb);
    Leg* leg = leg_of(line.slot);
    ask(twin.method, twin.pattern, {{"leg", id_of(line.slot)}}, "", {leg != nullptr ? 200U : 404U},
        [this, leg, verb = line.verb](const Answer&) { set_flag(*leg, verb); });
}

void Player::set_flag(Leg& leg, Verb verb) {
    if (verb == Verb::mute || verb == Verb::unmute) leg.muted = verb == Verb::mute;
    if (verb == Verb::deafen || verb == Verb::undeafen) leg.deaf = verb == Verb::deafen;
    if (verb == Verb::accept_digits || verb == Verb::reject_digits) leg.accepts = verb == Verb::accept_digits;
}

void Player::gain(const Line& line) {
    Leg* leg = leg_of(line.slot);
    const Places places{{"leg", id_of(line.slot)}};
    const unsigned otherwise = leg != nullptr ? 400 : 404;
    if (one_in(6)) return ask("PATCH", "/v1/legs/{leg}", places, R"({"gain_db":"x"})", {400});
    if (one_in(6)) return ask("PATCH", "/v1/legs/{leg}", places, R"({"gain_db":20.5})", {otherwise});
    const double decibels = -6.0 * below(3);
    ask("PATCH", "/v1/legs/{leg}", places, fmt::format(R"({{"gain_db":{}}})", decibels),
        {leg != nullptr ? 200U : 404U}, [leg, decibels](const Answer&) { leg->gain = decibels; });
}

void Player::role(const Line& line) {
    Leg* leg = leg_of(line.slot);
    const Places places{{"leg", id_of(line.slot)}};
    if (one_in(6)) return ask("PATCH", "/v1/legs/{leg}/role", places, R"({"role":5})", {400});
    const std::string role = one_of<std::string>({"", "agent", "customer", "supervisor"});
    ask("PATCH", "/v1/legs/{leg}/role", places, R"({"role":)" + quoted(role) + "}",
        {leg != nullptr ? 200U : 404U}, [leg, role](const Answer&) { leg->role = role; });
}

void Player::send_digits(const Line& line) {
    const Leg* leg = leg_of(line.slot);
    const Places places{{"leg", id_of(line.slot)}};
    const std::string_view pattern = "/v1/legs/{leg}/dtmf";
    if (one_in(6)) return ask("POST", pattern, places, R"({"digits":7})", {400});
    if (one_in(6)) return ask("POST", pattern, places, R"({"digits":""})", {leg != nullptr ? 400U : 404U});
    const unsigned code = leg == nullptr ? 404 : leg->takes_digits ? 200 : 409;
    ask("POST", pattern, places, R"({"digits":"12#x"})", {code});
}

void Player::create_room(const Line& line) {
    if (one_in(10))
        return ask("POST", "/v1/rooms", {}, "{", {200}, [this](const Answer& answer) {
            open_room(std::string{answer.body.at("id").as_string()}, "", 16'000);
        });
    const std::string name = room_name(line.room);
    if (one_in(8))
        return ask("POST", "/v1/rooms", {}, R"({"sample_rate":44100,"id":)" + quoted(name) + "}", {400});
    const int rate = one_of<int>({0, 8'000, 16'000, 48'000});
    const std::string body =
        fmt::format(R"({{"id":{},"app_id":"hall","sample_rate":{}}})", quoted(name), rate);
    ask("POST", "/v1/rooms", {}, body, {find_room(name) == nullptr ? 200U : 409U},
        [this, name, rate](const Answer&) { open_room(name, "hall", rate == 0 ? 16'000 : rate); });
}

void Player::delete_room(const Line& line) {
    const std::string name = room_name(line.room);
    const unsigned code = find_room(name) == nullptr ? 404 : 200;
    ask("DELETE", "/v1/rooms/{room}", {{"room", name}}, "", {code}, [this, name](const Answer&) {
        rooms_.erase(name);
        std::erase_if(bridges_,
                      [&](const auto& entry) { return entry.second.a == name || entry.second.b == name; });
        for (auto& [id, leg] : legs_) {
            if (leg.room == name) leg.listed = false;
            if (leg.room == name) leg.room.reset();
        }
        for (auto& [id, playback] : playbacks_) playback.doubtful |= playback.subject == "room " + name;
    });
}

void Player::join(const Line& line) {
    const std::string name = room_name(line.room);
    const Places places{{"room", name}};
    const std::string_view pattern = "/v1/rooms/{room}/legs";
    if (one_in(10)) {
        const std::string body =
            one_of<std::string>({"", "{}", R"({"leg_id":1})", R"({"leg_id":"x","mute":1})"});
        return ask("POST", pattern, places, body, {400});
    }
    Leg* leg = leg_of(line.slot);
    json::object body{{"leg_id", id_of(line.slot)}};
    Leg after = leg != nullptr ? *leg : Leg{};
    if (one_in(4)) body["mute"] = after.muted = one_in(2);
    if (one_in(4)) body["deaf"] = after.deaf = one_in(2);
    if (one_in(4)) body["accept_dtmf"] = after.accepts = one_in(2);
    if (one_in(3)) body["role"] = after.role = one_of<std::string>({"", "agent", "customer"});
    const unsigned code = leg == nullptr || leg->room == name ? 400 : 200;
    after.room = name;
    ask("POST", pattern, places, json::serialize(body), {code},
        [this, leg, after, name](const Answer& answer) {
            const bool moved = answer.body.at("status") == "moved";
            expect(moved == leg->room.has_value(), "added or moved, and it was not so");
            *leg = after;
            open_room(name, leg->app, 16'000);
        });
}

/// Out of a room it is not in as well.
void Player::leave(const Line& line) {
    const std::string name = room_name(line.room);
    Leg* leg = leg_of(line.slot);
    ask("DELETE", "/v1/rooms/{room}/legs/{leg}", {{"room", name}, {"leg", id_of(line.slot)}}, "",
        {find_room(name) == nullptr ? 400U : 200U}, [leg, name](const Answer&) {
            if (leg != nullptr && leg->room == name) leg->room.reset();
        });
}

void Player::routing(const Line& line) {
    const std::string name = room_name(line.room);
    const Places places{{"room", name}};
    const std::string_view pattern = "/v1/rooms/{room}/routing";
    const bool there = find_room(name) != nullptr;
    const Codes codes{there ? 200U : 404U};
    switch (below(5)) {
        case 0:
            return ask("GET", pattern, places, "", codes);
        case 1:
            return ask("PUT", pattern, places, R"({"matrix":{"customer":["agent"],"agent":[]}})", codes);
        case 2:
            return ask("PATCH", pattern, places,
                       R"({"updates":[{"listener_role":"agent","sources":["customer"]},)"
                       R"({"listener_role":"customer","sources":null}]})",
                       codes);
        case 3:
            return ask("PATCH", pattern, places, R"({"updates":[{"sources":[]}]})", {there ? 400U : 404U});
        default:
            return ask("PUT", pattern, places, R"({"matrix":5})", {400});
    }
}

void Player::bridge(const Line& line) {
    const std::string a = room_name(line.room);
    const std::string b = room_name(below(kRooms));
    const std::string id = fmt::format("bridge-{}", below(3));
    const bool misdirected = one_in(8);
    const std::string body = fmt::format(R"({{"room_id":"{}","id":"{}","direction":"{}"}})", b, id,
                                         misdirected ? "up" : one_of<std::string>({"", "send", "none"}));
    const Room* one = find_room(a);
    const Room* other = find_room(b);
    const auto joined = [&](const auto& entry) {
        const Bridge& there = entry.second;
        return (there.a == a && there.b == b) || (there.a == b && there.b == a);
    };
    unsigned code = 200;
    if (one == nullptr || other == nullptr) {
        code = 404;
    } else if (misdirected || one == other || one->rate != other->rate) {
        code = 400;
    } else if (bridges_.contains(id) || std::ranges::any_of(bridges_, joined)) {
        code = 409;
    }
    ask("POST", "/v1/rooms/{room}/bridges", {{"room", a}}, body, {code}, [this, id, a, b](const Answer&) {
        bridges_[id] = {a, b};
    });
}

void Player::turn_bridge(const Line& line) {
    const std::string name = room_name(line.room);
    const std::string id = fmt::format("bridge-{}", below(3));
    const auto found = bridges_.find(id);
    const bool there = found != bridges_.end() && (found->second.a == name || found->second.b == name);
    const bool bad = one_in(4);
    ask("PATCH", "/v1/rooms/{room}/bridges/{bridge}", {{"room", name}, {"bridge", id}},
        bad ? R"({"direction":"up"})" : R"({"direction":"receive"})", {there ? bad ? 400U : 200U : 404U});
}

void Player::delete_bridge(const Line& line) {
    const std::string name = room_name(line.room);
    const std::string id = fmt::format("bridge-{}", below(3));
    const auto found = bridges_.find(id);
    const bool there = found != bridges_.end() && (found->second.a == name || found->second.b == name);
    ask("DELETE", "/v1/rooms/{room}/bridges/{bridge}", {{"room", name}, {"bridge", id}}, "",
        {there ? 200U : 404U}, [this, id](const Answer&) { bridges_.erase(id); });
}

Player::Target Player::target(const Line& line, bool room) {
    if (!room) {
        const std::string id = id_of(line.slot);
        return {"leg " + id, "/v1/legs/{leg}", {{"leg", id}}, leg_of(line.slot) != nullptr, false};
    }
    const std::string name = room_name(line.room);
    return {
        "room " + name, "/v1/rooms/{room}", {{"room", name}}, find_room(name) != nullptr, members(name) == 0};
}

void Player::play_sound(const Line& line) {
    const Target to = target(line, line.verb == Verb::play_room);
    const std::string pattern = std::string{to.prefix} + "/play";
    if (one_in(8)) return ask("POST", pattern, to.places, R"({"tone":"us_dial","volume":"x"})", {400});
    if (one_in(8)) {
        const std::string body = one_of<std::string>(
            {"{}", R"({"tone":"us_dial","url":"http://x/"})", R"({"tone":"us_dial","volume":9})"});
        return ask("POST", pattern, to.places, body, {to.there ? 400U : 404U});
    }
    const std::string body = one_of<std::string>({R"({"tone":"us_busy"})", R"({"tone":"none_such"})",
                                                  R"({"url":"http://x/a.wav"})",
                                                  R"({"url":"http://x/a.wav","repeat":-1,"volume":-3})"});
    unsigned code = 200;
    if (!to.there) {
        code = 404;
    } else if (to.empty) {
        code = 409;
    }
    Codes codes{code};
    if (playing(to.subject) >= engine::kMaxPlaybacksPerTarget) codes = {503};
    ask("POST", pattern, to.places, body, codes, [this, subject = to.subject](const Answer& answer) {
        playbacks_[std::string{answer.body.at("playback_id").as_string()}].subject = subject;
    });
}

std::string Player::pick_playback(const std::string& subject) {
    std::vector<std::string> ids{"pb-00000000"};
    for (const auto& [id, playback] : playbacks_) {
        if (playback.subject == subject || one_in(4)) ids.push_back(id);
    }
    return one_of(ids);
}

void Player::volume(const Line& line) {
    const Target to = target(line, one_in(2));
    const std::string id = pick_playback(to.subject);
    Places places = to.places;
    places.emplace_back("playback", id);
    const std::string pattern = std::string{to.prefix} + "/play/{playback}";
    if (one_in(6)) return ask("PATCH", pattern, places, R"({"volume":9})", {400});
    const auto found = playbacks_.find(id);
    const bool live = to.there && found != playbacks_.end() && found->second.subject == to.subject &&
                      !found->second.stopping && !story_.playback_has_ended(id);
    Codes codes{live ? 200U : 404U};
    if (live && found->second.doubtful) codes = {200, 404};
    ask("PATCH", pattern, places, R"({"volume":-4})", codes);
}

void Player::stop_playing(const Line& line) {
    const Target to = target(line, one_in(2));
    const std::string id = pick_playback(to.subject);
    Places places = to.places;
    places.emplace_back("playback", id);
    const auto found = playbacks_.find(id);
    const bool live = found != playbacks_.end() && found->second.subject == to.subject &&
                      !found->second.stopping && !story_.playback_has_ended(id);
    Codes codes{live ? 200U : 404U};
    // That a leg's is over may be told only after the leg's end.
    if (live && (found->second.doubtful || !to.there)) codes = {200, 404};
    ask("DELETE", std::string{to.prefix} + "/play/{playback}", places, "", codes,
        [this, id](const Answer&) { playbacks_.at(id).stopping = true; });
}

/// It is known when the disk has answered; until then it may have lost its leg, or its room everybody.
void Player::record(const Line& line) {
    const Target to = target(line, line.verb == Verb::record_room);
    const std::string pattern = std::string{to.prefix} + "/record";
    if (one_in(8)) return ask("POST", pattern, to.places, R"({"filename":5})", {400});
    if (one_in(6)) {
        const std::string body = one_of<std::string>({R"({"filename":"../x"})", R"({"storage":"tape"})",
                                                      R"({"storage":"gcs"})", R"({"format":"mp3"})"});
        return ask("POST", pattern, to.places, body, {to.there ? 400U : 404U});
    }
    const std::string body = one_of<std::string>(
        {"", R"({"filename":"one"})", R"({"filename":"two.wav"})", R"({"multi_channel":true})"});
    Recording& recording = recordings_[to.subject];
    Codes codes{200, 404, 409, 500};
    if (!to.there) {
        codes = {404};
    } else if (to.empty || recording.opening || (recording.running && !recording.doubtful)) {
        codes = {409};
    }
    const bool opens = codes.size() > 1;
    if (opens) recording.opening = true;
    const auto begun = [this, subject = to.subject](const Answer&) {
        ++recordings_begun_;
        recordings_[subject].running = true;
        recordings_[subject].doubtful = false;
    };
    const auto either_way = [this, subject = to.subject, opens] {
        if (opens) recordings_[subject].opening = false;
    };
    ask("POST", pattern, to.places, body, codes, begun, either_way);
}

void Player::pause(const Line& line) {
    const bool paused = line.verb == Verb::pause_recording;
    const Target to = target(line, one_in(2));
    const Recording& recording = recordings_[to.subject];
    Codes codes{recording.running ? 200U : 404U};
    if (recording.doubtful) codes = {200, 404};
    ask("POST", std::string{to.prefix} + (paused ? "/record/pause" : "/record/resume"), to.places, "", codes);
}

void Player::stop_recording(const Line& line) {
    const Target to = target(line, one_in(2));
    Recording& recording = recordings_[to.subject];
    Codes codes{recording.running ? 200U : 404U};
    if (recording.doubtful) codes = {200, 404};
    recording.running = false;
    ask("DELETE", std::string{to.prefix} + "/record", to.places, "", codes);
}

/// Real peers come up by themselves.
void Player::connect(const Line& line) {
    if (peers_ == Peers::real) return pass(500ms);
    Leg* leg = leg_of(line.slot);
    if (leg == nullptr || leg->connected) return;
    server_.to_shard(network_.now());
    leg->connected = true;
    server_.find_out(LegId{leg->id}, engine::LegConnected{LegId{leg->id}});
}

void Player::interrupt(const Line& line) {
    Leg* leg = leg_of(line.slot);
    if (leg == nullptr || leg->interrupted) return;
    if (leg->browser != nullptr) {
        leg->interrupted = true;
        network_.remove(*leg->browser);
    } else if (leg->connected) {
        leg->interrupted = true;
        server_.find_out(LegId{leg->id}, engine::LegInterrupted{LegId{leg->id}});
    }
}

void Player::come_back(const Line& line) {
    Leg* leg = leg_of(line.slot);
    if (leg == nullptr || !leg->interrupted) return;
    leg->interrupted = false;
    if (leg->browser != nullptr) {
        for (std::size_t i = 0; i < browsers_.size(); ++i) {
            if (browsers_[i].get() == leg->browser)
                network_.attach(*Endpoint::parse(fmt::format("10.0.1.{}:5000", i + 1)), *leg->browser);
        }
    } else {
        server_.find_out(LegId{leg->id}, engine::LegResumed{LegId{leg->id}});
    }
}

void Player::fail(const Line& line) {
    Leg* leg = leg_of(line.slot);
    if (leg == nullptr) return;
    if (leg->browser != nullptr) {
        leg->browser->client.close(network_.now());
        return network_.pump(*leg->browser);
    }
    server_.to_shard(network_.now());
    server_.find_out(LegId{leg->id},
                     engine::LegFailed{LegId{leg->id}, {ice::FailureCode::no_reply, "as it is told"}, {}});
}

void Player::press(const Line& line) {
    Leg* leg = leg_of(line.slot);
    if (leg == nullptr) return;
    if (leg->browser != nullptr) return leg->browser->client.press("5#");
    if (leg->connected) server_.find_out(LegId{leg->id}, engine::DigitReceived{LegId{leg->id}, '5'});
}

void Player::speak(const Line& line) {
    Leg* leg = leg_of(line.slot);
    if (leg == nullptr) return;
    leg->speaking = !leg->speaking;
    if (leg->browser != nullptr) {
        leg->browser->client.say(leg->speaking ? std::optional{440.0} : std::nullopt);
    } else if (leg->connected && leg->detects) {
        server_.find_out(LegId{leg->id}, engine::SpeakingChanged{LegId{leg->id}, leg->speaking});
    }
}

/// Some of it is there, or all, or it is not to be had.
void Player::sound(const Line&) {
    const auto sounds = server_.sounds();
    if (sounds.empty()) return;
    const auto& queue = one_of(sounds);
    if (finished_.contains(queue)) return;
    const audio::Frame frame{engine::FrameQueue::kRate};
    for (std::uint32_t left = below(12); left > 0; --left) queue->push(frame);
    if (!one_in(2)) return;
    finished_.insert(queue);
    if (one_in(3)) return queue->fail("404 Not Found");
    queue->finish();
}

void Player::disk(const Line&) {
    if (one_in(2)) return server_.disk().hang_until(network_.now() + 3s);
    server_.disk().set_full(true);
    for (auto& [subject, recording] : recordings_)
        recording.doubtful |= recording.running || recording.opening;
    server_.work(network_.now());
    server_.disk().set_full(false);
}

void Player::wait(const Line&) { pass(one_of<Duration>({20ms, 20ms, 60ms, 200ms, 500ms, 2s, 7s})); }

}  // namespace legroom::sequences
