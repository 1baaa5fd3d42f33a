#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/address.hpp"

namespace legroom::scenario {

/// One WebSocket connection, blocking. Failures throw.
class WebSocketClient {
public:
    WebSocketClient(const Endpoint& server, const std::string& target);
    ~WebSocketClient();

    void send(const std::string& text);
    /// The next frame; throws when there is none for ten seconds. nullopt: the server has closed.
    std::optional<std::string> receive();
    /// As the last receive() found it, 0 before.
    [[nodiscard]] unsigned close_code() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::scenario
