#include "sequences/player.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "vsi/commands.hpp"

namespace legroom::sequences {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// Control looks after its timers so often.
constexpr Duration kStep = 100ms;
/// The end of a recording is waited for no longer (call/limits.hpp), and a disk hangs for less here.
constexpr Duration kLongEnough = 8s;

const vsi::Command* twin(std::string_view method, std::string_view pattern) {
    const auto all = vsi::commands();
    const auto found = std::ranges::find_if(all, [&](const vsi::Command& command) {
        return command.method == method && command.pattern == pattern;
    });
    return found == all.end() ? nullptr : &*found;
}

std::string target_of(std::string_view pattern,
                      const std::vector<std::pair<std::string_view, std::string>>& places) {
    std::string target{pattern};
    for (const auto& [segment, value] : places) {
        const std::string gap = fmt::format("{{{}}}", segment);
        target.replace(target.find(gap), gap.size(), value);
    }
    return target;
}

/// The payload of the command that does what the request does. nullopt: there is none.
std::optional<json::object> payload_of(const vsi::Command& command,
                                       const std::vector<std::pair<std::string_view, std::string>>& places,
                                       const std::string& body) {
    boost::system::error_code error;
    const json::value value = body.empty() ? json::object{} : json::parse(body, error);
    if (error || !value.is_object()) return std::nullopt;
    json::object payload = value.get_object();
    if (command.body == vsi::Command::Body::candidate) payload = {{"candidate", payload}};
    if (command.body == vsi::Command::Body::bridge) {
        // Copies first (a new member may move those that are there), and not as lists of one.
        if (const auto* peer = payload.if_contains("room_id"))
            payload.emplace("peer_room_id", json::value(*peer));
        if (const auto* id = payload.if_contains("id")) payload.emplace("bridge_id", json::value(*id));
    }
    for (const auto& place : command.places) {
        const auto found =
            std::ranges::find(places, place.segment, [](const auto& one) { return one.first; });
        if (found != places.end()) payload[place.member] = found->second;
    }
    return payload;
}

std::string member(const json::object& object, std::string_view name) {
    const auto* found = object.if_contains(json::string_view{name.data(), name.size()});
    return found == nullptr ? "" : std::string{found->as_string()};
}

}  // namespace

Player::Figures& Player::Figures::operator+=(const Figures& other) {
    answers += other.answers;
    refusals += other.refusals;
    events += other.events;
    legs += other.legs;
    connected += other.connected;
    playbacks += other.playbacks;
    recordings += other.recordings;
    files += other.files;
    return *this;
}

Player::Player(std::uint64_t seed, Peers peers)
    : peers_(peers),
      random_(seed),
      dice_(seed),
      network_(seed),
      server_(random_, seed % 4 == 0 && peers == Peers::told ? Duration{400ms} : Duration{30s}) {
    network_.attach(Server::address(), server_);
    server_.listen([this](const events::Record& record) {
        bodies_.push_back(record.body);
        story_.take(json::parse(record.body).as_object());
    });
    server_.work(network_.now());
}

std::string Player::play(const Script& script) {
    try {
        for (const Line& line : script) {
            run(line);
            if (!wrong_.empty()) return wrong_;
        }
        end();
    } catch (const std::exception& fault) {
        expect(false, fault.what());
    }
    return wrong_;
}

void Player::expect(bool right, const std::string& what) {
    if (!right && wrong_.empty()) wrong_ = what;
}

void Player::run(const Line& line) {
    dice_ = SeededRandom{line.dice};
    (this->*acts().at(line.verb))(aimed(line));
    // The threads are as far as they are.
    const bool to_shard = one_in(2);
    const bool to_control = one_in(2);
    cross(to_shard, to_control);
    if (one_in(2)) server_.work(network_.now());
    audit();
}

/// Mostly at somebody who is there.
Line Player::aimed(Line line) {
    std::vector<unsigned> slots;
    std::vector<unsigned> rooms;
    for (unsigned slot = 0; slot < kSlots; ++slot) {
        if (leg_of(slot) != nullptr) slots.push_back(slot);
    }
    const bool with_members = line.verb == Verb::play_room || line.verb == Verb::record_room;
    for (unsigned room = 0; room < kRooms; ++room) {
        const std::string name = room_name(room);
        if (find_room(name) != nullptr && (!with_members || members(name) > 0)) rooms.push_back(room);
    }
    const bool any_slot = one_in(6) || line.verb == Verb::offer;
    const bool any_room = one_in(6) || line.verb == Verb::create_room || line.verb == Verb::join;
    if (!any_slot && !slots.empty() && leg_of(line.slot) == nullptr) line.slot = one_of(slots);
    if (!any_room && !rooms.empty() && std::ranges::find(rooms, line.room) == rooms.end())
        line.room = one_of(rooms);
    return line;
}

