#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "ice/candidate.hpp"

namespace legroom::app {

/// The host candidates every leg is told of (RFC 8445 §5.1.1.1): one for each of the machine's addresses on
/// the one media port. With external addresses (WEBRTC_EXTERNAL_IPS) those stand in their place, each sent
/// from and received at the first address of its own family; one whose family the machine lacks is left out.
std::vector<ice::Candidate> host_candidates(std::span<const IpAddress> addresses, std::uint16_t port,
                                            std::span<const IpAddress> external);

}  // namespace legroom::app
