#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sdp/answer.hpp"

namespace legroom::sdp {

inline const std::string kSha1 = "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33";
inline const std::string kSha256 =
    "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

/// What a server would say of itself in every test.
inline Ours test_ours() {
    Ours ours;
    ours.ice_ufrag = "srvU";
    ours.ice_password = "serverPasswordOf24Chars+";
    ours.fingerprint = kSha256;
    ours.candidates = {"candidate:1 1 udp 2130706431 192.0.2.1 10000 typ host",
                       "candidate:2 1 udp 2130706175 2001:db8::1 10000 typ host"};
    ours.session_id = "4611686018427387904";
    ours.stream_id = "stream-1";
    ours.track_id = "track-1";
    ours.cname = "cname-1";
    ours.ssrc = Ssrc{305419896};
    return ours;
}

/// One of tests/data/offers; tests run in the root of the repository.
inline std::string read_offer(const std::string& name) {
    std::ifstream file{"tests/data/offers/" + name + ".sdp", std::ios::binary};
    if (!file) throw std::runtime_error("no offer " + name + ": run from the root of the repository");
    return {std::istreambuf_iterator<char>(file), {}};
}

inline const std::string kSession = "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\nt=0 0\n";
inline const std::string kTransport =
    "a=ice-ufrag:abcd\na=ice-pwd:abcdefghijklmnopqrstuv\na=fingerprint:" + kSha256 + "\na=setup:actpass\n";

inline std::string audio_section(const std::string& mid, int port = 9) {
    return "m=audio " + std::to_string(port) +
           " UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=rtcp-mux\na=rtpmap:111 opus/48000/2\na=mid:" + mid +
           "\n";
}
inline std::string video_section(const std::string& mid) {
    return "m=video 9 UDP/TLS/RTP/SAVPF 96 97\nc=IN IP4 0.0.0.0\na=rtpmap:96 VP8/90000\na=mid:" + mid + "\n";
}
inline std::string data_section(const std::string& mid) {
    return "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\na=sctp-port:5000\na=mid:" +
           mid + "\n";
}

/// The smallest offer of a call, one line of which most tests change.
inline std::string small_offer() { return kSession + audio_section("0") + kTransport; }

/// `text` with the only `what` in it changed.
inline std::string with(std::string text, std::string_view what, std::string_view instead) {
    const std::size_t at = text.find(what);
    if (at == std::string::npos) throw std::logic_error("the test changes what is not there");
    return text.replace(at, what.size(), instead);
}

}  // namespace legroom::sdp
