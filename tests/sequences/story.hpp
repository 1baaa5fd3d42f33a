#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace legroom::sequences {

/// Reads the events as a client does, and knows what contract 04 promises of them: numbers without a gap,
/// each leg's story in order with one end, each start with its end. Knows nothing of what was commanded.
class Story {
public:
    void take(const boost::json::object& event);
    /// Every leg and room is gone, and time enough has passed: nothing may be open.
    void end();

    struct Leg {
        std::string app;
        bool connected = false;
        bool interrupted = false;
        bool speaking = false;
        bool ended = false;
        std::optional<std::string> room;
        bool room_gone = false;  ///< It is in one that was deleted: its end follows.
        std::int64_t digits = 0;
    };
    struct Playback {
        std::string subject;
        bool started = false;
        bool ended = false;
    };
    /// What is recorded of a leg or room: files begun and not finished.
    struct Recordings {
        std::vector<std::string> files;
        bool paused = false;
    };

    [[nodiscard]] const std::map<std::string, Leg>& legs() const { return legs_; }
    [[nodiscard]] bool has_ended(const std::string& leg) const;
    [[nodiscard]] bool playback_has_ended(const std::string& playback) const;
    [[nodiscard]] bool is_recorded(const std::string& subject) const;
    [[nodiscard]] std::size_t recordings_ended() const { return recordings_ended_; }
    [[nodiscard]] std::size_t legs_ended() const { return legs_ended_; }
    /// Of recording.finished, those that are not "".
    [[nodiscard]] const std::set<std::string>& files() const { return files_; }
    /// What was not as promised.
    [[nodiscard]] const std::vector<std::string>& wrongs() const { return wrongs_; }

private:
    using Event = boost::json::object;
    void leg_event(std::string_view kind, const Event& event);
    void room_event(std::string_view kind, const Event& event);
    void playback_event(std::string_view kind, const Event& event);
    void recording_event(std::string_view kind, const Event& event);
    void speaking_event(std::string_view kind, const Event& event);
    void bridge_event(std::string_view kind, const Event& event);
    void disconnected(Leg& leg, const Event& event);
    void recording_finished(Recordings& running, const std::string& file);
    Leg& leg_of(const Event& event);
    void expect(bool right, std::string_view what);

    const Event* now_ = nullptr;  ///< The event that is read.
    std::optional<std::int64_t> seq_;
    std::set<std::string> ids_;
    std::map<std::string, Leg> legs_;
    std::set<std::string> rooms_;
    std::map<std::string, std::string> bridges_;  ///< And their directions.
    std::map<std::string, Playback> playbacks_;
    std::map<std::string, Recordings> recordings_;
    std::size_t recordings_ended_ = 0;
    std::size_t legs_ended_ = 0;
    std::set<std::string> files_;
    std::vector<std::string> wrongs_;
};

}  // namespace legroom::sequences
