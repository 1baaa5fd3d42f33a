#include "dtls/handshake.hpp"

#include <utility>

#include "dtls/handshake_impl.hpp"

namespace legroom::dtls {

Handshake::Handshake(HandshakeConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}
Handshake::~Handshake() = default;
Handshake::Handshake(Handshake&&) noexcept = default;
Handshake& Handshake::operator=(Handshake&&) noexcept = default;

void Handshake::start(Instant now, Duration round_trip) { impl_->start(now, round_trip); }
void Handshake::handle_datagram(Instant now, Bytes datagram) { impl_->handle_datagram(now, datagram); }
void Handshake::handle_timeout(Instant now) { impl_->handle_timeout(now); }
void Handshake::close() { impl_->close(); }
std::optional<Instant> Handshake::deadline() const { return impl_->deadline; }
const HandshakeCounters& Handshake::counters() const { return impl_->counters; }

std::optional<Output> Handshake::poll() {
    if (impl_->outputs.empty()) return std::nullopt;
    Output next = std::move(impl_->outputs.front());
    impl_->outputs.pop_front();
    return next;
}

}  // namespace legroom::dtls
