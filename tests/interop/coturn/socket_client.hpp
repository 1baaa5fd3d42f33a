#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "ice/turn_client.hpp"
#include "ice/turn_stream.hpp"
#include "io/descriptor.hpp"

namespace legroom::interop {

/// A TURN client with a socket of its own.
class SocketClient {
public:
    SocketClient(const Endpoint& server, Transport transport, const std::string& password = "password");

    void send(const Endpoint& peer, const ByteVector& packet);
    void permit(const IpAddress& peer);
    /// As when the program ends without a word, and another one takes the port.
    void forget_everything();
    void close();

    [[nodiscard]] ice::TurnClient& turn() { return *client_; }
    [[nodiscard]] Endpoint relayed() const { return client_->relayed().value_or(Endpoint{}); }

    std::vector<ice::Candidate> candidates;
    std::vector<ice::TurnReceived> received;
    std::vector<ice::TurnFailed> failures;

private:
    friend bool run(std::initializer_list<SocketClient*> clients, const std::function<bool()>& done,
                    Duration limit);

    void open();
    void transmit(const Transmit& transmit);
    void pump();
    void read();
    void read_datagram();
    void read_stream();

    SeededRandom random_;
    ice::TurnConfig config_;
    io::Descriptor socket_;
    ice::TurnStream stream_;
    std::optional<ice::TurnClient> client_;
};

/// Serves the clients' sockets and timers until `done`, or for `limit`. Whether it is done.
bool run(std::initializer_list<SocketClient*> clients, const std::function<bool()>& done, Duration limit);

}  // namespace legroom::interop
