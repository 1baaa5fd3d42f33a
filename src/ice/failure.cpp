#include "ice/failure.hpp"

namespace legroom::ice {

std::string_view to_string(FailureCode code) {
    switch (code) {
        case FailureCode::no_remote_candidates:
            return "no_remote_candidates";
        case FailureCode::only_mdns_candidates:
            return "only_mdns_candidates";
        case FailureCode::no_reply:
            return "no_reply";
        case FailureCode::stun_auth:
            return "stun_auth";
        case FailureCode::dtls_timeout:
            return "dtls_timeout";
        case FailureCode::dtls_fingerprint:
            return "dtls_fingerprint";
        case FailureCode::dtls_failed:
            return "dtls_failed";
        case FailureCode::consent_expired:
            return "consent_expired";
        case FailureCode::closed_by_peer:
            return "closed_by_peer";
        case FailureCode::no_media:
            return "no_media";
        case FailureCode::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace legroom::ice
