#include "io/resolver.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>
#include <utility>

#include "io/socket_address.hpp"

namespace legroom::io {

/// One resolve(): kept by its timer until it is over.
class Resolver::Round : public std::enable_shared_from_this<Round> {
public:
    Round(boost::asio::io_context& context, const std::vector<HostPort>& names,
          std::function<void(std::vector<Resolved>)> done)
        : timer_(context), names_(names), done_(std::move(done)) {
        for (const HostPort& name : names) results_.push_back({name.host, {}});
    }

    void expect() { ++unanswered_; }

    void start(Duration patience) {
        timer_.expires_after(unanswered_ == 0 ? Duration::zero() : patience);
        timer_.async_wait([self = shared_from_this()](const auto&) { self->finish(); });
    }

    void fill(std::size_t index, const std::vector<IpAddress>& ips) {
        for (const IpAddress& ip : ips) results_[index].endpoints.push_back({ip, names_[index].port});
    }

    void answer(std::size_t index, const std::vector<IpAddress>& ips) {
        if (!done_) return;
        fill(index, ips);
        if (--unanswered_ == 0) finish();
    }

private:
    void finish() {
        if (!done_) return;
        timer_.cancel();
        std::exchange(done_, nullptr)(std::move(results_));
    }

    boost::asio::steady_timer timer_;
    std::vector<HostPort> names_;
    std::function<void(std::vector<Resolved>)> done_;
    std::vector<Resolved> results_;
    std::size_t unanswered_ = 0;
};

/// Threads that look up and the resolver share it, since either may end first.
class Resolver::WayBack : public std::enable_shared_from_this<WayBack> {
public:
    explicit WayBack(Resolver& resolver) : resolver_(&resolver) {}

    /// On any thread. The context outlives the resolver, and so is there while the lock is held.
    void send(std::string name, std::vector<IpAddress> ips) {
        const std::lock_guard lock{mutex_};
        if (resolver_ == nullptr) return;
        boost::asio::post(resolver_->context_,
                          [self = shared_from_this(), name = std::move(name), ips = std::move(ips)] {
                              // Only the context's thread, which this is, closes.
                              if (self->resolver_ != nullptr) self->resolver_->answer(name, ips);
                          });
    }

    void close() {
        const std::lock_guard lock{mutex_};
        resolver_ = nullptr;
    }

private:
    std::mutex mutex_;
    Resolver* resolver_;
};

std::vector<IpAddress> system_look_up(const std::string& name) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_DGRAM;  // each address once
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (::getaddrinfo(name.c_str(), nullptr, &wanted, &found) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};
    std::vector<IpAddress> ips;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        if (const auto endpoint = from_sockaddr(*one->ai_addr)) ips.push_back(endpoint->ip);
    }
    return ips;
}

Resolver::Resolver(boost::asio::io_context& context, LookUp look_up)
    : context_(context), look_up_(std::move(look_up)), way_back_(std::make_shared<WayBack>(*this)) {}

Resolver::~Resolver() { way_back_->close(); }

void Resolver::resolve(const std::vector<HostPort>& names, Duration patience,
                       std::function<void(std::vector<Resolved>)> done) {
    const auto round = std::make_shared<Round>(context_, names, std::move(done));
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (const auto ip = IpAddress::parse(names[i].host)) {
            round->fill(i, {*ip});
        } else if (ask(names[i].host, {round, i})) {
            round->expect();
        }
    }
    round->start(patience);
}

/// False: there will be no answer.
bool Resolver::ask(const std::string& name, Waiting waiting) {
    if (const auto known = under_way_.find(name); known != under_way_.end()) {
        std::erase_if(known->second, [](const Waiting& one) { return one.round.expired(); });
        known->second.push_back(std::move(waiting));
        return true;
    }
    if (under_way_.size() >= kMaxLookUps) return false;
    try {
        std::thread([way_back = way_back_, look_up = look_up_, name] {
            way_back->send(name, look_up(name));
        }).detach();
    } catch (const std::system_error&) {  // no more threads to be had
        return false;
    }
    under_way_[name].push_back(std::move(waiting));
    return true;
}

void Resolver::answer(const std::string& name, const std::vector<IpAddress>& ips) {
    const auto waiting = under_way_.extract(name);
    for (const Waiting& one : waiting.mapped()) {
        if (const auto round = one.round.lock()) round->answer(one.index, ips);
    }
}

}  // namespace legroom::io
