#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/result.hpp"
#include "base/srtp_profile.hpp"
#include "srtp/error.hpp"
#include "srtp/stream.hpp"
#include "srtp/transform.hpp"

namespace legroom::srtp {

/// How often each Error was the answer.
class RefusalCounters {
public:
    void count(const error_code& error) { ++place(error.value()); }
    [[nodiscard]] std::uint64_t of(Error reason) const {
        return counts_.at(static_cast<std::size_t>(reason) - 1);
    }

private:
    std::uint64_t& place(int value) { return counts_.at(static_cast<std::size_t>(value) - 1); }
    std::array<std::uint64_t, kErrorCount> counts_{};
};

/// What a Sender and a Receiver have in common: both flows' transforms and the streams.
struct SessionState {
    std::unique_ptr<Transform> rtp;
    std::unique_ptr<Transform> rtcp;
    StreamTable streams;
    RefusalCounters refused;

    static Result<SessionState> create(SrtpProfile profile, const SrtpMasterKey& master) {
        const auto rtp_keys = derive_session_keys(profile, master, Flow::rtp);
        if (!rtp_keys) return rtp_keys.error();
        const auto rtcp_keys = derive_session_keys(profile, master, Flow::rtcp);
        if (!rtcp_keys) return rtcp_keys.error();
        return SessionState{make_transform(profile, *rtp_keys, Flow::rtp),
                            make_transform(profile, *rtcp_keys, Flow::rtcp),
                            {},
                            {}};
    }
};

}  // namespace legroom::srtp
