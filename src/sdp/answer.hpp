#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace legroom::sdp {

enum class Direction { sendrecv, sendonly, recvonly, inactive };
enum class Setup { active, passive };

/// Everything of ours an answer needs; all of it is known before the offer comes.
struct Ours {
    std::string ice_ufrag;
    std::string ice_password;
    std::string fingerprint;              ///< "sha-256 AB:CD:…"
    std::vector<std::string> candidates;  ///< "candidate:…" lines, host candidates
    bool gathering_done = true;           ///< true: a=end-of-candidates follows them
    std::string session_id;               ///< decimal digits for o= (RFC 8866 §5.2)
    std::uint64_t session_version = 1;    ///< one more with every answer of a leg
    /// Our role in a DTLS association that goes on: an offer that leaves us the choice gets this, one that
    /// demands the other is Error::invalid_offer (RFC 8842 §5.3).
    std::optional<Setup> setup;
    std::string stream_id;  ///< a=msid, first part
    std::string track_id;   ///< a=msid, second part
    std::string cname;
    Ssrc ssrc{};
    bool sends = true;     ///< false: we never send, whatever the offer would receive,
    bool receives = true;  ///< and false: never receive.
};

struct RemoteFingerprint {
    std::string algorithm;  ///< as written, e.g. "sha-256"
    std::string value;      ///< hex pairs with colons
};

/// How the peer wants its Opus (RFC 7587 §6.1).
struct OpusParameters {
    std::uint8_t payload_type = 111;
    bool use_inband_fec = false;
    bool use_dtx = false;
    bool cbr = false;
    bool stereo = false;
    std::uint32_t max_playback_rate = 48'000;
    std::optional<std::uint32_t> max_average_bitrate;
    std::optional<std::uint32_t> ptime_ms;
    std::optional<std::uint32_t> max_ptime_ms;
};

/// What the two sides agreed on, for the machines.
struct Negotiated {
    std::string mid;                            ///< of the accepted audio section
    std::uint16_t mline_index = 0;              ///< its place among the sections
    Direction direction = Direction::sendrecv;  ///< ours
    Setup setup = Setup::active;                ///< ours

    std::string remote_session;  ///< o= without its version: another one is another peer connection
    std::string remote_ufrag;
    std::string remote_password;
    bool remote_ice_lite = false;
    std::vector<std::string> remote_candidates;  ///< as written, "candidate:…"; at most kMaxRemoteCandidates
    std::size_t remote_candidates_dropped = 0;   ///< what the offer held beyond that
    /// Well-formed ones of sha-1, sha-256, sha-384 and sha-512, at least one of them not sha-1.
    std::vector<RemoteFingerprint> remote_fingerprints;

    OpusParameters opus;
    std::optional<std::uint8_t> telephone_event_48k;  ///< payload types
    std::optional<std::uint8_t> telephone_event_8k;
    std::optional<std::uint8_t> audio_level_extension;  ///< RFC 8285 ids
    std::optional<std::uint8_t> mid_extension;
    Direction audio_level_direction = Direction::sendrecv;  ///< ours; recvonly: the peer wants none
    Direction mid_direction = Direction::sendrecv;          ///< likewise
    bool reduced_size_rtcp = false;
};

struct Answer {
    std::string text;  ///< CRLF lines, begins "v=0"
    Negotiated negotiated;
};

enum class Error {
    /// Not SDP; a section without mid; no ufrag, password or fingerprint where the transport is; a
    /// fingerprint that is not "algorithm SP hex", or sha-1 alone. The caller answers 400.
    invalid_offer = 1,
    /// No audio section with a codec we have. The caller answers 500, as the contract says.
    no_common_codec,
    /// Not a fragment of a description (RFC 8840 §9). The caller answers 400.
    invalid_fragment,
};
boost::system::error_code make_error_code(Error error);

/// Answers an offer: a pure function of its two arguments (RFC 3264, 8829 §5.3, 8839, 8842, 8843). The
/// first audio section with a common codec is accepted, every other section rejected in its place. What is
/// wrong with the offer itself comes before what we cannot serve: a broken offer without audio is
/// Error::invalid_offer. There is one transport and it is muxed: a=rtcp-mux is answered always.
///
/// All of `offer` is the peer's: what the answer repeats of it (mid, media, protocol, formats) was checked
/// to be tokens, so no offer can smuggle a line into the answer. `ours` is trusted to hold no line ends.
Result<Answer> answer(std::string_view offer, const Ours& ours);

}  // namespace legroom::sdp

template <>
struct boost::system::is_error_code_enum<legroom::sdp::Error> : std::true_type {};
