#pragma once

#include <cstdint>
#include <string_view>

namespace legroom::call {

/// How it stands between a leg and its peer. A leg's `state` is `connected` from its creation on (contract
/// 01); this tells whether media can flow.
enum class Connection : std::uint8_t {
    connecting,   ///< ICE and DTLS were not both up yet.
    connected,    ///< They are.
    interrupted,  ///< They were, and nothing valid has come for a while. May resume.
    ended,        ///< Over for good. Never that of a leg that can be looked up.
};
std::string_view to_string(Connection connection);  ///< "connecting", "connected", …

}  // namespace legroom::call
