#pragma once

#include <string>
#include <utility>

#include "api/event_stream.hpp"

#include "api/api_test_client.hpp"

namespace legroom::api::test {

/// A client over a world whose events are published, the first one under the number 101, at noon.
struct EventClient {
    explicit EventClient(events::LedgerLimits limits = {}, call::LegConfig legs = {})
        : stream({"here", limits, 101}, random), client{std::move(legs), {}, with_events(stream)} {
        client.world.also = [this](const call::Event& event) {
            stream.publish({std::chrono::seconds{1'770'120'000}}, event);
        };
    }

    /// Makes one event.
    void make_room(std::string id, std::string app_id = "") {
        static_cast<void>(
            client.world.rooms.create(client.world.now, {RoomId{std::move(id)}, std::move(app_id), 16'000}));
    }

    SeededRandom random{3};
    EventStream stream;
    Client client;

private:
    static ApiConfig with_events(EventStream& stream) {
        ApiConfig config = Client::default_config();
        config.events = &stream;
        return config;
    }
};

}  // namespace legroom::api::test
