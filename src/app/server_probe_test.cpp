#include "app/server_probe.hpp"

#include <gtest/gtest.h>

#include "app/client_credentials.hpp"
#include "stun/builder.hpp"
#include "stun/integrity.hpp"

namespace legroom::app {
namespace {

using namespace std::chrono_literals;
using Outcome = ServerAnswer::Outcome;

constexpr std::uint16_t kAllocateMethod = 0x003;
constexpr std::uint16_t kRefreshMethod = 0x004;
constexpr std::uint16_t kPermissionMethod = 0x008;
const Endpoint kSeen{IpAddress::v4({203, 0, 113, 7}), 10'000};

/// A TURN server of one account, as far as a probe can tell.
class Account {
public:
    ByteVector answer(Bytes request) {
        const auto asked = stun::Message::parse(request).value();
        if (!asked.username) return challenge(asked, stun::kUnauthenticated);
        if (asked.nonce != nonce) return challenge(asked, 438);
        auto key = stun::IntegrityKey::long_term("ann", "example.org", "secret");
        if (asked.username != "ann" || !asked.verify_integrity(key))
            return challenge(asked, stun::kUnauthenticated);
        methods.push_back(asked.header.method);
        if (asked.header.method == kPermissionMethod && permitted == 0) return forbidden(asked, key);
        if (asked.header.method == kPermissionMethod) --permitted;
        stun::Builder reply{{stun::Class::success, asked.header.method, asked.header.transaction}};
        return reply.xor_mapped_address(kSeen).message_integrity(key).fingerprint().take();
    }

    std::string nonce = "n1";
    int permitted = 0;                   ///< so many peers it relays to
    std::vector<std::uint16_t> methods;  ///< of the requests with the right password

private:
    static ByteVector forbidden(const stun::Message& asked, stun::IntegrityKey& key) {
        stun::Builder reply{{stun::Class::error, asked.header.method, asked.header.transaction}};
        return reply.error(403, "Forbidden IP").message_integrity(key).fingerprint().take();
    }

    ByteVector challenge(const stun::Message& asked, std::uint16_t code) {
        stun::Builder reply{{stun::Class::error, asked.header.method, asked.header.transaction}};
        return reply.error(code, "no")
            .text(stun::Attribute::realm, "example.org")
            .text(stun::Attribute::nonce, nonce)
            .fingerprint()
            .take();
    }
};

/// Lets the probe and the server talk, a millisecond each way, until the probe is silent.
void talk(ServerProbe& probe, Account& account, Instant now = {}) {
    while (const auto request = probe.poll()) {
        const ByteVector answer = account.answer(*request);
        probe.handle_message(now += 2ms, answer);
    }
}

TEST(ServerProbe, LearnsFromAStunServerWhereWeComeFrom) {
    SeededRandom random{1};
    ServerProbe probe{Instant{}, std::nullopt, false, random};
    const auto request = probe.poll().value();
    const auto asked = stun::Message::parse(request).value();
    EXPECT_EQ(asked.header.method, stun::kBinding);

    stun::Builder reply{{stun::Class::success, stun::kBinding, asked.header.transaction}};
    probe.handle_message(Instant{12ms}, reply.xor_mapped_address(kSeen).take());
    EXPECT_TRUE(probe.finished());
    EXPECT_EQ(probe.answer().outcome, Outcome::mapped);
    EXPECT_EQ(probe.answer().mapped, kSeen);
    EXPECT_EQ(probe.answer().round_trip, 12ms);
    EXPECT_FALSE(probe.poll());
}

TEST(ServerProbe, AsksAgainForThreeSecondsAndThenGivesUp) {
    SeededRandom random{1};
    ServerProbe probe{Instant{}, std::nullopt, false, random};
    std::vector<Duration> sent;
    for (Instant now{}; !probe.finished(); now = probe.deadline()) {
        probe.handle_timeout(now);
        while (probe.poll()) sent.push_back(now.time_since_epoch());
        ASSERT_LT(sent.size(), 10U);
    }
    EXPECT_EQ(sent, (std::vector<Duration>{0ms, 500ms, 1500ms}));
    EXPECT_EQ(probe.answer().outcome, Outcome::unanswered);
}

TEST(ServerProbe, SendsOnceOverAStream) {
    SeededRandom random{1};
    ServerProbe probe{Instant{}, std::nullopt, true, random};
    EXPECT_TRUE(probe.poll());
    EXPECT_EQ(probe.deadline(), Instant{3s});
    probe.handle_timeout(Instant{2s});
    EXPECT_FALSE(probe.poll());
}

TEST(ServerProbe, TakesARelayedAddressAndGivesItBack) {
    SeededRandom random{1};
    Account account;
    ServerProbe probe{Instant{}, TurnLogin{"ann", "secret"}, false, random};
    talk(probe, account);
    EXPECT_EQ(probe.answer().outcome, Outcome::relayed);
    EXPECT_EQ(account.methods, (std::vector<std::uint16_t>{kAllocateMethod, kRefreshMethod}));
    EXPECT_EQ(probe.answer().round_trip, 2ms);
}

TEST(ServerProbe, AsksUntilAPeerIsAllowed) {
    SeededRandom random{1};
    Account account;
    account.permitted = 1;
    ServerProbe probe{Instant{}, TurnLogin{"ann", "secret"}, false, random};
    probe.ask_about({IpAddress::v6({}), IpAddress::v4({10, 0, 0, 4}), IpAddress::v4({203, 0, 113, 7})});
    talk(probe, account);
    EXPECT_FALSE(probe.answer().denies_peers);
    EXPECT_EQ(account.methods,
              (std::vector<std::uint16_t>{kAllocateMethod, kPermissionMethod, kRefreshMethod}));
}

TEST(ServerProbe, SaysWhenNoPeerIsAllowed) {
    SeededRandom random{1};
    Account account;
    ServerProbe probe{Instant{}, TurnLogin{"ann", "secret"}, false, random};
    probe.ask_about(std::vector<IpAddress>(20, IpAddress::v4({10, 0, 0, 4})));
    talk(probe, account);
    EXPECT_EQ(probe.answer().outcome, Outcome::relayed);
    EXPECT_TRUE(probe.answer().denies_peers);
    EXPECT_EQ(probe.answer().code, 403);
    EXPECT_EQ(account.methods.size(), ServerProbe::kMaxPeers + 2);
}

TEST(ServerProbe, AsksAgainWithTheNewNonceWhenItsOwnIsStale) {
    SeededRandom random{1};
    Account account;
    ServerProbe probe{Instant{}, TurnLogin{"ann", "secret"}, false, random};
    const ByteVector first = probe.poll().value();
    probe.handle_message(Instant{1ms}, account.answer(first));
    account.nonce = "n2";
    talk(probe, account);
    EXPECT_EQ(probe.answer().outcome, Outcome::relayed);
}

TEST(ServerProbe, SaysHowAWrongPasswordIsRefused) {
    SeededRandom random{1};
    Account account;
    ServerProbe probe{Instant{}, TurnLogin{"ann", "wrong"}, false, random};
    talk(probe, account);
    EXPECT_TRUE(probe.finished());
    EXPECT_EQ(probe.answer().outcome, Outcome::refused);
    EXPECT_EQ(probe.answer().code, 401);
    EXPECT_TRUE(account.methods.empty());
}

TEST(ServerProbe, IgnoresWhatIsNoAnswerToItsQuestion) {
    SeededRandom random{1};
    ServerProbe probe{Instant{}, std::nullopt, false, random};
    stun::Builder reply{{stun::Class::success, stun::kBinding, stun::TransactionId{}}};
    probe.handle_message(Instant{1ms}, reply.xor_mapped_address(kSeen).take());
    probe.handle_message(Instant{1ms}, as_bytes("no STUN at all, however long it is"));
    EXPECT_FALSE(probe.finished());
}

TEST(ClientLogin, IsWhatCoturnReckonsFromTheSecret) {
    ClientIceConfig config;
    config.turn_secret = "north";
    config.turn_credential_ttl = 600s;
    const TurnLogin login = client_login(config, "doctor", 1'700'000'000s);
    EXPECT_EQ(login.username, "1700000600:doctor");
    // printf 1700000600:doctor | openssl dgst -sha1 -hmac north -binary | base64
    EXPECT_EQ(login.password, "Szsur+lRKYIUzVMUrNhfX4vynmk=");
}

}  // namespace
}  // namespace legroom::app
