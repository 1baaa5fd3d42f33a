#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "call/services.hpp"
#include "call/switchboard.hpp"

/// The real services over a sink that writes down what they say: for the tests of call and api.
namespace legroom::call::test {

/// The shortest offer that is answered: one Opus section, no candidates. `more` = lines to append to it.
inline std::string plain_offer(const std::string& more = "") {
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
           "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:peer\r\n"
           "a=ice-pwd:0123456789abcdefghijkl\r\na=setup:actpass\r\na=sendrecv\r\na=rtcp-mux\r\n"
           "a=rtpmap:111 opus/48000/2\r\n"
           "a=fingerprint:sha-256 41:11:F5:0E:7B:E7:F7:31:31:D1:58:FE:24:C2:EF:0A:23:6C:CA:B2:9D:17:EE:C7:3C:"
           "CA:DC:9C:86:A6:68:F5\r\n" +
           more;
}

/// The same of a peer that can be sent digits.
inline std::string offer_with_digits(const std::string& more = "") {
    std::string offer = plain_offer("a=rtpmap:110 telephone-event/48000\r\n" + more);
    return offer.replace(offer.find("SAVPF 111"), 9, "SAVPF 111 110");
}

inline dtls::Fingerprint our_fingerprint() {
    return {dtls::HashFunction::sha256, ByteVector(32, std::uint8_t{0xAB})};
}

inline ice::Candidate host_candidate(std::uint16_t port = 10'000) {
    const Endpoint endpoint{*IpAddress::parse("192.0.2.1"), port};
    return {ice::CandidateType::host,
            endpoint,
            endpoint,
            std::nullopt,
            ice::candidate_priority(ice::CandidateType::host, 65'535),
            "1"};
}

inline ice::Candidate gathered_candidate(std::uint16_t port = 40'000) {
    const Endpoint base{*IpAddress::parse("192.0.2.1"), 10'000};
    const Endpoint endpoint{*IpAddress::parse("203.0.113.7"), port};
    return {ice::CandidateType::server_reflexive,
            endpoint,
            base,
            base,
            ice::candidate_priority(ice::CandidateType::server_reflexive, 65'535),
            "2"};
}

inline ice::Candidate relayed_candidate(std::uint16_t port = 50'000) {
    auto candidate = gathered_candidate(port);
    candidate.type = ice::CandidateType::relayed;
    candidate.endpoint.ip = *IpAddress::parse("198.51.100.9");
    candidate.base = candidate.endpoint;
    return candidate;
}

struct World {
    explicit World(LegConfig leg_config = {}, RoomConfig room_config = {})
        : legs(with_fingerprint(std::move(leg_config)), board, random),
          rooms(room_config, board, random),
          dtmf(board),
          playbacks(board, random,
                    [this](FileSound file, const auto& queue) {
                        opened.push_back({std::move(file), queue});
                        return [this] { ++cancelled; };
                    }),
          recordings({[] { return std::string{"20260203_040506"}; }}, board, random,
                     [this](record::Order order) { orders.push_back(std::move(order)); }) {
        legs.set_local_candidates({host_candidate()});
    }

    /// A leg made from plain_offer().
    LegId add_leg(std::string app_id = "") { return add_leg(LegOptions{.app_id = std::move(app_id)}); }
    LegId add_leg(LegOptions options) { return legs.create(now, plain_offer(), std::move(options))->id; }

    Services services() { return {legs, rooms, dtmf, playbacks, recordings}; }

    void engine_says(const engine::Event& event) {
        legs.handle(now, event);
        dtmf.handle(now, event);
        playbacks.handle(now, event);
    }

    /// What was published since the last time: "room.created@r leg.joined_room@r".
    std::string story() {
        std::string text;
        for (const Event& event : std::exchange(events, {})) {
            text += (text.empty() ? "" : " ") + std::string{type_name(event)};
            if (!event.room.value.empty()) text += "@" + event.room.value;
        }
        return text;
    }

    /// The commands of one kind so far.
    template <class Command>
    std::vector<Command> sent() const {
        std::vector<Command> found;
        for (const auto& command : commands) {
            if (const auto* one = std::get_if<Command>(&command)) found.push_back(*one);
        }
        return found;
    }

    /// Sounds that were to be fetched.
    struct Opened {
        FileSound file;
        std::shared_ptr<engine::FrameQueue> queue;
    };

    std::vector<engine::Command> commands;
    std::vector<Opened> opened;
    int cancelled = 0;
    std::vector<Event> events;
    std::vector<record::Order> orders;  ///< What is to be written.
    EventSink also;                     ///< Told of each event as well, if set.
    SeededRandom random{7};
    Instant now{};
    Switchboard board{[this](engine::Command command) { commands.push_back(std::move(command)); },
                      [this](const Event& event) {
                          events.push_back(event);
                          if (also) also(event);
                      }};
    LegService legs;
    RoomService rooms;
    DtmfService dtmf;
    PlaybackService playbacks;
    RecordingService recordings;

private:
    static LegConfig with_fingerprint(LegConfig config) {
        config.fingerprint = our_fingerprint();
        return config;
    }
};

}  // namespace legroom::call::test