void Player::cross(bool to_shard, bool to_control) {
    if (to_shard) {
        server_.to_shard(network_.now());
        network_.pump(server_);
    }
    if (to_control) server_.to_control(network_.now());
}

void Player::pass(Duration time) {
    for (; time > Duration::zero(); time -= kStep) {
        cross(true, true);
        network_.run_for(std::min(time, kStep));
        cross(true, true);
        server_.work(network_.now());
    }
}

void Player::ask(std::string_view method, std::string_view pattern, const Places& places,
                 const std::string& body, Codes codes, Taker then, std::function<void()> either_way) {
    const std::string what = fmt::format("{} {} {}", method, target_of(pattern, places), body);
    ++answers_due_;
    const auto taker = [this, what, codes = std::move(codes), then = std::move(then),
                        either_way = std::move(either_way)](const Answer& answer) {
        answered(what, codes, answer);
        if (either_way) either_way();
        if (answer.status == 200 && then) then(answer);
    };
    const vsi::Command* const command = twin(method, pattern);
    const auto payload = command == nullptr ? std::nullopt : payload_of(*command, places, body);
    const bool by_vsi = one_in(2) && payload && !server_.busy();
    if (by_vsi) {
        server_.command(network_.now(), std::string{command->name}, *payload, taker);
    } else {
        server_.request(network_.now(), {std::string{method}, target_of(pattern, places), body}, taker);
    }
}

void Player::answered(const std::string& what, const Codes& codes, const Answer& answer) {
    --answers_due_;
    ++figures_.answers;
    figures_.refusals += answer.status >= 400 ? 1 : 0;
    expect(std::ranges::find(codes, answer.status) != codes.end(),
           fmt::format("{} came to {} {}, not {}", what, answer.status, json::serialize(answer.body),
                       fmt::join(codes, " or ")));
}

json::value Player::get(std::string_view pattern, std::map<std::string, std::string, std::less<>> places) {
    json::value body;
    const api::Call call{"GET", pattern, std::move(places)};
    server_.api().perform(network_.now(), call, [&](const api::Reply& reply) { body = reply.body; });
    return body;
}

void Player::audit() {
    audit_legs(get("/v1/legs").as_array());
    audit_rooms(get("/v1/rooms").as_array());
    forget_recordings();
    audit_figures();
    for (const std::string& wrong : story_.wrongs()) expect(false, wrong);
}

/// A leg that is gone is gone at once and for good, and leg.disconnected comes with it, unless a recording
/// has to be told of first. What is there is as it was commanded.
void Player::audit_legs(const json::array& listed) {
    std::set<std::string> there;
    for (const json::value& value : listed) {
        const json::object& object = value.as_object();
        const std::string id = member(object, "id");
        there.insert(id);
        const auto found = legs_.find(id);
        if (found == legs_.end()) return expect(false, "a leg that nobody made: " + id);
        const Leg& leg = found->second;
        const bool same = leg.listed && member(object, "room_id") == leg.room.value_or("") &&
                          member(object, "role") == leg.role && member(object, "app_id") == leg.app &&
                          object.at("muted") == leg.muted && object.at("deaf") == leg.deaf &&
                          object.at("accept_dtmf") == leg.accepts &&
                          object.at("gain_db").to_number<double>() == leg.gain;
        expect(same, "a leg is not as it was commanded: " + json::serialize(object));
        expect(!story_.has_ended(id), "leg.disconnected of a leg that is there: " + id);
    }
    for (auto& [id, leg] : legs_) {
        if (there.contains(id)) continue;
        leg.listed = false;
        leg.room.reset();
        expect(story_.has_ended(id) || server_.gates_closed() > 0, "gone without leg.disconnected: " + id);
    }
}

void Player::audit_rooms(const json::array& listed) {
    std::map<std::string, std::string> seen;
    for (const json::value& value : listed) {
        const json::object& object = value.as_object();
        const std::string id = member(object, "id");
        const Room* room = find_room(id);
        if (room == nullptr) return expect(false, "a room that nobody made: " + id);
        expect(object.at("sample_rate") == room->rate && member(object, "app_id") == room->app,
               "a room is not as it was made: " + json::serialize(object));
        const json::array& participants = object.at("participants").as_array();
        const auto bridges = std::ranges::count_if(
            bridges_, [&](const auto& entry) { return entry.second.a == id || entry.second.b == id; });
        expect(get("/v1/rooms/{room}/bridges", {{"room", id}}).as_array().size() ==
                   static_cast<std::size_t>(bridges),
               "bridges missing: " + id);
        expect(participants.size() == members(id), "participants missing: " + json::serialize(object));
        for (const json::value& participant : participants) {
            const std::string leg = member(participant.as_object(), "id");
            expect(seen.emplace(leg, id).second, "a leg in two rooms: " + leg);
            expect(legs_.at(leg).room == id, "a leg in another room: " + leg);
        }
    }
    expect(listed.size() == rooms_.size(), "a room is missing");
}

