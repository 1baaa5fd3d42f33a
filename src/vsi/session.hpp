#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/api.hpp"
#include "api/channel.hpp"
#include "vsi/candidate_push.hpp"
#include "vsi/event_queue.hpp"
#include "vsi/frames.hpp"

namespace legroom::vsi {

inline constexpr std::chrono::seconds kPingEvery{30};
inline constexpr std::chrono::seconds kIdleLimit{60};  ///< Without any frame of the client's.
inline constexpr std::chrono::seconds kWriteLimit{5};  ///< For one frame.
/// Commands that have come and are not begun: more stay in the socket.
inline constexpr std::size_t kMaxCommandsWaiting = 8;
/// Results that are not written yet: while there are so many, no further command is begun.
inline constexpr std::size_t kMaxRepliesWaiting = 4;

/// One VSI connection (contract 05). What it is told and when it is told to is io's business; what commands
/// do is that of `perform`.
class Session final : public api::Channel {
public:
    /// `gone` may be empty; it is called with the session when that ends.
    Session(EventQueue events, Perform perform, std::function<void(Session&)> gone = {})
        : events_(std::move(events)),
          perform_(std::move(perform)),
          gone_(std::move(gone)),
          candidates_(perform_, [this](std::string frame) { reply(std::move(frame)); }) {}
    ~Session() override;  ///< Calls off the command it is at.

    /// An event that is in the ledger now.
    void offer(const events::RecordPtr& record);

    void start(Instant now, Wake wake) override;
    void receive(Instant now, std::string_view text) override;
    void heard(Instant now) override { heard_at_ = now; }
    void shut_down() override;
    std::optional<std::string> poll(Instant now) override;
    void written(Instant) override { writing_since_.reset(); }
    void handle_timeout(Instant now) override;
    [[nodiscard]] std::optional<Instant> deadline() const override;
    [[nodiscard]] Ending ending() const override { return ending_; }
    [[nodiscard]] bool takes_frames() const override {
        return ending_ == Ending::none && waiting_.size() < kMaxCommandsWaiting;
    }

    [[nodiscard]] const EventQueue& events() const { return events_; }

private:
    void run_commands(Instant now);
    void obey(Instant now, std::string_view text);
    void run(Instant now, Asked asked);
    void perform(Instant now, const api::Call& call, const Asked& asked);
    void answered(const Asked& asked, const api::Reply& answer);
    void reply(std::string frame);
    std::optional<std::string> next_frame();
    void wake() const;

    EventQueue events_;
    Perform perform_;
    std::function<void(Session&)> gone_;
    Wake wake_;
    Ending ending_ = Ending::none;
    bool greeted_ = false;

    std::deque<std::string> waiting_;  ///< Frames that are not looked at yet, oldest first.
    std::deque<std::string> replies_;
    bool performing_ = false;
    std::function<void()> call_off_;
    CandidatePush candidates_;

    Instant heard_at_{};
    Instant ping_at_{};
    std::uint64_t pings_ = 0;
    std::optional<Instant> writing_since_;
};

}  // namespace legroom::vsi
