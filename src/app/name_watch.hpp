#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <vector>

#include "app/look_up_schedule.hpp"
#include "io/resolver.hpp"

namespace legroom::app {

/// Keeps looking names up, off the context's thread and never in anybody's way. Lives on the context's
/// thread; destroy it after the context has stopped running, and the resolver after it.
class NameWatch {
public:
    /// A resolver that has not answered by then is asked again later.
    static constexpr Duration kPatience = std::chrono::seconds{5};

    /// `heard` gets the answers of every round, in the order of the names; one without endpoints has none
    /// this time.
    NameWatch(boost::asio::io_context& context, io::Resolver& resolver, std::vector<io::HostPort> names,
              std::function<void(const std::vector<io::Resolved>&)> heard);

    /// Begins the first round. Without names there never is one.
    void start();

private:
    void look_up();
    void finish_round(const std::vector<io::Resolved>& found);

    io::Resolver& resolver_;
    boost::asio::steady_timer timer_;
    std::vector<io::HostPort> names_;
    std::function<void(const std::vector<io::Resolved>&)> heard_;
    LookUpSchedule schedule_;
};

}  // namespace legroom::app
