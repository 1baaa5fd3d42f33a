#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <string>

#include "api/api.hpp"

namespace legroom::vsi {

/// Legs of one connection whose candidates are pushed at a time.
inline constexpr std::size_t kMaxPushedLegs = 32;

/// Carries a call out. Answers once, before it returns or later; what it returns calls that off, {}: it was
/// answered. Api::perform, or what stands for it in a test.
using Perform = std::function<std::function<void()>(Instant, const api::Call&, const api::Answer&)>;

/// Tells a client the server's candidates of legs as they become known, by waiting for them at the route that
/// gives them out: each goes to one reader, so nobody else should ask there. Control thread only.
class CandidatePush {
public:
    /// `tell` takes frames; like an Answer it may be called in the middle of a change.
    CandidatePush(const Perform& perform, std::function<void(std::string)> tell)
        : perform_(perform), tell_(std::move(tell)) {}
    ~CandidatePush();
    CandidatePush(const CandidatePush&) = delete;
    CandidatePush& operator=(const CandidatePush&) = delete;

    [[nodiscard]] bool full() const { return legs_.size() >= kMaxPushedLegs; }
    /// Until there are no more, or the leg is gone. Must not be full().
    void begin(std::string leg);
    /// Asks where nobody is being waited for.
    void ask(Instant now);

private:
    struct Leg {
        std::string id;
        bool asking = false;
        bool over = false;
        std::function<void()> call_off = {};
    };
    void ask(Instant now, Leg& leg);
    void take(Leg& leg, const api::Reply& reply);

    const Perform& perform_;
    std::function<void(std::string)> tell_;
    std::list<Leg> legs_;  // Where each stays, since whoever answers points to it.
};

}  // namespace legroom::vsi
