#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/observations.hpp"
#include "app/server_probe.hpp"
#include "io/udp_port.hpp"

namespace legroom::app {

/// A server to ask, before its name is looked up.
struct Question {
    std::string setting;
    std::string uri;
    std::string host;
    std::uint16_t port = 0;
    Transport transport = Transport::udp;
    std::optional<TurnLogin> login;  ///< nullopt: a STUN server.
    std::vector<IpAddress> peers;    ///< A TURN server has to relay to one of these.
};

inline constexpr std::size_t kMaxAskings = 256;  ///< Servers times addresses; further ones are not asked.

/// Asks servers over datagrams, all at once, and waits for the last. Belongs to a program that has nothing
/// else to do.
class DatagramRound {
public:
    /// STUN servers are asked from the port of calls, since that is what they are to see. TURN servers are
    /// asked from another: they would take a second question from a port they know for a mistake (437). All
    /// arguments must outlive the round.
    DatagramRound(io::UdpPort& media, io::UdpPort& other, Observations& seen, Random& random)
        : media_(media), other_(other), seen_(seen), random_(random) {}

    /// A STUN server is asked from every usable address of its family, a TURN server from the first. Each is
    /// an observation, without its answer as yet.
    void add(const Question& question, const Endpoint& server);

    /// Puts the answers into the observations.
    void run();

private:
    /// A server asked from one address.
    struct Asking {
        io::UdpPort* port = nullptr;
        Path path;
        ServerProbe probe;
        std::size_t observation = 0;  ///< Where the answer belongs.
    };

    void send();
    void wait();
    void receive(io::UdpPort& port);

    io::UdpPort& media_;
    io::UdpPort& other_;
    Observations& seen_;
    Random& random_;
    std::vector<Asking> askings_;
};

}  // namespace legroom::app
