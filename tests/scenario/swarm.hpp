#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "io/udp_port.hpp"
#include "scenario/client.hpp"
#include "scenario/http_client.hpp"

namespace legroom::scenario {

/// Clients over real sockets against a running server, in the test's one thread: each with its own UDP port,
/// as browsers have.
class Swarm {
public:
    Swarm(const Endpoint& http, Random& random) : http_(http), random_(random) {}

    /// Makes a client and its leg. The config's certificate and addresses are filled in. Returns the leg's
    /// id.
    std::string call(ClientConfig config);
    /// Carries datagrams and timers until `done`, at most for `limit`; true if done.
    bool run_while_not(const std::function<bool()>& done, Duration limit);

    [[nodiscard]] std::size_t size() const { return members_.size(); }
    Client& client(std::size_t index) { return *members_[index].client; }
    HttpClient& http() { return http_; }

private:
    struct Member {
        std::unique_ptr<io::UdpPort> port;
        std::unique_ptr<Client> client;
    };

    void wait_and_receive();
    static void pump(Member& member);

    HttpClient http_;
    Random& random_;
    std::vector<Member> members_;
};

}  // namespace legroom::scenario
