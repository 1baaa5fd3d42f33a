#include "ice/contacts.hpp"

#include <algorithm>
#include <array>

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

/// An authentic message is worth so many checks: each has to get through, and its answer too.
constexpr int kCreditPerMessage = 2;

/// After the first check, the second and so on: sent alone they leave at 0, 0.1, 0.35, 1, 2.6, 6.6 and 16.6
/// s.
constexpr std::array<Duration, kMaxUnanswered> kPatience{100ms, 250ms, 650ms, 1600ms, 4s, 10s, 5s};

}  // namespace

const Contacts::Contact* Contacts::find(const Endpoint& remote) const {
    const auto found = std::find_if(contacts_.begin(), contacts_.end(),
                                    [&](const Contact& one) { return one.remote == remote; });
    return found == contacts_.end() ? nullptr : &*found;
}

Contacts::Contact& Contacts::at(const Endpoint& remote) {
    const auto found = std::find_if(contacts_.begin(), contacts_.end(),
                                    [&](const Contact& one) { return one.remote == remote; });
    if (found != contacts_.end()) return *found;
    contacts_.push_back({remote});
    return contacts_.back();
}

bool Contacts::has_answered(const Endpoint& remote) const {
    const Contact* contact = find(remote);
    return contact != nullptr && contact->answered;
}

bool Contacts::is_heard(const Endpoint& remote) const {
    const Contact* contact = find(remote);
    return contact != nullptr && contact->heard;
}

int Contacts::credit(const Endpoint& remote) const {
    const Contact* contact = find(remote);
    return contact == nullptr || contact->answered ? kMaxUnanswered : contact->credit;
}

Duration Contacts::patience(const Endpoint& remote) const {
    const Contact* contact = find(remote);
    const std::size_t sent = contact == nullptr ? 1 : std::max<std::size_t>(contact->sent, 1);
    return kPatience[std::min(sent, kPatience.size()) - 1];
}

void Contacts::on_sent(const Endpoint& remote) {
    Contact& contact = at(remote);
    ++contact.sent;
    contact.credit = std::max(0, contact.credit - 1);
}

void Contacts::on_heard(const Endpoint& remote) {
    Contact& contact = at(remote);
    contact.heard = true;
    contact.credit = std::min(kMaxUnanswered, contact.credit + kCreditPerMessage);
}

void Contacts::on_answered(const Endpoint& remote) {
    Contact& contact = at(remote);
    contact.heard = contact.answered = true;
}

void Contacts::forget(const Endpoint& remote) {
    std::erase_if(contacts_, [&](const Contact& one) { return one.remote == remote; });
}

}  // namespace legroom::ice
