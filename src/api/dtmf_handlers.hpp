#pragma once

#include "api/reply.hpp"
#include "call/dtmf_service.hpp"

namespace legroom::api {

/// Key presses (contract 02, DTMF). `dtmf` must outlive the handlers.
class DtmfHandlers {
public:
    explicit DtmfHandlers(call::DtmfService& dtmf) : dtmf_(dtmf) {}

    Reply send(const Routed& request);
    Reply set_accepting(const Routed& request, bool accepting);

private:
    call::DtmfService& dtmf_;
};

}  // namespace legroom::api
