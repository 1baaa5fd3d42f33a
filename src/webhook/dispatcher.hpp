#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/time.hpp"
#include "events/ledger.hpp"
#include "webhook/dead_letters.hpp"
#include "webhook/target.hpp"

namespace legroom::webhook {

inline constexpr unsigned kMinAttempts = 3;  ///< However old an event is by then (contract 04).
inline constexpr std::chrono::seconds kFirstWait{
    2};  ///< Before the second attempt; each next one is twice as long,
inline constexpr std::chrono::minutes kLongestWait{10};  ///< up to this.
inline constexpr std::size_t kMaxErrorBytes = 200;  ///< Of what went wrong, kept for each event that waits.

/// From the end of attempt number `attempts` to the next one.
Duration wait_after(unsigned attempts);

struct Limits {
    std::size_t deliveries = 100'000;          ///< Events that wait, in memory and on disk.
    std::size_t memory = 16 * 1024 * 1024;     ///< Bytes of their texts; what is more goes to disk,
                                               ///< and what is on its way there may be as much again.
    std::size_t disk = 1024 * 1024 * 1024;     ///< Bytes of their texts there. 0: there is no disk.
    std::size_t at_a_time = 32;                ///< Requests under way,
    std::size_t per_receiver = 10;             ///< and those of them to one URL.
    Duration give_up = std::chrono::hours{6};  ///< So old an event is not tried again.
};

enum class DeliveryId : std::uint64_t {};

/// What is to be delivered.
struct Delivery {
    events::RecordPtr record;  ///< Never null.
    std::string_view type;     ///< "leg.connected": a constant.
    std::string order;         ///< Those of one order go to a receiver one after the other.
};

/// To be sent: request_headers() and the record's body. finished() tells how it went.
struct Send {
    DeliveryId delivery{};
    TargetPtr target;
    events::RecordPtr record;
};
/// To be written to disk; stored() tells that it is there.
struct Store {
    DeliveryId delivery{};
    events::RecordPtr record;
};
/// To be read back; loaded() brings it. It may be asked for again.
struct Load {
    DeliveryId delivery{};
};
/// No longer needed on disk.
struct Discard {
    DeliveryId delivery{};
};
using Output = std::variant<Send, Store, Load, Discard>;

/// How an attempt ended.
struct Attempt {
    int status = 0;     ///< 2xx is a success; 0: there was no answer,
    std::string error;  ///< and this says why.
};

struct Counters {
    std::uint64_t enqueued = 0;  ///< Events that had a target.
    std::uint64_t delivered = 0;
    std::uint64_t failed_attempts = 0;
    std::uint64_t expired = 0;  ///< Dead letters, by reason.
    std::uint64_t overflowed = 0;
    std::uint64_t lost = 0;
    std::uint64_t stored = 0;  ///< Events that had to go to disk.
};

/// Delivers events at least once. Those of one order (a leg's) to one URL go in order: the next one is sent
/// after the one before was taken, or given up and made a dead letter. Orders and receivers do not wait for
/// each other, but for a place among the requests under way, which receivers get in turn. Where a receiver
/// could not be reached, its first success has everything else for it tried again at once.
///
/// What memory cannot hold is put on disk. What finds no place becomes a dead letter at once, the event that
/// comes and none that waits. No receiver may fill a limit: it has at most as much as it leaves to others,
/// one alone half of it, and the last sixteenth is for those with fewer events than can be under way to them.
/// Theirs stay in memory. A disk that is slow or broken costs at most Limits::memory once more; what is read
/// back is what is under way.
///
/// Owns no socket, file, clock or thread. To drive it: give it one input, call poll() until it returns
/// nullopt, then wait for deadline() or the next input.
class Dispatcher {
public:
    explicit Dispatcher(Limits limits) : limits_(limits) {}
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    /// Takes an event for this target, never null.
    void publish(Instant now, TargetPtr target, Delivery what);
    /// An id that is none under way, in this and the next two, is ignored.
    void finished(Instant now, DeliveryId id, const Attempt& attempt);
    void stored(DeliveryId id, bool succeeded);
    void loaded(Instant now, DeliveryId id, std::optional<std::string> body);  ///< nullopt: it is lost.
    void handle_timeout(Instant now);

