#include "srtp/transform.hpp"

namespace legroom::srtp {

std::unique_ptr<Transform> make_transform(SrtpProfile profile, const SessionKeys& keys, Flow flow) {
    return profile == SrtpProfile::aes128_cm_sha1_80 ? make_aes_cm_transform(keys, flow)
                                                     : make_aes_gcm_transform(keys, flow);
}

}  // namespace legroom::srtp
