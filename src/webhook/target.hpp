#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace legroom::webhook {

inline constexpr std::size_t kMaxUrlBytes = 2'048;
inline constexpr std::size_t kMaxSecretBytes = 256;

/// Where events are posted to.
struct Target {
    std::string url;     ///< is_target_url()
    std::string secret;  ///< Signs each request; "": they are not signed.
};
/// Shared by a leg or room and all its events that are still to be delivered; never changes.
using TargetPtr = std::shared_ptr<const Target>;

/// An http or https URL with a host, of visible ASCII, at most kMaxUrlBytes long.
bool is_target_url(std::string_view url);

/// The URL as far as everybody may see it: without user name, password, query and fragment.
std::string shown_url(std::string_view url);

}  // namespace legroom::webhook