    [[nodiscard]] std::optional<Output> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;

    [[nodiscard]] std::size_t waiting() const { return all_.waiting; }            ///< Not delivered yet.
    [[nodiscard]] std::size_t memory() const { return all_.resident + loaded_; }  ///< Bytes.
    [[nodiscard]] std::size_t disk() const { return all_.disk; }                  ///< Bytes.
    [[nodiscard]] std::size_t receivers() const { return receivers_.size(); }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] const DeadLetters& dead_letters() const { return dead_; }

private:
    enum class Disk : std::uint8_t { none, writing, kept };
    struct Entry {
        DeliveryId id{};
        TargetPtr target;
        events::RecordPtr record;  ///< nullptr: on disk only.
        events::Seq seq = 0;
        std::string event_id;
        std::string_view type;
        std::size_t size = 0;
        Instant since;
        unsigned attempts = 0;
        Disk disk = Disk::none;
        std::string error;
    };
    /// What waits.
    struct Held {
        std::size_t waiting = 0;
        std::size_t resident = 0;  ///< Bytes that are nowhere but in memory.
        std::size_t disk = 0;      ///< Bytes on disk, or on their way there.
    };
    enum class Place : std::uint8_t { none, memory, disk };
    struct Receiver;
    /// What the disk has not answered for. Its text is in memory until then.
    struct Writing {
        std::size_t size = 0;
        Entry* entry = nullptr;  ///< nullptr: it is over.
        Receiver* receiver = nullptr;
    };
    /// One order at one receiver. Busy while its first entry is under way.
    struct Lane {
        Receiver* receiver = nullptr;
        std::string order;
        std::uint64_t number = 0;
        std::deque<Entry> entries;  ///< Never empty between two inputs.
        Instant tried_at;
        std::optional<Instant> due;  ///< While it waits for its next attempt.
    };
    struct Receiver {
        std::string url;
        std::map<std::string, Lane> lanes;
        std::deque<Lane*> ready;                   ///< Their first entry is due.
        std::map<std::uint64_t, Lane*> unreached;  ///< Those that wait since nobody was there.
        std::size_t under_way = 0;
        Held held;
        bool in_turn = false;
    };

    [[nodiscard]] Place place_for(const std::string& url, std::size_t more) const;
    Lane& lane_of(const std::string& url, const std::string& order);
    void store(Receiver& receiver, Entry& entry);
    void make_ready(Lane& lane);
    void take_turns(Receiver& receiver);
    void start();
    void begin(Lane& lane);
    Lane* end_of(DeliveryId id);
    void succeed(Instant now, Lane& lane);
    void fail(Instant now, Lane& lane, const Attempt& attempt);
    void wait_until(Lane& lane, Instant due);
    void stop_waiting(Lane& lane);
    void hurry(Instant now, Receiver& receiver);
    void release(Entry& entry);
    void remove_first(Lane& lane);
    void leave_place(Receiver& receiver, Entry& entry);
    void bury(Instant now, const Entry& entry, DeadReason reason);

    Limits limits_;
    std::map<std::string, Receiver> receivers_;  ///< By URL; only those something waits for.
    std::deque<Receiver*> turns_;                ///< Those with something ready and a place left.
    std::map<std::pair<Instant, std::uint64_t>, Lane*> due_;
    std::map<DeliveryId, Lane*> under_way_;
    std::map<DeliveryId, Writing> writing_;
    std::deque<Output> outputs_;
    std::uint64_t last_id_ = 0;
    std::uint64_t last_lane_ = 0;
    Held all_;
    std::size_t loaded_ = 0;    ///< Bytes that are on disk as well: of what is under way.
    std::size_t orphaned_ = 0;  ///< Bytes, of all_.resident, that are being written and nobody's any more.
    Counters counters_;
    DeadLetters dead_;
};

}  // namespace legroom::webhook
