#include "io/resolver.hpp"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "io/socket_address.hpp"

namespace legroom::io {
namespace {

using boost::asio::ip::udp;

/// Shared by the callbacks of all look-ups and of the timer; lives until the last of them has run.
struct Lookup {
    Lookup(boost::asio::io_context& context, std::function<void(std::vector<Resolved>)> when_done)
        : resolver(context), timer(context), done(std::move(when_done)) {}

    void finish() {
        if (!done) return;
        timer.cancel();
        resolver.cancel();
        std::exchange(done, nullptr)(std::move(results));
    }

    udp::resolver resolver;
    boost::asio::steady_timer timer;
    std::function<void(std::vector<Resolved>)> done;
    std::vector<Resolved> results;
    std::size_t unanswered = 0;
};

std::vector<Endpoint> endpoints_of(const udp::resolver::results_type& found) {
    std::vector<Endpoint> endpoints;
    for (const auto& entry : found) {
        udp::endpoint endpoint = entry.endpoint();
        if (const auto known = from_sockaddr(*endpoint.data())) endpoints.push_back(*known);
    }
    return endpoints;
}

void look_up(const std::shared_ptr<Lookup>& lookup, std::size_t index, const HostPort& name) {
    lookup->resolver.async_resolve(name.host, std::to_string(name.port),
                                   [lookup, index](const auto& error, const auto& found) {
                                       if (!lookup->done) return;
                                       if (!error) lookup->results[index].endpoints = endpoints_of(found);
                                       if (--lookup->unanswered == 0) lookup->finish();
                                   });
}

}  // namespace

void resolve_all(boost::asio::io_context& context, std::vector<HostPort> names, Duration patience,
                 std::function<void(std::vector<Resolved>)> done) {
    const auto lookup = std::make_shared<Lookup>(context, std::move(done));
    for (const HostPort& name : names) lookup->results.push_back({name.host, {}});
    lookup->unanswered = names.size();
    lookup->timer.expires_after(names.empty() ? Duration::zero() : patience);
    lookup->timer.async_wait([lookup](const auto&) { lookup->finish(); });
    for (std::size_t i = 0; i < names.size(); ++i) look_up(lookup, i, names[i]);
}

}  // namespace legroom::io
