#include "vsi/candidate_push.hpp"

#include <boost/json/array.hpp>
#include <utility>

#include "vsi/frames.hpp"

namespace legroom::vsi {

CandidatePush::~CandidatePush() {
    for (const Leg& leg : legs_) {
        if (leg.asking && leg.call_off) leg.call_off();
    }
}

void CandidatePush::begin(std::string leg) { legs_.push_back({std::move(leg)}); }

void CandidatePush::ask(Instant now) {
    for (Leg& leg : legs_) {
        if (!leg.asking && !leg.over) ask(now, leg);
    }
    legs_.remove_if([](const Leg& leg) { return leg.over; });
}

void CandidatePush::ask(Instant now, Leg& leg) {
    leg.asking = true;
    const api::Call call{"GET", "/v1/legs/{leg}/ice-candidates", {{"leg", leg.id}}, "", "wait=30000"};
    auto call_off = perform_(now, call, [this, &leg](const api::Reply& reply) { take(leg, reply); });
    if (leg.asking) leg.call_off = std::move(call_off);
}

void CandidatePush::take(Leg& leg, const api::Reply& reply) {
    leg.asking = false;
    leg.call_off = {};
    leg.over = reply.status != api::Status::ok;
    if (!leg.over) {
        const auto& drained = reply.body.as_object();
        for (const auto& candidate : drained.at("candidates").as_array())
            tell_(candidate_frame(leg.id, candidate));
        leg.over = drained.at("done").as_bool();
    }
    if (leg.over) tell_(candidate_frame(leg.id, nullptr));
}

}  // namespace legroom::vsi
