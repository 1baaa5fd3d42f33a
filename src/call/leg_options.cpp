#include "call/leg_options.hpp"

#include "call/error.hpp"
#include "call/limits.hpp"

namespace legroom::call {

bool are_bounded(const LegHeaders& headers) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : headers) bytes += name.size() + value.size();
    return headers.size() <= kMaxHeaders && bytes <= kMaxHeaderBytes;
}

Result<void> check(const LegOptions& options) {
    if (options.app_id.size() > kMaxAppIdBytes) return Error::app_id_too_long;
    if (options.role.size() > kMaxRoleBytes) return Error::role_too_long;
    const auto& grace = options.reconnect_grace;
    if (grace && (*grace < Duration::zero() || *grace > kMaxReconnectGrace))
        return Error::bad_reconnect_grace;
    const auto& limit = options.max_duration;
    if (limit && (*limit <= Duration::zero() || *limit > kMaxDuration)) return Error::bad_max_duration;
    if (!are_bounded(options.headers)) return Error::too_many_headers;
    return {};
}

}  // namespace legroom::call
