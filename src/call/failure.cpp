#include "call/failure.hpp"

#include <iterator>
#include <utility>

namespace legroom::call {
namespace {

using ice::FailureCode;

struct Explanation {
    FailureCode code;
    std::string_view stage;
    std::string_view hint;
};

constexpr Explanation kExplanations[] = {
    {FailureCode::no_remote_candidates, "candidates",
     "The peer told no address and none of its checks arrived. Send its candidates in the offer or by POST "
     "ice-candidates, and see that UDP to the server's port is open, or that a TURN server is offered."},
    {FailureCode::only_mdns_candidates, "candidates",
     "The peer told .local names only, which mean nothing outside its own network, and none of its checks "
     "arrived. See that it can reach the addresses in the answer, or give it STUN and TURN servers."},
    {FailureCode::no_reply, "checks",
     "Nothing the peer sent to the server's addresses arrived, or nothing the server sent to the peer's was "
     "answered. A firewall drops UDP, or the server announces an address the peer cannot reach: check "
     "WEBRTC_EXTERNAL_IPS, or give the peer a TURN server."},
    {FailureCode::stun_auth, "checks",
     "The peer's checks arrive with credentials of another session. It uses an old answer, or an answer "
     "meant "
     "for another leg: pass the answer on unchanged, and after an ICE restart the new one."},
    {FailureCode::dtls_timeout, "dtls",
     "A path works but the DTLS handshake over it never ended. The peer has not set the answer, or something "
     "on the way drops larger datagrams: look for an MTU below 1200 bytes."},
    {FailureCode::dtls_fingerprint, "dtls",
     "The peer showed another certificate than its SDP announced. Its SDP comes from another connection, or "
     "somebody stands between: send the offer of the very connection that sets the answer."},
    {FailureCode::dtls_failed, "dtls",
     "The DTLS handshake was refused: the two sides share no version, cipher or SRTP profile, or the peer "
     "sent "
     "an alert. The server wants DTLS 1.2 and an SRTP profile of AES-GCM or AES-CM with SHA-1."},
    {FailureCode::consent_expired, "connected",
     "It worked, and then the peer answered no more: it lost its network, went to sleep or was ended without "
     "a "
     "goodbye. Nothing to mend on the server; the peer can connect anew."},
    {FailureCode::closed_by_peer, "connected", "The peer closed the connection. Nothing is wrong."},
    {FailureCode::no_media, "media",
     "The path works but no audio comes over it. The microphone is off or muted in the browser, or its track "
     "is "
     "not in the offer (direction recvonly or inactive)."},
    {FailureCode::internal, "internal",
     "A fault of the server. Its log has more; please report it with the log of this leg."},
};

const Explanation& explain(FailureCode code) {
    for (const Explanation& explanation : kExplanations) {
        if (explanation.code == code) return explanation;
    }
    return *std::rbegin(kExplanations);
}

}  // namespace

Failure describe(FailureCode code, std::vector<ice::PairReport> pairs) {
    return {code, std::string{stage_of(code)}, std::string{hint_for(code)}, std::move(pairs)};
}

std::string_view stage_of(FailureCode code) { return explain(code).stage; }
std::string_view hint_for(FailureCode code) { return explain(code).hint; }

}  // namespace legroom::call
