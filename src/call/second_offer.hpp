#pragma once

#include "base/result.hpp"
#include "call/leg.hpp"
#include "call/remote_side.hpp"
#include "engine/messages.hpp"
#include "sdp/answer.hpp"

namespace legroom::call {

/// What a second offer of a leg means for its transport (RFC 8829 §5.3.1, RFC 8839 §4.4, RFC 8842 §4):
///   kept       same ICE credentials, same certificate: only the media changes (hold, formats)
///   restarted  new ICE credentials, same certificate, same session: ICE looks for a new path
///   replaced   another certificate or another session (o=): a new peer connection, the page was loaded again
/// Error::invalid_offer: another certificate with the old ICE credentials.
Result<engine::ChangeLeg::Transport> transport_change(const Signalling& before,
                                                      const sdp::Negotiated& offered,
                                                      const RemoteSide& remote);

/// Keeps of an offer and its answer what the next offer will be compared with and answered from.
void remember(Signalling& signalling, sdp::Ours ours, sdp::Negotiated negotiated, const RemoteSide& remote);

/// What is in force when the new transport of `changed` never came up. After a restart that is the old path
/// with whatever else was agreed on (a direction, a format); after a replacement all of `before`. Candidates
/// of ours that nobody has fetched stay, for every generation has the same; versions of the answer never
/// repeat (RFC 3264 §8).
Signalling taken_back(Signalling changed, const Signalling& before);

}  // namespace legroom::call
