#include "coturn.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/clock.hpp"
#include "io/descriptor.hpp"
#include "io/socket_address.hpp"
#include "stun/builder.hpp"

namespace legroom::interop {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStart = 10s;

/// A socket of that kind at `endpoint`; invalid if the port is taken.
io::Descriptor bound(const Endpoint& endpoint, int type) {
    sockaddr_storage address{};
    const socklen_t size = io::to_sockaddr(endpoint, address);
    io::Descriptor socket{::socket(address.ss_family, type | SOCK_CLOEXEC, 0)};
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return {};
    return socket;
}

Endpoint end_of(const io::Descriptor& socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return io::from_sockaddr(reinterpret_cast<const sockaddr&>(address)).value();
}

/// A port that is free for UDP and TCP.
std::uint16_t free_port(const IpAddress& ip) {
    for (int i = 0; i < 100; ++i) {
        const io::Descriptor udp = bound({ip, 0}, SOCK_DGRAM);
        if (!udp) break;
        const std::uint16_t port = end_of(udp).port;
        if (bound({ip, port}, SOCK_STREAM)) return port;
    }
    throw std::runtime_error{"no free port at " + ip.to_string()};
}

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

[[noreturn]] void become(const std::vector<std::string>& arguments, const std::filesystem::path& log) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& one : arguments) argv.push_back(const_cast<char*>(one.c_str()));
    argv.push_back(nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
}

}  // namespace

Coturn::Coturn(const std::string& ip, std::vector<std::string> options) : options_(std::move(options)) {
    std::string name = (std::filesystem::temp_directory_path() / "legroom-coturn-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no folder for coturn"};
    folder_ = name;
    address_.ip = IpAddress::parse(ip).value();
    address_.port = free_port(address_.ip);
    start();
}

Coturn::~Coturn() {
    stop(SIGTERM);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Coturn::restart() {
    stop(SIGKILL);
    start();
}

std::vector<std::string> Coturn::arguments() const {
    const std::string ip = address_.ip.to_string();
    std::vector<std::string> all{"turnserver",
                                 "-n",
                                 "--listening-ip=" + ip,
                                 "--relay-ip=" + ip,
                                 "--listening-port=" + std::to_string(address_.port),
                                 "--lt-cred-mech",
                                 "--user=user:password",
                                 "--realm=relay.example",
                                 "--allow-loopback-peers",
                                 "--no-cli",
                                 "--no-tls",
                                 "--no-dtls",
                                 "--relay-threads=1",
                                 "--log-file=stdout",
                                 "--simple-log",
                                 "--userdb=" + (folder_ / "turndb").string(),
                                 "--pidfile=" + (folder_ / "pid").string()};
    all.insert(all.end(), options_.begin(), options_.end());
    return all;
}

void Coturn::start() {
    const auto what = arguments();
    pid_ = ::fork();
    if (pid_ == 0) become(what, folder_ / "log");
    if (pid_ < 0) throw std::runtime_error{"fork failed"};
    const Instant end = io::now() + kStart;
    while (!answers()) {
        const bool ended = ::waitpid(pid_, nullptr, WNOHANG) == pid_;
        if (!ended && io::now() < end) continue;
        if (ended) pid_ = -1;
        const std::string log = text_of(folder_ / "log");
        stop(SIGKILL);
        throw std::runtime_error{"coturn (Debian package coturn) does not start: " + log};
    }
}

void Coturn::stop(int signal) {
    if (pid_ < 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

/// Whether it answers a Binding request within 50 ms.
bool Coturn::answers() const {
    const io::Descriptor socket = bound({address_.ip, 0}, SOCK_DGRAM);
    sockaddr_storage address{};
    const socklen_t size = io::to_sockaddr(address_, address);
    const ByteVector request = stun::Builder{stun::Header{}}.take();
    ::sendto(socket.get(), request.data(), request.size(), 0, reinterpret_cast<const sockaddr*>(&address),
             size);
    pollfd readable{socket.get(), POLLIN, 0};
    return ::poll(&readable, 1, 50) == 1;
}

}  // namespace legroom::interop
