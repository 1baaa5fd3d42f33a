#include "sdp/transport.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "sdp/text.hpp"

namespace legroom::sdp {

namespace {

constexpr std::size_t kMinUfrag = 4;      // RFC 8839 §5.4
constexpr std::size_t kMinPassword = 22;  // 128 bits of six-bit characters
constexpr std::size_t kMaxCredential = 256;

struct Hash {
    std::string_view name;
    std::size_t digest_size;
};
constexpr std::array<Hash, 4> kHashes{{{"sha-1", 20}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}}};

const Hash* find_hash(std::string_view name) {
    const auto* found = std::find_if(kHashes.begin(), kHashes.end(), [name](const Hash& hash) {
        return equal_ignoring_case(hash.name, name);
    });
    return found == kHashes.end() ? nullptr : found;
}

bool is_hex_pair(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEFabcdef";
    return text.size() == 2 && text.find_first_not_of(kDigits) == std::string_view::npos;
}

std::optional<RemoteFingerprint> parse_fingerprint(std::string_view value) {
    const std::string_view algorithm = take_until(value, ' ');
    const std::string_view digest = trimmed(value);
    const auto pairs = split(digest, ':');
    if (!is_token(algorithm) || !std::all_of(pairs.begin(), pairs.end(), is_hex_pair)) return std::nullopt;
    const Hash* hash = find_hash(algorithm);
    if (hash != nullptr && pairs.size() != hash->digest_size) return std::nullopt;
    return RemoteFingerprint{std::string{algorithm}, std::string{digest}};
}

bool is_credential(std::string_view text, std::size_t least) {
    return text.size() >= least && text.size() <= kMaxCredential && is_ice_chars(text);
}

bool may_be_answered(std::optional<std::string_view> offered, Setup ours) {
    if (!offered || *offered == "actpass") return true;
    return *offered == (ours == Setup::active ? "passive" : "active");
}

/// RFC 8842 §5.3. An offerer that says nothing is active by RFC 4145 §4; one that does not mind reads our
/// answer anyway. holdconn asks for no connection, which is no offer of a call.
std::optional<Setup> answer_setup(std::optional<std::string_view> offered, std::optional<Setup> kept) {
    if (kept) return may_be_answered(offered, *kept) ? kept : std::nullopt;
    if (!offered || *offered == "active") return Setup::passive;
    if (*offered == "actpass" || *offered == "passive") return Setup::active;
    return std::nullopt;
}

std::optional<std::string_view> find_in(const Attributes& section, const Attributes& session,
                                        std::string_view name) {
    const auto own = section.find(name);
    return own ? own : session.find(name);
}

void read_candidates(const Attributes& section, Transport& transport) {
    for (const std::string_view value : section.all("candidate")) {
        if (transport.candidates.size() == kMaxRemoteCandidates) {
            ++transport.candidates_dropped;
        } else {
            transport.candidates.push_back("candidate:" + std::string{value});
        }
    }
}

}  // namespace

bool is_ufrag(std::string_view text) { return is_credential(text, kMinUfrag); }
bool is_ice_password(std::string_view text) { return is_credential(text, kMinPassword); }

Result<std::vector<RemoteFingerprint>> read_fingerprints(const std::vector<std::string_view>& values) {
    std::vector<RemoteFingerprint> usable;
    bool strong = false;
    if (values.size() > kMaxFingerprints) return Error::invalid_offer;
    for (const std::string_view value : values) {
        auto fingerprint = parse_fingerprint(value);
        if (!fingerprint) return Error::invalid_offer;
        if (find_hash(fingerprint->algorithm) == nullptr) continue;
        strong = strong || !equal_ignoring_case(fingerprint->algorithm, "sha-1");
        usable.push_back(std::move(*fingerprint));
    }
    if (!strong) return Error::invalid_offer;
    return usable;
}

Result<Transport> read_transport(const Attributes& session, const Attributes& section,
                                 std::optional<Setup> kept) {
    const auto ufrag = find_in(section, session, "ice-ufrag");
    const auto password = find_in(section, session, "ice-pwd");
    if (!ufrag || !is_ufrag(*ufrag) || !password || !is_ice_password(*password)) return Error::invalid_offer;

    const Attributes& signer = section.has("fingerprint") ? section : session;
    auto fingerprints = read_fingerprints(signer.all("fingerprint"));
    if (!fingerprints) return fingerprints.error();
    const auto setup = answer_setup(find_in(section, session, "setup"), kept);
    if (!setup) return Error::invalid_offer;

    Transport transport{std::string{*ufrag}, std::string{*password}, std::move(*fingerprints), *setup, {}, 0};
    read_candidates(section, transport);
    return transport;
}

}  // namespace legroom::sdp
