#include "api/dtmf_handlers.hpp"

#include "api/bodies.hpp"
#include "api/problem.hpp"

namespace legroom::api {

/// POST /v1/legs/{leg}/dtmf: 200 queued; 400 the body does not fit, no digits or too many; 404 no such leg;
/// 409 its peer takes no digits, or nothing at all; 503 too many are waiting.
Reply DtmfHandlers::send(const Routed& request) {
    const auto digits = parse_digits(request.body);
    if (!digits) return problem(digits.error());

    const auto done = dtmf_.send(LegId{request.path.at("leg")}, *digits);
    if (!done) return problem(done.error());

    return status_word("sent");
}

/// POST /v1/legs/{leg}/dtmf/accept, …/dtmf/reject: 200, changed or not; 404 no such leg. A body is not looked
/// at.
Reply DtmfHandlers::set_accepting(const Routed& request, bool accepting) {
    const auto done = dtmf_.set_accepting(LegId{request.path.at("leg")}, accepting);
    if (!done) return problem(done.error());

    return status_word(accepting ? "dtmf_accepting" : "dtmf_rejecting");
}

}  // namespace legroom::api
