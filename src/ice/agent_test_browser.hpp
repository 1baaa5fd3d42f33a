#pragma once

#include <gtest/gtest.h>
#include <map>
#include <utility>
#include <vector>

#include "stun/builder.hpp"

#include "ice/agent_test_call.hpp"

/// A peer that is none of ours, for agent_setup_test.cpp and agent_follow_test.cpp.
namespace legroom::ice::testing {

/// Checks as browsers built on libwebrtc do: never retransmits, but asks anew, one pair after the other,
/// every 48 ms until a pair works and from then on every 480 ms, with USE-CANDIDATE on the pair it has
/// selected. Answers every check, and sends media every 20 ms once told to.
class Browser final : public sim::Node {
public:
    Browser(AgentConfig ours, std::vector<Endpoint> locals, std::vector<Endpoint> remotes, std::uint64_t seed,
            Instant now)
        : random_(seed),
          local_key_(stun::IntegrityKey::short_term(ours.local.password)),
          remote_key_(stun::IntegrityKey::short_term(ours.remote.password)),
          username_(ours.remote.ufrag + ":" + ours.local.ufrag),
          next_ping_(now) {
        for (const Endpoint& local : locals) {
            for (const Endpoint& remote : remotes) add_pair({local, remote});
        }
    }

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        if (datagram[0] >= 128) {
            if (media_heard) longest_gap = std::max(longest_gap, now - *media_heard);
            media_heard = now;
            return;
        }
        const auto message = stun::Message::parse(datagram);
        if (message->header.kind == stun::Class::request) {
            take_request(path, *message);
        } else {
            take_answer(now, path, *message);
        }
    }
    void on_timeout(Instant now) override {
        if (now >= next_ping_) ping(now);
        if (media_from && now >= *media_from) {
            if (selected_) outbox_.push_back({pairs_[*selected_].path, ByteVector{0x80, 111, 0, 1}});
            media_from = now + std::chrono::milliseconds{20};
        }
    }
    std::optional<Instant> deadline() const override {
        return media_from ? std::min(next_ping_, *media_from) : next_ping_;
    }
    std::optional<Transmit> poll() override {
        if (outbox_.empty()) return std::nullopt;
        Transmit first = std::move(outbox_.front());
        outbox_.pop_front();
        return first;
    }

    /// A check of its own was answered: what it sends from here on arrives.
    [[nodiscard]] bool writable() const { return selected_.has_value(); }
    [[nodiscard]] Path path() const { return pairs_.at(*selected_).path; }

    std::optional<Instant> media_from;  ///< media every 20 ms from then on
    std::optional<Instant> media_heard;
    Duration longest_gap{};  ///< between two media packets

    /// Its network has changed: from now on it sends from there alone.
    void move_to(Instant now, const Endpoint& local) {
        const Endpoint remote = path().remote;
        pairs_.clear();
        asked_.clear();
        selected_.reset();
        add_pair({local, remote});
        next_ping_ = now;
    }

private:
    struct PingPair {
        Path path;
        bool writable = false;
        bool triggered = false;
        Instant pinged{};
    };

    std::size_t add_pair(const Path& path) {
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            if (pairs_[i].path == path) return i;
        }
        if (path.local.ip.is_v4() == path.remote.ip.is_v4()) pairs_.push_back({path});
        return pairs_.size() - 1;
    }

    /// Triggered ones first, then whichever was asked longest ago.
    std::size_t next_pair() {
        std::size_t best = 0;
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            if (std::exchange(pairs_[i].triggered, false)) return i;
            if (pairs_[i].pinged < pairs_[best].pinged) best = i;
        }
        return best;
    }

    void ping(Instant now) {
        const std::size_t index = selected_ ? *selected_ : next_pair();
        PingPair& pair = pairs_[index];
        pair.pinged = now;
        next_ping_ = now + std::chrono::milliseconds{selected_ ? 480 : 48};
        stun::TransactionId id{};
        random_.fill(id);
        asked_[id] = index;
        stun::Builder out{stun::Header{stun::Class::request, stun::kBinding, id}};
        out.text(stun::Attribute::username, username_).controlling(tie_breaker_).priority(1'853'824'767);
        if (selected_ == index) out.use_candidate();
        outbox_.push_back({pair.path, out.message_integrity(remote_key_).fingerprint().take()});
    }

    void take_request(const Path& path, const stun::Message& request) {
        if (!request.verify_ice(local_key_)) return;
        stun::Builder out{{stun::Class::success, stun::kBinding, request.header.transaction}};
        out.xor_mapped_address(path.remote).message_integrity(local_key_).fingerprint();
        outbox_.push_back({path, out.take()});
        PingPair& pair = pairs_[add_pair(path)];
        pair.triggered = !pair.writable;
    }

    void take_answer(Instant now, const Path& path, const stun::Message& answer) {
        const auto asked = asked_.find(answer.header.transaction);
        if (asked == asked_.end() || pairs_[asked->second].path != path) return;
        const bool success = answer.header.kind == stun::Class::success && answer.verify_ice(remote_key_);
        if (!success) return;
        pairs_[asked->second].writable = true;
        if (selected_) return;
        selected_ = asked->second;
        next_ping_ = now;  // nominates at once
    }

    SeededRandom random_;
    stun::IntegrityKey local_key_;
    stun::IntegrityKey remote_key_;
    const std::string username_;
    const std::uint64_t tie_breaker_ = 77;
    std::vector<PingPair> pairs_;
    std::map<stun::TransactionId, std::size_t> asked_;
    std::optional<std::size_t> selected_;
    Instant next_ping_;
    std::deque<Transmit> outbox_;
};

