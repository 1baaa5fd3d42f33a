#include "call/second_offer.hpp"

#include <algorithm>
#include <utility>

#include "call/error.hpp"

namespace legroom::call {
namespace {

bool same_fingerprints(const std::vector<dtls::Fingerprint>& a, const std::vector<dtls::Fingerprint>& b) {
    return std::is_permutation(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

Result<engine::ChangeLeg::Transport> transport_change(const Signalling& before,
                                                      const sdp::Negotiated& offered,
                                                      const RemoteSide& remote) {
    using Change = engine::ChangeLeg::Transport;
    const bool same_certificate = same_fingerprints(remote.fingerprints, before.remote_fingerprints);
    const bool same_session = offered.remote_session == before.negotiated.remote_session;
    const bool same_ice = offered.remote_ufrag == before.negotiated.remote_ufrag &&
                          offered.remote_password == before.negotiated.remote_password;
    if (same_ice && !same_certificate) return Error::invalid_offer;
    if (same_ice) return Change::kept;  // aiortc makes a new session id for every offer
    return same_certificate && same_session ? Change::restarted : Change::replaced;
}

void remember(Signalling& signalling, sdp::Ours ours, sdp::Negotiated negotiated, const RemoteSide& remote) {
    ours.candidates.clear();
    negotiated.remote_candidates.clear();
    signalling.ours = std::move(ours);
    signalling.negotiated = std::move(negotiated);
    signalling.remote_fingerprints = remote.fingerprints;
}

Signalling taken_back(Signalling changed, const Signalling& before) {
    const bool restarted = changed.ours.session_id == before.ours.session_id;
    Signalling restored = before;
    restored.undelivered = std::move(changed.undelivered);
    restored.ours.session_version = changed.ours.session_version;
    if (!restarted) return restored;
    restored.mid = std::move(changed.mid);
    restored.mline_index = changed.mline_index;
    restored.negotiated = std::move(changed.negotiated);
    restored.negotiated.remote_ufrag = before.negotiated.remote_ufrag;
    restored.negotiated.remote_password = before.negotiated.remote_password;
    return restored;
}

}  // namespace legroom::call
