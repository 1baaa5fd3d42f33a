#include "ice/addressee.hpp"

#include "stun/message.hpp"

namespace legroom::ice {

bool is_addressed_to(Bytes datagram, std::string_view local_ufrag, std::uint32_t transaction_tag) {
    if (const auto ufrag = stun::local_ufrag(datagram)) return *ufrag == local_ufrag;
    return stun::transaction_tag(datagram) == transaction_tag;
}

}  // namespace legroom::ice
