#pragma once

#include <cstdint>
#include <string_view>

namespace legroom::ice {

/// Why a connection did not come about, or ended: the words an application gets (`failure.code`).
enum class FailureCode : std::uint8_t {
    no_remote_candidates,  ///< The peer never told an address, and never sent a check.
    only_mdns_candidates,  ///< It told `.local` names only, and none of its checks arrived.
    no_reply,              ///< Its addresses do not answer, or its checks do not arrive.
    stun_auth,             ///< Checks arrive, with the wrong credentials.
    dtls_timeout,          ///< A path works, and the DTLS handshake over it does not end.
    dtls_fingerprint,      ///< The certificate is not the one the SDP announced.
    dtls_failed,           ///< The handshake was refused: no common parameters, an alert.
    consent_expired,       ///< It worked, and then the peer answered no more.
    closed_by_peer,        ///< The peer said goodbye (DTLS close_notify).
    no_media,              ///< The path works, and no media comes over it. Never ends a leg by itself.
    internal,              ///< A fault of ours.
};
std::string_view to_string(FailureCode code);  ///< "no_remote_candidates", …

}  // namespace legroom::ice
