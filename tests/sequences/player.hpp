#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "scenario/world.hpp"
#include "sequences/script.hpp"
#include "sequences/server.hpp"
#include "sequences/story.hpp"
#include "sim/network.hpp"

namespace legroom::sequences {

/// Peers that are `told` of are not there: it is said of them that they came up, fell silent, pressed a key.
/// `real` ones are clients on the network, with all their media.
enum class Peers : std::uint8_t { told, real };

/// Plays a script, and after each line holds the server against what must be so. Each line has its own dice,
/// and what is random in the server has the seed.
class Player {
public:
    Player(std::uint64_t seed, Peers peers);

    /// What was wrong first; "": nothing.
    std::string play(const Script& script);

    struct Figures {
        std::size_t answers = 0;
        std::size_t refusals = 0;  ///< Of them: 4xx and 5xx.
        std::size_t events = 0;
        std::size_t legs = 0;
        std::size_t connected = 0;
        std::size_t playbacks = 0;
        std::size_t recordings = 0;
        std::size_t files = 0;
        Figures& operator+=(const Figures& other);
    };
    [[nodiscard]] Figures figures() const;

private:
    /// As it was commanded, not as anybody told.
    struct Leg {
        std::string id;
        std::string app;
        std::string role;
        std::optional<std::string> room;
        bool muted = false;
        bool deaf = false;
        bool accepts = true;
        double gain = 0;
        bool takes_digits = false;
        bool listed = true;
        // What was told of a peer that is not there.
        bool connected = false;
        bool interrupted = false;
        bool speaking = false;
        bool detects = false;
        scenario::Browser* browser = nullptr;
    };
    struct Room {
        std::string app;
        int rate = 16'000;
    };
    struct Bridge {
        std::string a;
        std::string b;
    };
    struct Playback {
        std::string subject;
        bool stopping = false;
        bool doubtful = false;  ///< Its room was deleted; when that ends it is not known.
    };
    struct Recording {
        bool opening = false;
        bool running = false;
        bool doubtful = false;  ///< The disk was full.
    };
    using Places = std::vector<std::pair<std::string_view, std::string>>;
    using Codes = std::vector<unsigned>;
    using Act = void (Player::*)(const Line&);
    static const std::map<Verb, Act>& acts();

    void offer(const Line& line);
    void offer_again(const Line& line);
    void hang_up(const Line& line);
    void candidates(const Line& line);
    void ice_status(const Line& line);
    void flag(const Line& line);
    void gain(const Line& line);
    void role(const Line& line);
    void send_digits(const Line& line);
    void create_room(const Line& line);
    void delete_room(const Line& line);
    void join(const Line& line);
    void leave(const Line& line);
    void routing(const Line& line);
    void bridge(const Line& line);
    void turn_bridge(const Line& line);
    void delete_bridge(const Line& line);
    void play_sound(const Line& line);
    void volume(const Line& line);
    void stop_playing(const Line& line);
    void record(const Line& line);
    void pause(const Line& line);
    void stop_recording(const Line& line);
    void connect(const Line& line);
    void interrupt(const Line& line);
    void come_back(const Line& line);
    void fail(const Line& line);
    void press(const Line& line);
    void speak(const Line& line);
    void sound(const Line& line);
    void disk(const Line& line);
    void wait(const Line& line);

    void run(const Line& line);
    Line aimed(Line line);
    void cross(bool to_shard, bool to_control);
    void pass(Duration time);
    void end();
    void clear();
    void audit();
    void audit_legs(const boost::json::array& listed);
    void audit_rooms(const boost::json::array& listed);
    void audit_figures();
    void forget_recordings();
    void expect(bool right, const std::string& what);

    /// Asks by one way or the other. `codes`: what may come of it; `then` follows a success, `either_way`
    /// comes before that.
    void ask(std::string_view method, std::string_view pattern, const Places& places, const std::string& body,
             Codes codes, Taker then = {}, std::function<void()> either_way = {});
    void answered(const std::string& what, const Codes& codes, const Answer& answer);
    boost::json::value get(std::string_view pattern,
                           std::map<std::string, std::string, std::less<>> places = {});

    static std::string room_name(unsigned room);
    [[nodiscard]] std::string id_of(unsigned slot) const;
    Leg* leg_of(unsigned slot);  ///< nullptr: not there.
    Room* find_room(const std::string& name);
    [[nodiscard]] std::size_t members(const std::string& room) const;
    [[nodiscard]] std::size_t playing(const std::string& subject) const;
    std::string new_offer(Leg& leg, std::string& body);
    void open_room(const std::string& name, const std::string& app, int rate);
    void made(Leg leg, unsigned slot, const Answer& answer);
    void set_flag(Leg& leg, Verb verb);
    /// The target of a line that can be for a leg or a room.
    struct Target {
        std::string subject;
        std::string_view prefix;
        Places places;
        bool there = false;
        bool empty = false;
    };
    Target target(const Line& line, bool room);
    std::string pick_playback(const std::string& subject);
    std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }
    bool one_in(std::uint32_t of) { return dice_.below(of) == 0; }
    template <class T>
    const T& one_of(const std::vector<T>& all) {
        return all.at(dice_.below(static_cast<std::uint32_t>(all.size())));
    }

    Peers peers_;
    SeededRandom random_;
    SeededRandom dice_;
    sim::Network network_;
    Server server_;
    Story story_;
    std::vector<std::unique_ptr<scenario::Browser>> browsers_;
    std::set<std::shared_ptr<engine::FrameQueue>> finished_;
    std::vector<std::string> bodies_;  ///< Of the events, as they were published.
    std::map<std::string, Leg> legs_;
    std::map<unsigned, std::string> slots_;
    std::map<std::string, Room> rooms_;
    std::map<std::string, Bridge> bridges_;
    std::map<std::string, Playback> playbacks_;
    std::map<std::string, Recording> recordings_;
    std::size_t recordings_begun_ = 0;
    std::size_t answers_due_ = 0;
    Figures figures_;
    std::string wrong_;
};

}  // namespace legroom::sequences
