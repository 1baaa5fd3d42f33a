#include "io/media_loop.hpp"

#include <gtest/gtest.h>
#include <thread>

#include "dtls/certificate.hpp"
#include "io/crypto_random.hpp"
#include "stun/builder.hpp"

#include "io/tcp_test_peer.hpp"

namespace legroom::io {
namespace {

/// A media loop on a thread of its own, with one leg that waits for its peer.
class RunningLoop {
public:
    RunningLoop() {
        auto tcp = TcpPort::open(0);
        auto udp = UdpPort::open(0);
        auto links = ServerLinks::open(std::nullopt);
        address = {*IpAddress::parse("127.0.0.1"), tcp->number()};
        engine::ShardConfig config;
        config.certificate = dtls::Certificate::generate().value();
        shard_ = std::make_unique<engine::Shard>(std::move(config), random_);
        MediaPorts ports{std::move(*udp), std::move(*tcp), std::move(*links)};
        loop_ = std::make_unique<MediaLoop>(std::move(ports), *shard_, [](const engine::Event&) {});
        engine::CreateLeg leg;
        leg.leg = LegId{"leg"};
        leg.local = {"ours", "passwordpasswordpassword"};
        leg.negotiated.remote_ufrag = "theirs";
        leg.negotiated.remote_password = "wordpasswordpasswordpass";
        loop_->post(leg);
        thread_ = std::thread([this] { loop_->run(); });
    }
    ~RunningLoop() { stop(); }

    void stop() {
        if (!thread_.joinable()) return;
        loop_->stop();
        thread_.join();
    }
    /// Once stopped.
    [[nodiscard]] const engine::Shard& shard() const { return *shard_; }

    Endpoint address;  ///< Of the TCP port.

private:
    CryptoRandom random_;
    std::unique_ptr<engine::Shard> shard_;
    std::unique_ptr<MediaLoop> loop_;
    std::thread thread_;
};

ByteVector check(std::string_view username, std::string_view password) {
    auto key = stun::IntegrityKey::short_term(password);
    stun::Builder request{stun::Header{}};
    request.text(stun::Attribute::username, username).priority(1).controlling(1);
    return request.message_integrity(key).fingerprint().take();
}

TEST(MediaLoop, CarriesAPeersCheckOverTcpAndItsAnswerBack) {
    RunningLoop loop;
    const TcpPeer peer{loop.address};
    peer.write_frame(check("ours:theirs", "passwordpasswordpassword"));
    const ByteVector answer = peer.read_frame();
    const auto message = stun::Message::parse(answer);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->header.kind, stun::Class::success);
    EXPECT_EQ(message->mapped_address, peer.local());
}

TEST(MediaLoop, LeavesAStrangerUnansweredAndSendsGarbageAway) {
    RunningLoop loop;
    const TcpPeer stranger{loop.address};
    stranger.write_frame(check("somebody:else", "passwordpasswordpassword"));
    const TcpPeer web{loop.address};
    web.write(as_bytes("GET / HTTP/1.1\r\n\r\n"));
    EXPECT_TRUE(web.is_closed());
    // What this one is answered, the stranger was not.
    const TcpPeer peer{loop.address};
    peer.write_frame(check("ours:theirs", "passwordpasswordpassword"));
    EXPECT_FALSE(peer.read_frame().empty());
    loop.stop();
    EXPECT_EQ(loop.shard().counters().unroutable, 1U);
}

}  // namespace
}  // namespace legroom::io
