#include "scenario/swarm.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <poll.h>
#include <stdexcept>

#include "io/clock.hpp"
#include "scenario/world.hpp"

namespace legroom::scenario {

std::string Swarm::call(ClientConfig config) {
    Member member = make_member(std::move(config));
    const boost::json::value body{{"sdp", member.client->offer()}};
    const HttpReply reply = http_.request("POST", "/v1/webrtc/offer", boost::json::serialize(body));
    if (reply.status != 200) throw std::runtime_error(reply.body);
    const auto answer = boost::json::parse(reply.body);
    join(std::move(member), std::string{answer.at("sdp").as_string()});
    return std::string{answer.at("leg_id").as_string()};
}

HttpReply Swarm::open_session(const std::string& endpoint, const std::string& direction,
                              ClientConfig config) {
    Member member = make_member(std::move(config));
    std::string offer = member.client->offer();
    offer.replace(offer.find("a=sendrecv"), 10, "a=" + direction);
    HttpReply reply = http_.request("POST", endpoint, offer, {{"Content-Type", "application/sdp"}});
    if (reply.status != 201) throw std::runtime_error(reply.body);
    join(std::move(member), reply.body);
    return reply;
}

Swarm::Member Swarm::make_member(ClientConfig config) {
    auto port = io::UdpPort::open(0);
    if (!port) throw std::runtime_error(port.error().message());
    config.certificate = shared_certificate();
    config.addresses = {{*IpAddress::parse("127.0.0.1"), port->number()}};
    return {std::make_unique<io::UdpPort>(std::move(*port)), std::make_unique<Client>(config, random_)};
}

void Swarm::join(Member member, const std::string& answer) {
    if (!member.client->accept(io::now(), answer))
        throw std::runtime_error("the client cannot read the answer");
    pump(member);
    members_.push_back(std::move(member));
}

bool Swarm::run_while_not(const std::function<bool()>& done, Duration limit) {
    const Instant end = io::now() + limit;
    while (!done()) {
        if (io::now() >= end) return false;
        wait_and_receive();
        for (Member& member : members_) {
            const auto deadline = member.client->deadline();
            if (deadline && *deadline <= io::now()) member.client->handle_timeout(io::now());
            pump(member);
        }
    }
    return true;
}

void Swarm::wait_and_receive() {
    std::vector<pollfd> sources;
    for (const Member& member : members_) sources.push_back({member.port->descriptors().front(), POLLIN, 0});
    ::poll(sources.data(), sources.size(), 5);
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (sources[i].revents == 0) continue;
        Client& client = *members_[i].client;
        members_[i].port->receive([&client](const Path& path, MutableBytes datagram) {
            client.handle_datagram(io::now(), path, datagram);
        });
    }
}

void Swarm::pump(Member& member) {
    std::vector<Transmit> outgoing;
    while (auto datagram = member.client->poll()) outgoing.push_back(std::move(*datagram));
    member.port->send(outgoing);
}

}  // namespace legroom::scenario
