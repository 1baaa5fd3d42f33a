#pragma once

#include <cstdint>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"

namespace legroom::ice {

/// So many checks go to an address that never sends anything authentic, over all our bases and the agent's
/// whole life: whoever signals a stranger's address shall not make us a nuisance to the stranger.
inline constexpr int kMaxUnanswered = 7;

/// What we know of the addresses we send checks to: who has answered, and how many checks the others may
/// still get.
///
/// An answer to a check of ours proves that the peer lives there, and ends the counting. Any other authentic
/// message only says so, for its source may be forged: it is worth a few checks more.
class Contacts {
public:
    [[nodiscard]] bool has_answered(const Endpoint& remote) const;
    /// Whether anything authentic ever came from there.
    [[nodiscard]] bool is_heard(const Endpoint& remote) const;
    /// Checks that may still go there, at most kMaxUnanswered; as many for one that has answered.
    [[nodiscard]] int credit(const Endpoint& remote) const;
    /// How long to wait for an answer to the latest check: longer each time, so that kMaxUnanswered of them
    /// reach over most of the set-up, and one may meet a NAT that opens late.
    [[nodiscard]] Duration patience(const Endpoint& remote) const;

    void on_sent(const Endpoint& remote);
    void on_heard(const Endpoint& remote);
    void on_answered(const Endpoint& remote);
    /// Its candidate has made room for another.
    void forget(const Endpoint& remote);

private:
    struct Contact {
        Endpoint remote;
        int credit = kMaxUnanswered;
        std::size_t sent = 0;
        bool heard = false;
        bool answered = false;
    };

    [[nodiscard]] const Contact* find(const Endpoint& remote) const;
    Contact& at(const Endpoint& remote);

    std::vector<Contact> contacts_;
};

}  // namespace legroom::ice
