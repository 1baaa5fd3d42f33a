#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/config.hpp"
#include "app/external_addresses.hpp"
#include "app/host_candidates.hpp"
#include "app/name_watch.hpp"
#include "engine/messages.hpp"
#include "ice/candidate.hpp"
#include "io/address_watch.hpp"
#include "io/resolver.hpp"
#include "io/server_links.hpp"

namespace legroom::app {

/// The ports the media arrives at.
struct MediaPortNumbers {
    std::uint16_t udp = 0;
    std::optional<std::uint16_t> tcp;  ///< nullopt: no ICE-TCP.
};

/// Where peers reach us, kept true while the program runs: the interfaces' addresses, those announced instead
/// of or besides them, and the STUN and TURN servers that tell us more. Names are looked up in the background
/// and again from time to time; nothing here ever waits. Lives on the context's thread.
class Reachability {
public:
    struct Sinks {
        std::function<void(const std::vector<ice::Candidate>&)>
            candidates;                                          ///< Host candidates have changed.
        std::function<void(std::vector<io::LinkServer>)> links;  ///< TURN servers behind TCP or TLS.
        std::function<void(engine::StartGathering)> servers;     ///< Where to ask now.
    };

    Reachability(boost::asio::io_context& context, const MediaConfig& config, MediaPortNumbers ports);

    /// From now on changes are told to the sinks, on the context's thread.
    void start(Sinks sinks);
    /// A STUN server saw us at this address.
    void discover(const ice::Candidate& seen);
    /// None sees us there any more.
    void forget(const ice::Candidate& lost);

    [[nodiscard]] const std::vector<ice::Candidate>& host_candidates() const { return host_candidates_; }
    /// Whether any server will be asked: false means that the candidates there are now are all.
    [[nodiscard]] bool gathers() const;

private:
    void announce();
    void on_servers(const std::vector<io::Resolved>& found);
    void on_external_names(const std::vector<io::Resolved>& found);

    boost::asio::io_context& context_;
    const MediaConfig& config_;
    MediaPortNumbers ports_;
    Sinks sinks_;
    ExternalAddresses external_;
    std::vector<AnnouncedAddress> announced_;
    std::vector<ice::Candidate> host_candidates_;
    /// What each server's name last stood for: the STUN servers in their order, then the TURN servers.
    std::vector<std::vector<Endpoint>> resolved_;
    io::Resolver resolver_;
    std::unique_ptr<NameWatch> server_names_;
    std::unique_ptr<NameWatch> external_names_;
    std::unique_ptr<io::AddressWatch> addresses_;
};

}  // namespace legroom::app
