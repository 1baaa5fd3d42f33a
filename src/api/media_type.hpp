#pragma once

#include <string_view>

namespace legroom::api {

inline constexpr std::string_view kSdpType = "application/sdp";                       ///< RFC 8866 §8.1
inline constexpr std::string_view kFragmentType = "application/trickle-ice-sdpfrag";  ///< RFC 8840 §9

/// Of Prometheus's text format.
inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

/// Whether a Content-Type names this type, whatever its parameters (RFC 9110 §8.3).
bool is_type(std::string_view content_type, std::string_view type);

/// Whether somebody who sent this Accept takes a body of this type (RFC 9110 §12.5.1): the most particular
/// range that fits decides, and a weight of zero means no. An empty Accept takes everything.
bool accepts(std::string_view accept, std::string_view type);

}  // namespace legroom::api
