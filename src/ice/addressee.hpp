#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace legroom::ice {

/// Whether a STUN message is for the agent with this ufrag and transaction tag (AgentConfig): a request names
/// the one, an answer carries the other. Nothing is verified. With it several agents share a port.
bool is_addressed_to(Bytes datagram, std::string_view local_ufrag, std::uint32_t transaction_tag);

}  // namespace legroom::ice