/// Our agent as a node that sends and takes media too: a first byte of 0x80 stands for authentic SRTP. Counts
/// what each address gets from it before anything comes from there.
class Server final : public sim::Node {
public:
    Server(AgentConfig config, std::uint64_t seed, Instant now)
        : random_(seed), agent(std::move(config), random_, now) {}

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        heard_[path.remote] = true;
        if (datagram[0] < 128) return agent.handle_datagram(now, path, datagram);
        agent.media_arrived(now, path);
    }
    void on_timeout(Instant now) override {
        agent.handle_timeout(now);
        if (!media_from || now < *media_from) return;
        if (const auto path = agent.path()) outbox_.push_back({*path, ByteVector{0x80, 111, 0, 2}});
        media_from = now + std::chrono::milliseconds{20};
    }
    std::optional<Instant> deadline() const override {
        const auto due = agent.deadline();
        return media_from && (!due || *media_from < *due) ? media_from : due;
    }
    std::optional<Transmit> poll() override {
        while (auto output = agent.poll()) {
            if (auto* transmit = std::get_if<Transmit>(&*output)) outbox_.push_back(std::move(*transmit));
            if (const auto* state = std::get_if<StateChanged>(&*output)) states.push_back(*state);
            if (const auto* path = std::get_if<PathChanged>(&*output)) paths.push_back(*path);
        }
        if (outbox_.empty()) return std::nullopt;
        Transmit first = std::move(outbox_.front());
        outbox_.pop_front();
        if (!heard_[first.path.remote]) unheard[first.path.remote] += 1;
        return first;
    }
    [[nodiscard]] int most_unheard() const {
        int most = 0;
        for (const auto& [remote, packets] : unheard) most = std::max(most, packets);
        return most;
    }

private:
    SeededRandom random_;  // before the agent, which draws from it

public:
    Agent agent;
    std::vector<StateChanged> states;
    std::vector<PathChanged> paths;
    std::optional<Instant> media_from;
    std::map<Endpoint, int> unheard;

private:
    std::map<Endpoint, bool> heard_;
    std::deque<Transmit> outbox_;
};

/// How a browser calls.
struct BrowserScene {
    std::vector<Endpoint> browser_at{at("192.0.2.1:1000")};
    std::vector<Endpoint> server_at{at("198.51.100.1:2000")};
    bool tell_server = true;  ///< false: it told `.local` names only
};

struct BrowserCall {
    explicit BrowserCall(std::uint64_t seed, sim::Link link = {}, const BrowserScene& scene = {})
        : network(seed, link),
          browser(Call::config(Role::controlling, scene.browser_at, "CALL", "SERV"), scene.browser_at,
                  scene.server_at, 3 * seed + 1, network.now()),
          server(Call::config(Role::controlled, scene.server_at, "SERV", "CALL"), 3 * seed + 2,
                 network.now()) {
        for (const Endpoint& endpoint : scene.browser_at) network.attach(endpoint, browser);
        for (const Endpoint& endpoint : scene.server_at) network.attach(endpoint, server);
        if (!scene.tell_server) return;
        for (const Candidate& candidate : Call::candidates(scene.browser_at))
            server.agent.add_remote_candidate(network.now(), candidate);
        network.pump(server);
    }

    /// Both can send.
    [[nodiscard]] bool is_up() const { return server.agent.path() && browser.writable(); }
    bool connect(Duration limit = std::chrono::seconds{30}) {
        return network.run_while_not([this] { return is_up(); }, limit);
    }
    /// Connected, nominated, and media both ways for a while.
    void talk(Duration duration) {
        ASSERT_TRUE(connect());
        browser.media_from = server.media_from = network.now();
        network.run_for(duration);
    }

    sim::Network network;
    Browser browser;
    Server server;
};

}  // namespace legroom::ice::testing
