#include "call/remote_side.hpp"

#include <algorithm>

#include "call/error.hpp"
#include "call/limits.hpp"
#include "dtls/error.hpp"

namespace legroom::call {
namespace {

Result<std::vector<dtls::Fingerprint>> read_fingerprints(const std::vector<sdp::RemoteFingerprint>& texts) {
    std::vector<dtls::Fingerprint> fingerprints;
    for (const auto& text : texts) {
        auto fingerprint = dtls::Fingerprint::parse(text.algorithm, text.value);
        if (!fingerprint && fingerprint.error() == dtls::Error::unknown_hash) continue;
        if (!fingerprint) return Error::invalid_offer;
        fingerprints.push_back(std::move(*fingerprint));
    }
    const bool trustworthy =
        std::any_of(fingerprints.begin(), fingerprints.end(),
                    [](const auto& fingerprint) { return fingerprint.hash != dtls::HashFunction::sha1; });
    if (!trustworthy) return Error::invalid_offer;
    return fingerprints;
}

void read_candidates(const sdp::Negotiated& negotiated, RemoteSide& remote, bool& any_parsed) {
    for (const auto& line : negotiated.remote_candidates) {
        const auto parsed = ice::parse_candidate(line);
        if (!parsed) continue;
        any_parsed = true;
        remote.mdns_names += parsed->mdns ? 1 : 0;
        if (!parsed->candidate || !is_current(*parsed, negotiated.remote_ufrag)) continue;
        if (remote.candidates.size() == kMaxRemoteCandidates) {
            ++remote.over_limit;
        } else {
            remote.candidates.push_back(*parsed->candidate);
        }
    }
}

}  // namespace

Result<RemoteSide> read_remote_side(const sdp::Negotiated& negotiated) {
    RemoteSide remote;
    auto fingerprints = read_fingerprints(negotiated.remote_fingerprints);
    if (!fingerprints) return fingerprints.error();
    remote.fingerprints = std::move(*fingerprints);

    bool any_parsed = negotiated.remote_candidates.empty();
    read_candidates(negotiated, remote, any_parsed);
    if (!any_parsed) return Error::invalid_offer;
    return remote;
}

Error reason_of(const error_code& refusal) {
    return refusal == sdp::Error::no_common_codec ? Error::no_common_codec : Error::invalid_offer;
}

bool is_current(const ice::ParsedCandidate& parsed, const std::string& ufrag) {
    return !parsed.ufrag || *parsed.ufrag == ufrag;
}

}  // namespace legroom::call
