#include "ice/agent_impl.hpp"
#include "stun/builder.hpp"

namespace legroom::ice {
namespace {

stun::Header reply_header(const stun::Message& request, stun::Class kind) {
    return {kind, request.header.method, request.header.transaction};
}

}  // namespace

void Agent::Impl::handle_request(Instant now, const Path& path, const stun::Message& request) {
    if (!authenticate(path, request)) return;
    ++counters_.requests;
    if (!request.unknown_required.empty()) {
        ++counters_.unknown_attributes;
        return refuse(path, request, stun::kUnknownAttribute, true);
    }
    if (resolve_role_conflict(request)) return refuse(path, request, stun::kRoleConflict, true);
    // A path that may not be used again shall not look alive to the peer either: it is to restart.
    if (const Pair* known = list_.find(path); known != nullptr && known->expired) return;
    answer(path, request);
    take_check(now, path, request);
}

/// Our ufrag and our password (RFC 8489 §9.1.3, RFC 8445 §7.3). A request without either gets no answer
/// at all: the 400 of the RFC would be longer than the request, for whoever forged its source.
bool Agent::Impl::authenticate(const Path& path, const stun::Message& request) {
    const std::string& ufrag = config_.local.ufrag;
    const std::string_view username = request.username.value_or("");
    const bool ours = username.size() > ufrag.size() && username.substr(0, ufrag.size()) == ufrag &&
                      username[ufrag.size()] == ':';
    if (ours && request.verify_ice(local_key_)) return true;
    ++counters_.unauthenticated;
    if (request.username && request.has_integrity()) refuse(path, request, stun::kUnauthenticated, false);
    return false;
}

void Agent::Impl::refuse(const Path& path, const stun::Message& request, std::uint16_t code,
                         bool authenticated) {
    stun::Builder reply{reply_header(request, stun::Class::error)};
    reply.error(code, "");
    if (code == stun::kUnknownAttribute) reply.unknown_attributes(request.unknown_required);
    if (authenticated) reply.message_integrity(local_key_);
    outbox_.emplace_back(Transmit{path, reply.fingerprint().take()});
}

void Agent::Impl::answer(const Path& path, const stun::Message& request) {
    stun::Builder reply{reply_header(request, stun::Class::success)};
    reply.xor_mapped_address(path.remote).message_integrity(local_key_).fingerprint();
    outbox_.emplace_back(Transmit{path, reply.take()});
}

/// Both ends believe to have the same role: the greater tie-breaker is controlling. True when the peer
/// is the one to change (RFC 8445 §7.3.1.1).
bool Agent::Impl::resolve_role_conflict(const stun::Message& request) {
    const auto theirs = role_ == Role::controlling ? request.controlling : request.controlled;
    if (!theirs) return false;
    ++counters_.role_conflicts;
    const bool we_win = tie_breaker_ >= *theirs;
    const bool we_stay = we_win == (role_ == Role::controlling);
    if (!we_stay) switch_role(we_win ? Role::controlling : Role::controlled);
    return we_stay;
}

void Agent::Impl::switch_role(Role role) {
    role_ = role;
    list_.prioritize(role);
}

/// Whoever sends an authenticated check lives where it came from: check back (RFC 8445 §7.3.1.4), and go
/// there if a controlling peer says so (§7.3.1.5).
void Agent::Impl::take_check(Instant now, const Path& path, const stun::Message& request) {
    last_heard_ = now;
    Pair* pair = learn_pair(path, request.priority);
    if (pair == nullptr) return;
    ++pair->requests_received;
    hear(now, *pair);
    trigger(now, *pair);
    suspect_selected(now, *pair);
    if (role_ == Role::controlled && request.use_candidate) take_nomination(now, *pair, request);
}

void Agent::Impl::take_nomination(Instant now, Pair& pair, const stun::Message& request) {
    if (pair.nominated_by == request.header.transaction) return;
    pair.nominated_by = request.header.transaction;
    for (const auto& other : list_) other->nominate_on_success = false;  // the latest word counts
    if (pair.state == PairState::succeeded) {
        select(now, pair, true);
    } else {
        pair.nominate_on_success = true;
    }
}

}  // namespace legroom::ice
