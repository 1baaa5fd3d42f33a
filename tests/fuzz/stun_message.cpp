// Any datagram: the demultiplexer's quick looks and the parser. What parses is written again, attribute by
// attribute, and must then mean the same.
#include <algorithm>
#include <cstdlib>

#include "stun/builder.hpp"
#include "stun/message.hpp"

namespace {

using namespace legroom;
using namespace legroom::stun;

void demand(bool truth) {
    if (!truth) std::abort();
}

ByteVector rewritten(const Message& message, IntegrityKey& key) {
    Builder out{message.header};
    if (message.username) out.text(Attribute::username, *message.username);
    if (message.software) out.text(Attribute::software, *message.software);
    if (message.mapped_address) out.xor_mapped_address(*message.mapped_address);
    if (message.peer_address) out.xor_peer_address(*message.peer_address);
    if (message.relayed_address) out.xor_relayed_address(*message.relayed_address);
    if (message.data) out.data(*message.data);
    if (message.channel_number) out.channel_number(*message.channel_number);
    if (message.lifetime) out.lifetime(*message.lifetime);
    if (message.requested_transport) out.requested_transport(*message.requested_transport);
    if (message.requested_family) out.requested_family(*message.requested_family);
    if (message.error) out.error(message.error->code, message.error->reason);
    if (message.priority) out.priority(*message.priority);
    if (message.controlled) out.controlled(*message.controlled);
    if (message.controlling) out.controlling(*message.controlling);
    if (message.use_candidate) out.use_candidate();
    return out.message_integrity(key).fingerprint().take();
}

bool same(const std::optional<Bytes>& a, const std::optional<Bytes>& b) {
    return a.has_value() == b.has_value() && (!a || std::ranges::equal(*a, *b));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static auto key = IntegrityKey::short_term("VOkJxbRl1RmTxUk/WvJxBt");
    const Bytes datagram{data, size};
    const auto ufrag = local_ufrag(datagram);
    const auto header = peek_header(datagram);
    demand(!ufrag || header);
    demand(transaction_tag(datagram).has_value() == header.has_value());

    const auto message = Message::parse(datagram);
    if (!message) return 0;
    demand(header == message->header);
    static_cast<void>(message->verify_ice(key));

    const ByteVector bytes = rewritten(*message, key);
    const auto again = Message::parse(bytes);
    if (bytes.size() > kMaxMessageSize) return 0;
    demand(again && again->verify_ice(key));
    demand(again->username == message->username && again->mapped_address == message->mapped_address &&
           again->error == message->error && again->priority == message->priority &&
           again->controlled == message->controlled && again->controlling == message->controlling &&
           again->use_candidate == message->use_candidate);
    demand(again->peer_address == message->peer_address &&
           again->relayed_address == message->relayed_address && same(again->data, message->data) &&
           again->channel_number == message->channel_number && again->lifetime == message->lifetime &&
           again->requested_transport == message->requested_transport &&
           again->requested_family == message->requested_family);
    return 0;
}
