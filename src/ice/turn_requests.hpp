#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "stun/integrity.hpp"
#include "stun/message.hpp"

namespace legroom::ice {

/// Something to ask a TURN server for. The method says which members count.
struct TurnRequest {
    std::uint16_t method = stun::kAllocate;
    Endpoint peer;                    ///< CreatePermission (any port), ChannelBind
    std::uint16_t channel = 0;        ///< ChannelBind
    std::chrono::seconds lifetime{};  ///< Refresh; zero ends the allocation
    bool ipv6 = false;                ///< Allocate: the family of the relayed address
};

/// What became of a request.
struct TurnAnswer {
    enum class Outcome : std::uint8_t { granted, refused, no_answer };

    TurnRequest request;
    Outcome outcome = Outcome::granted;
    std::uint16_t error = 0;          ///< refused: the error code
    std::string reason;               ///< for people; printable ASCII whatever the server sent
    std::optional<Endpoint> relayed;  ///< granted: XOR-RELAYED-ADDRESS
    std::optional<Endpoint> mapped;   ///< granted: XOR-MAPPED-ADDRESS
    std::optional<std::chrono::seconds> lifetime;
};

struct TurnRequestCounters {
    std::uint64_t requests = 0;  ///< transactions begun, those repeated for a new nonce included
    std::uint64_t retransmissions = 0;
    std::uint64_t challenges = 0;       ///< 401 and 438 that made us ask again
    std::uint64_t unauthenticated = 0;  ///< answers without valid MESSAGE-INTEGRITY: dropped
    std::uint64_t stray = 0;            ///< answers to nothing we asked, or malformed: dropped
};

/// The requests under way to one TURN server, by one way: authenticated by the long-term mechanism (RFC 8489
/// §9.2), asked again with the nonce a 401 or 438 names, retransmitted over UDP (§6.2.1) and not over a
/// stream (§6.2.2). Not thread-safe.
///
/// MESSAGE-INTEGRITY is HMAC-SHA1 and the key MD5's. A server of RFC 8489 that offers PASSWORD-ALGORITHMS
/// takes a request that names none of them as one of these (§9.2.4), so one mechanism serves old and new
/// servers.
///
/// A grant is believed only with valid MESSAGE-INTEGRITY; whatever comes without is dropped and counted, and
/// the request goes on. An error may come without (many servers send it so), never with a wrong one.
class TurnRequests {
public:
    /// `path`: our end, the server, and how it is reached. User name and password after SASLprep (RFC 8265).
    /// `random` must outlive this.
    TurnRequests(const Path& path, std::string username, std::string password, Random& random);

    /// Every request gets one answer, unless forget() comes first. The caller bounds how many are under way.
    void ask(Instant now, const TurnRequest& request);
    /// Sends a request nobody waits for the answer of.
    void tell(const TurnRequest& request);
    /// Ends all requests without an answer. What is known of realm and nonce stays.
    void forget();

    /// Takes a success or error response that came from the server; anything else is dropped. The answer, if
    /// that ended a request.
    std::optional<TurnAnswer> handle_response(Instant now, Bytes datagram);
    /// Retransmits what is due, and gives the answers of those requests that got none.
    std::vector<TurnAnswer> handle_timeout(Instant now);

    [[nodiscard]] std::optional<Transmit> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;
    [[nodiscard]] const TurnRequestCounters& counters() const { return counters_; }

private:
    struct Transaction {
        TurnRequest request;
        ByteVector bytes;
        Instant next;  ///< retransmission, or the end
        Instant end;   ///< no answer until then: none will come
        Duration timeout{};
        int challenges = 0;
        bool authenticated = false;  ///< sent with credentials
        bool doubtful = false;       ///< an answer without valid integrity came
    };
    using Transactions = std::map<stun::TransactionId, Transaction>;

    void begin(Instant now, const TurnRequest& request, int challenges);
    [[nodiscard]] ByteVector write(const TurnRequest& request, const stun::TransactionId& id);
    void send(const Transaction& transaction);
    [[nodiscard]] bool believable(const Transaction& transaction, const stun::Message& message);
    [[nodiscard]] bool take_challenge(const Transaction& transaction, const stun::Message& message);

    Path path_;
    std::string username_;
    std::string password_;
    Random& random_;
    std::string realm_;
    std::string nonce_;
    std::optional<stun::IntegrityKey> key_;  ///< nullopt: the server has not named its realm yet
    bool proven_ = false;                    ///< the server has granted something to this key
    Transactions transactions_;
    std::deque<Transmit> outbox_;
    TurnRequestCounters counters_;
};

}  // namespace legroom::ice
