// Any conversation a TURN server, or somebody in its place, may hold: the input is a row of datagrams, each
// after two bytes: how much time has passed, and how long it is. Its transaction id is replaced by that of
// our latest request when its first byte says so, and MESSAGE-INTEGRITY added, so that the fuzzer gets past
// both.
#include "ice/turn_client.hpp"

#include <cstdlib>

#include "stun/builder.hpp"

namespace {

using namespace legroom;

const Path kPath{*Endpoint::parse("192.0.2.1:5000"), *Endpoint::parse("198.51.100.1:3478")};
const Endpoint kPeer = *Endpoint::parse("203.0.113.1:6000");
const std::string_view kUser = "user";
const std::string_view kPassword = "password";

void demand(bool truth) {
    if (!truth) std::abort();
}

/// The answer as the server would have sent it: to our transaction, and sealed with our password.
ByteVector sealed(Bytes datagram, const stun::TransactionId& id, const std::string& realm) {
    const auto message = stun::Message::parse(datagram);
    if (!message || message->has_integrity()) return {datagram.begin(), datagram.end()};
    stun::Builder out{{message->header.kind, message->header.method, id}};
    if (message->error) out.error(message->error->code, message->error->reason);
    if (message->realm) out.text(stun::Attribute::realm, *message->realm);
    if (message->nonce) out.text(stun::Attribute::nonce, *message->nonce);
    if (message->lifetime) out.lifetime(*message->lifetime);
    if (message->mapped_address) out.xor_mapped_address(*message->mapped_address);
    if (message->relayed_address) out.xor_relayed_address(*message->relayed_address);
    if (message->error) return out.take();
    auto key = stun::IntegrityKey::long_term(kUser, realm, kPassword);
    return out.message_integrity(key).take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    SeededRandom random{1};
    Instant now{std::chrono::hours{1}};
    ice::TurnConfig config;
    config.base = kPath.local;
    config.server = kPath.remote;
    config.username = kUser;
    config.password = kPassword;
    ice::TurnClient client{config, random, now};
    stun::TransactionId id{};
    std::string realm;

    const auto drain = [&] {
        int outputs = 0;
        while (const auto output = client.poll()) {
            demand(++outputs < 1000);
            const auto* transmit = std::get_if<Transmit>(&*output);
            if (transmit == nullptr) continue;
            demand(transmit->path == kPath && transmit->bytes.size() <= 4096);
            const auto request = stun::Message::parse(transmit->bytes);
            if (!request || request->header.kind != stun::Class::request) continue;
            id = request->header.transaction;
            realm = request->realm.value_or("");
        }
    };
    for (ByteReader in{Bytes{data, size}}; !in.rest().empty();) {
        drain();
        const std::uint8_t wait = in.u8();
        const std::uint8_t length = in.u8();
        const Bytes datagram = in.bytes(std::min<std::size_t>(length, in.rest().size()));
        now += std::chrono::milliseconds{100} * (wait & 0x7f) * (wait & 0x7f);
        client.handle_timeout(now);
        drain();
        if (wait >= 0x80) {
            client.handle_datagram(now, kPath, sealed(datagram, id, realm));
        } else {
            client.handle_datagram(now, kPath, datagram);
        }
        client.send(now, kPeer, Bytes{data, std::min<std::size_t>(size, 20)});
        const auto deadline = client.deadline();
        demand(deadline && *deadline > now);
    }
    drain();
    return 0;
}
