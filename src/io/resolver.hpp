#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"

namespace legroom::io {

struct HostPort {
    std::string host;  ///< A name, or an address as text.
    std::uint16_t port = 0;
};

struct Resolved {
    std::string host;
    std::vector<Endpoint> endpoints;  ///< Empty: not known, or no answer in time.
};

inline constexpr std::size_t kMaxLookUps = 64;  ///< Names asked for at a time; further ones get no answer.

/// Asks the system's resolver, which may take its time: half a minute when no server answers. Empty: unknown.
std::vector<IpAddress> system_look_up(const std::string& name);

/// Looks names up, each on a thread of its own: one that hangs is in nobody's way. Nor does it hold up the
/// end: its thread is left to itself, and finds nobody there when it is done. A name still being asked for is
/// not asked for again; who wants it next waits for the same answer.
///
/// Lives on the context's thread, and not longer than the context.
class Resolver {
public:
    /// Called on other threads, several at a time, maybe when the resolver is gone.
    using LookUp = std::function<std::vector<IpAddress>(const std::string& name)>;

    explicit Resolver(boost::asio::io_context& context, LookUp look_up = system_look_up);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// Looks all names up at once and calls `done` on the context's thread, later and exactly once: when all
    /// have been answered, or when `patience` is over with what has come by then. Addresses are their own
    /// answer. The results keep the order of the names.
    void resolve(const std::vector<HostPort>& names, Duration patience,
                 std::function<void(std::vector<Resolved>)> done);

private:
    class Round;
    class WayBack;
    struct Waiting {
        std::weak_ptr<Round> round;
        std::size_t index = 0;
    };

    bool ask(const std::string& name, Waiting waiting);
    void answer(const std::string& name, const std::vector<IpAddress>& ips);

    boost::asio::io_context& context_;
    LookUp look_up_;
    std::shared_ptr<WayBack> way_back_;
    std::map<std::string, std::vector<Waiting>> under_way_;
};

}  // namespace legroom::io
