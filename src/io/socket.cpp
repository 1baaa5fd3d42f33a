#include "io/socket.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "io/socket_address.hpp"

namespace legroom::io {
namespace {

constexpr int kTcpRtoMaxMs = 44;  ///< TCP_RTO_MAX_MS, which Debian 12's headers do not know.
constexpr int kLongestRetransmitMs = 1000;

}  // namespace

error_code last_error() { return {errno, boost::system::system_category()}; }

void set_option(int socket, int level, int name, int value) {
    ::setsockopt(socket, level, name, &value, sizeof value);
}

Result<Descriptor> make_socket(int family, int type) {
    Descriptor socket{::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!socket) return last_error();
    if (family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    return socket;
}

void set_voice_options(int socket, int unsent, Duration patience) {
    const auto patience_ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent);
    set_option(socket, IPPROTO_TCP, kTcpRtoMaxMs, kLongestRetransmitMs);
    // Without it the kernel counts attempts, and attempts a second apart are over after 13 s.
    set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(patience_ms));
}

Result<void> bind_to(int socket, const Endpoint& local) {
    sockaddr_storage address{};
    const socklen_t length = to_sockaddr(local, address);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), length) != 0) return last_error();
    return {};
}

Result<Endpoint> local_endpoint(int socket) {
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &length) != 0) return last_error();
    const auto endpoint = from_sockaddr(reinterpret_cast<const sockaddr&>(bound));
    if (!endpoint) return error_code{EAFNOSUPPORT, boost::system::system_category()};
    return *endpoint;
}

}  // namespace legroom::io
