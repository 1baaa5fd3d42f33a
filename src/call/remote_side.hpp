#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "call/error.hpp"
#include "dtls/certificate.hpp"
#include "ice/candidate.hpp"
#include "sdp/answer.hpp"

namespace legroom::call {

/// What an offer says of its sender, as values the machines take.
struct RemoteSide {
    std::vector<dtls::Fingerprint> fingerprints;  ///< At least one that is better than sha-1.
    std::vector<ice::Candidate> candidates;       ///< The usable ones, at most kMaxRemoteCandidates.
    std::uint64_t over_limit = 0;                 ///< Usable ones left out for that limit.
    std::size_t mdns_names = 0;                   ///< `.local` ones: never resolved.
};

/// Reads the fingerprints and candidates that sdp::answer() took over as text. Error::invalid_offer: a
/// fingerprint of a known algorithm is ill-formed, or none is of an algorithm we have (RFC 8122 §5: unknown
/// ones are skipped), or sha-1 is all there is; candidates are present and not one can be parsed.
Result<RemoteSide> read_remote_side(const sdp::Negotiated& negotiated);

/// What a refusal of sdp::answer() is called here.
Error reason_of(const error_code& refusal);

/// Whether a candidate line is of the generation that `ufrag` names: it says so or says nothing.
bool is_current(const ice::ParsedCandidate& parsed, const std::string& ufrag);

}  // namespace legroom::call
