#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

#include "api/api.hpp"

#include "call/call_test_world.hpp"

namespace legroom::api::test {

inline std::string json_text(const std::string& text) {
    return boost::json::serialize(boost::json::value(text));
}

/// The whole API without sockets, over the real services.
struct Client {
    explicit Client(call::LegConfig legs = {}, call::RoomConfig rooms = {},
                    ApiConfig config = default_config())
        : world(std::move(legs), rooms), api(std::move(config), world.legs, world.rooms) {}

    Response send(std::string method, std::string target, std::string body = "") {
        return api.handle(world.now, {std::move(method), std::move(target), std::move(body)});
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
};

}  // namespace legroom::api::test
