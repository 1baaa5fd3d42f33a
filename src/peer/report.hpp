#pragma once

#include <optional>

#include "base/time.hpp"
#include "ice/report.hpp"

namespace legroom::peer {

enum class DtlsState { waiting, handshaking, established, closed };

/// When the steps of the set-up were done; nullopt: not yet.
struct Milestones {
    Instant created;
    std::optional<Instant> first_remote_candidate;  ///< Told or learnt.
    std::optional<Instant> first_check;             ///< Sent, or received and answered.
    std::optional<Instant> first_valid_pair;
    std::optional<Instant> nominated;
    std::optional<Instant> dtls_established;
    std::optional<Instant> first_media;  ///< An authentic RTP packet came in.
};

/// A snapshot of a connection, for whoever asks why.
struct PeerReport {
    ice::AgentReport ice;
    DtlsState dtls = DtlsState::waiting;
    bool interrupted = false;
    bool restarting = false;  ///< An ICE restart or a new transport is under way.
    Milestones milestones;
    std::optional<Instant> last_heard;  ///< The latest authentic packet of any kind.
    std::optional<Instant> last_media;
};

}  // namespace legroom::peer
