#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/random.hpp"
#include "base/wall_time.hpp"
#include "call/event.hpp"
#include "events/ledger.hpp"

namespace legroom::api {

struct EventStreamConfig {
    std::string instance_id;  ///< "": events carry none.
    events::LedgerLimits limits;
    events::Seq first_seq = 1;
};

/// Where events become public: each gets its number and its id, is rendered once, kept in the ledger, and
/// told to whoever listens. Control thread only. `random` must outlive it.
class EventStream {
public:
    enum class ListenerId : std::uint64_t {};
    /// Called in the middle of a change, so it must not call back into a service, nor wait.
    using Listener = std::function<void(const events::RecordPtr&)>;

    EventStream(EventStreamConfig config, Random& random);

    /// The record as everybody is told of it.
    events::RecordPtr publish(WallTime at, const call::Event& event);

    ListenerId listen(Listener listener);
    void forget(ListenerId id) { listeners_.erase(id); }  ///< Not to be called from a listener.

    [[nodiscard]] const events::Ledger& ledger() const { return ledger_; }
    [[nodiscard]] const std::string& instance_id() const { return instance_id_; }

private:
    std::string instance_id_;
    events::Ledger ledger_;
    Random& random_;
    std::map<ListenerId, Listener> listeners_;
    std::uint64_t last_listener_ = 0;
};

}  // namespace legroom::api
