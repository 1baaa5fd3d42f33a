#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/error.hpp"
#include "call/switchboard.hpp"
#include "engine/messages.hpp"

namespace legroom::call {

struct DtmfCounters {
    std::uint64_t received = 0;       ///< Key presses.
    std::uint64_t sent = 0;           ///< Digits, ours and forwarded ones.
    std::uint64_t dropped = 0;        ///< Taken for a leg that was put on hold before their turn came.
    std::uint64_t not_forwarded = 0;  ///< Too many were waiting at the room mate.
};

/// Key presses (contract 02, DTMF): sent on request, told of when received, and passed on to room mates.
/// Control thread only. `board` must outlive the service.
class DtmfService {
public:
    explicit DtmfService(Switchboard& board) : board_(board) {}

    /// Queues the digits 0-9 * # A-D a-d; other characters are skipped. All or none are taken:
    /// digits_missing, too_many_digits, dtmf_not_negotiated, peer_does_not_receive, digits_waiting. A leg
    /// that is not connected yet gets them when it is. They are not passed on to anybody.
    Result<void> send(const LegId& id, std::string_view digits);

    /// Whether the leg gets the digits of its room mates. Its own are told of either way.
    Result<void> set_accepting(const LegId& id, bool accepting);

    /// What a shard reports; of all else nothing is made.
    void handle(Instant now, const engine::Event& event);

    [[nodiscard]] const DtmfCounters& counters() const { return counters_; }

private:
    void on_pressed(Instant now, const engine::DigitReceived& event);
    void on_done(const engine::DigitsDone& event);
    void forward(const Leg& from, const Room& room, char digit);
    void queue(Leg& leg, std::string digits);

    Switchboard& board_;
    DtmfCounters counters_;
};

}  // namespace legroom::call
