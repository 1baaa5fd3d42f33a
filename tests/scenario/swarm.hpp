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
    /// Makes a client and its session of WHIP or WHEP, with no candidates in the offer if the config says so.
    /// Returns the session's 201.
    HttpReply open_session(const std::string& endpoint, const std::string& direction, ClientConfig config);
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

    Member make_member(ClientConfig config);
    void join(Member member, const std::string& answer);
    void wait_and_receive();
    static void pump(Member& member);

    HttpClient http_;
    Random& random_;
    std::vector<Member> members_;
};

}  // namespace legroom::scenario
