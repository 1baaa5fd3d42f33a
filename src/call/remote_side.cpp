#include "call/remote_side.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "call/error.hpp"
#include "call/limits.hpp"

namespace legroom::call {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_known_hash(std::string_view algorithm) {
    static constexpr std::array<std::string_view, 4> kKnown{"sha-1", "sha-256", "sha-384", "sha-512"};
    return std::any_of(kKnown.begin(), kKnown.end(),
                       [&](std::string_view known) { return same_ignoring_case(known, algorithm); });
}

Result<std::vector<dtls::Fingerprint>> read_fingerprints(const std::vector<sdp::RemoteFingerprint>& texts) {
    std::vector<dtls::Fingerprint> fingerprints;
    for (const auto& text : texts) {
        if (!is_known_hash(text.algorithm)) continue;
        auto fingerprint = dtls::Fingerprint::parse(text.algorithm, text.value);
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

bool is_current(const ice::ParsedCandidate& parsed, const std::string& ufrag) {
    return !parsed.ufrag || *parsed.ufrag == ufrag;
}

}  // namespace legroom::call
