#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
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

/// Looks all names up at once, off the context's thread, and calls `done` on it exactly once: when all have
/// been answered, or when `patience` is over with what has come by then. The results keep the order of the
/// names.
void resolve_all(boost::asio::io_context& context, std::vector<HostPort> names, Duration patience,
                 std::function<void(std::vector<Resolved>)> done);

}  // namespace legroom::io
