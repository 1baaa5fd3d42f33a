#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sdp/answer.hpp"
#include "sdp/document.hpp"

namespace legroom::sdp {

inline constexpr std::size_t kMaxRemoteCandidates = 128;  ///< Further ones are counted and left out.
inline constexpr std::size_t kMaxFingerprints = 8;        ///< More is no honest offer.

bool is_ufrag(std::string_view text);         ///< ice-char and 4 to 256 of them (RFC 8839 §5.4).
bool is_ice_password(std::string_view text);  ///< Likewise, 22 to 256.

/// How the offerer wants to be reached and authenticated: ICE (RFC 8839), DTLS (RFC 8842).
struct Transport {
    std::string ufrag;
    std::string password;
    std::vector<RemoteFingerprint> fingerprints;
    Setup our_setup = Setup::active;
    std::vector<std::string> candidates;  ///< "candidate:…", not looked into
    std::size_t candidates_dropped = 0;
};

/// Reads the transport from a section's attributes, and from the session's where the section is silent.
/// `kept` is our role in an association that goes on. Error::invalid_offer: ufrag or password missing or out
/// of their alphabet and lengths; fingerprints as read_fingerprints() says; a setup that cannot be answered.
Result<Transport> read_transport(const Attributes& session, const Attributes& section,
                                 std::optional<Setup> kept = std::nullopt);

/// Takes a=fingerprint values (RFC 8122 §5). Well-formed ones of a hash we cannot compute are left out.
/// Error::invalid_offer: one is not "hash SP hex pairs", a digest has the wrong length for its hash, or
/// nothing stronger than sha-1 remains.
Result<std::vector<RemoteFingerprint>> read_fingerprints(const std::vector<std::string_view>& values);

}  // namespace legroom::sdp
