#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "stun/message.hpp"

namespace legroom::app {

/// What became of asking a STUN or TURN server once.
struct ServerAnswer {
    enum class Outcome {
        unanswered,  ///< Nothing came.
        mapped,      ///< STUN: it said where we come from.
        relayed,     ///< TURN: it took our credentials and gave us a relayed address, handed back since.
        refused,     ///< It answered with an error: `code` and `reason`.
    };
    Outcome outcome = Outcome::unanswered;
    std::optional<Endpoint> mapped;  ///< Where it sees us.
    std::uint16_t code = 0;          ///< RFC 8489 §14.8
    std::string reason;
    /// TURN: it relays, and not to a single one of the peers it was asked about. Its error for the last.
    bool denies_peers = false;
    Duration round_trip{};  ///< Of the first request that was answered.
};

/// User name and password for a TURN server.
struct TurnLogin {
    std::string username;
    std::string password;
};

/// Asks one server one question: a STUN server for our address (a Binding request), a TURN server for a
/// relayed address, with long-term credentials (RFC 8656 §7, RFC 8489 §9.2). What it is given it gives back
/// at once.
///
/// Owns no socket and no clock; drive it like ice::Agent. `random` must outlive it.
class ServerProbe {
public:
    static constexpr Duration kLimit = std::chrono::seconds{3};  ///< Then the server counts as silent.

    static constexpr std::size_t kMaxPeers = 8;  ///< Those after it are not asked about.

    /// With a `login` the server is a TURN server. Over a reliable stream nothing is sent twice.
    ServerProbe(Instant now, std::optional<TurnLogin> login, bool reliable, Random& random);

    /// TURN: also asks whether it would relay to one of these; of the IPv4 ones, since that is what a relayed
    /// address is unless one asks for another.
    void ask_about(const std::vector<IpAddress>& peers);

    /// A message from the server. Anything but the answer to the question is ignored.
    void handle_message(Instant now, Bytes bytes);
    void handle_timeout(Instant now);
    std::optional<ByteVector> poll();  ///< The next message for the server.

    [[nodiscard]] bool finished() const { return finished_; }
    [[nodiscard]] Instant deadline() const;  ///< Means nothing once finished.
    [[nodiscard]] const ServerAnswer& answer() const { return answer_; }

private:
    /// What a TURN server wants to see in the next request.
    struct Challenge {
        std::string realm;
        std::string nonce;
    };

    void ask(Instant now);
    void send(Instant now, ByteVector request);
    ByteVector question();
    ByteVector signed_request(std::uint16_t method, std::uint16_t attribute, Bytes value);
    void finish();
    void on_allocated(Instant now, const stun::Message& message);
    void on_success(Instant now, const stun::Message& message);
    void on_error(Instant now, const stun::Message& message);

    std::optional<TurnLogin> login_;
    bool reliable_;
    Random& random_;
    Instant end_;
    Instant asked_;
    Instant next_;
    Duration timeout_{};
    stun::TransactionId id_{};
    ByteVector request_;
    std::optional<Challenge> challenge_;
    int challenges_ = 0;
    std::deque<IpAddress> peers_;  ///< Not asked about yet; the first is being asked about.
    bool allocated_ = false;
    bool finished_ = false;
    ServerAnswer answer_;
    std::deque<ByteVector> outbox_;
};

}  // namespace legroom::app
