#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/api.hpp"

#include "call/call_test_world.hpp"

namespace legroom::api::test {

inline std::string json_text(const std::string& text) {
    return boost::json::serialize(boost::json::value(text));
}

inline std::string offer_body(const std::string& sdp) { return R"({"sdp":)" + json_text(sdp) + "}"; }

inline std::string replace_all(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
    return text;
}

/// A request that was sent, and what came back so far: one response in the end, never two.
struct Pending {
    std::optional<WaitId> wait;
    std::shared_ptr<std::vector<Response>> responses = std::make_shared<std::vector<Response>>();

    [[nodiscard]] bool answered() const { return !responses->empty(); }
    [[nodiscard]] const Response& response() const { return responses->at(0); }
};

/// Is told of every exchange of every Client: where there is one, it holds them against the description.
using Witness = std::function<void(const Router&, const Request&, const Response&)>;
inline Witness& witness() {
    static Witness one;
    return one;
}

/// The whole API without sockets, over the real services.
struct Client {
    /// Connection calls that `config` leaves empty go to the real service, if `calls` are.
    enum class Calls { real, as_configured };

    explicit Client(call::LegConfig legs = {}, call::RoomConfig rooms = {},
                    ApiConfig config = default_config(), Calls calls = Calls::real)
        : world(std::move(legs), rooms), api(bound(std::move(config), calls), world.services()) {}

    /// For what is answered at once.
    Response send(std::string method, std::string target, std::string body = "",
                  std::vector<Header> headers = {}) {
        const Pending pending =
            start(std::move(method), std::move(target), std::move(body), std::move(headers));
        if (pending.responses->size() != 1) throw std::logic_error("not answered once and at once");
        return pending.response();
    }

    /// For what may wait.
    Pending start(std::string method, std::string target, std::string body = "",
                  std::vector<Header> headers = {}) {
        Pending pending;
        const Request request{std::move(method), std::move(target), std::move(body), std::move(headers)};
        pending.wait =
            api.handle(world.now, request, [this, request, to = pending.responses](Response response) {
                if (witness()) witness()(api.router(), request, response);
                to->push_back(std::move(response));
            });
        return pending;
    }

    /// Time passes; what waits long enough is answered.
    void run_for(Duration time) {
        const Instant end = world.now + time;
        while (api.deadline() && *api.deadline() <= end) {
            world.now = *api.deadline();
            api.handle_timeout(world.now);
        }
        world.now = end;
    }

    /// The body of a response as JSON.
    boost::json::value ask(std::string method, std::string target, std::string body = "") {
        return boost::json::parse(send(std::move(method), std::move(target), std::move(body)).body);
    }

    static ApiConfig default_config() {
        ApiConfig config;
        config.instance_id = "here";
        config.resources = {{"/", "text/html; charset=utf-8", "<!doctype html>"}};
        return config;
    }

    call::test::World world;
    Api api;

private:
    ApiConfig bound(ApiConfig config, Calls calls) {
        if (calls == Calls::as_configured) return config;
        ConnectionCalls real = connection_calls(world.legs);
        if (!config.connection.reoffer) config.connection.reoffer = std::move(real.reoffer);
        if (!config.connection.restart_ice) config.connection.restart_ice = std::move(real.restart_ice);
        if (!config.connection.ice_status) config.connection.ice_status = std::move(real.ice_status);
        return config;
    }
};

/// A world every case starts from: leg $L in no room, leg $M in the room "full", and an "empty" room.
struct Stage {
    Client client;
    LegId loose = client.world.add_leg();
    LegId member = client.world.add_leg("tag");
    Stage() {
        call::Joining joining;
        joining.leg = member;
        static_cast<void>(client.world.rooms.join(client.world.now, RoomId{"full"}, joining));
        static_cast<void>(client.world.rooms.create(client.world.now, {RoomId{"empty"}, "", 48'000}));
    }
    [[nodiscard]] std::string fill(const std::string& text) const {
        return replace_all(replace_all(text, "$L", loose.value), "$M", member.value);
    }
};

}  // namespace legroom::api::test