/// What GET /metrics is made of.
void Player::audit_figures() {
    const call::Services services = server_.services();
    const auto alive = std::ranges::count_if(legs_, [](const auto& entry) { return entry.second.listed; });
    expect(services.legs.all().size() == static_cast<std::size_t>(alive), "legs are counted wrong");
    expect(services.legs.counters().created == legs_.size(), "legs made are counted wrong");
    expect(services.rooms.all().size() == rooms_.size(), "rooms are counted wrong");
    const auto opening =
        std::ranges::count_if(recordings_, [](const auto& entry) { return entry.second.opening; });
    if (server_.gates_closed() > 0) return;  // What has ended may not have been told.
    expect(services.recordings.count() ==
               recordings_begun_ - story_.recordings_ended() + static_cast<std::size_t>(opening),
           "recordings are counted wrong");
    const auto ended = std::ranges::count_if(
        playbacks_, [&](const auto& entry) { return story_.playback_has_ended(entry.first); });
    expect(services.playbacks.under_way() == playbacks_.size() - static_cast<std::size_t>(ended),
           "playbacks are counted wrong");
}

/// Recordings of what is gone or empty have been ended.
void Player::forget_recordings() {
    for (auto& [subject, recording] : recordings_) {
        const bool leg = subject.starts_with("leg ");
        const std::string id = subject.substr(subject.find(' ') + 1);
        const bool there = leg ? legs_.contains(id) && legs_.at(id).listed : members(id) > 0;
        if (!there) recording.running = false;
    }
}

/// Whatever is left is ended, and then nothing may be left.
void Player::end() {
    clear();
    pass(kLongEnough);
    audit();
    story_.end();
    for (const std::string& wrong : story_.wrongs()) expect(false, wrong);
    expect(answers_due_ == 0, "somebody still waits for an answer");
    expect(server_.shard().leg_count() == 0, "the shard has a leg that nobody has");
    expect(server_.disk().open() == 0, "a file is still being written");
    expect(server_.disk().names() == story_.files(), "a file that nobody was told of");
    expect(server_.services().playbacks.under_way() == 0 && server_.services().recordings.count() == 0 &&
               server_.gates_closed() == 0 && server_.sounds().empty(),
           "something of what is gone is left");
    expect(server_.vsi_events() == bodies_, "VSI told something else");
}

void Player::clear() {
    server_.disk().set_full(false);
    for (const auto& [id, leg] : legs_) {
        if (leg.listed && !leg.room) ask("DELETE", "/v1/legs/{leg}", {{"leg", id}}, "", {200});
    }
    audit();
    const auto rooms = rooms_;
    for (const auto& room : rooms) ask("DELETE", "/v1/rooms/{room}", {{"room", room.first}}, "", {200});
    rooms_.clear();
    bridges_.clear();
}

Player::Figures Player::figures() const {
    Figures figures = figures_;
    figures.events = bodies_.size();
    figures.legs = legs_.size();
    figures.connected = static_cast<std::size_t>(
        std::ranges::count_if(story_.legs(), [](const auto& entry) { return entry.second.connected; }));
    figures.playbacks = playbacks_.size();
    figures.recordings = recordings_begun_;
    figures.files = story_.files().size();
    return figures;
}

std::string Player::room_name(unsigned room) { return fmt::format("room-{}", room); }

std::string Player::id_of(unsigned slot) const {
    const auto found = slots_.find(slot);
    return found == slots_.end() ? "nobody" : found->second;
}

Player::Leg* Player::leg_of(unsigned slot) {
    const auto found = legs_.find(id_of(slot));
    return found == legs_.end() || !found->second.listed ? nullptr : &found->second;
}

Player::Room* Player::find_room(const std::string& name) {
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? nullptr : &found->second;
}

std::size_t Player::members(const std::string& room) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        legs_, [&](const auto& entry) { return entry.second.listed && entry.second.room == room; }));
}

std::size_t Player::playing(const std::string& subject) const {
    return static_cast<std::size_t>(std::ranges::count_if(playbacks_, [&](const auto& entry) {
        return entry.second.subject == subject && !story_.playback_has_ended(entry.first);
    }));
}

}  // namespace legroom::sequences
