#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "webhook/dispatcher.hpp"

namespace legroom::webhook::test {

/// What a receiver makes of a request: how it ends, and when.
struct Reaction {
    Attempt attempt;
    Duration after{};
};

/// A dispatcher, receivers and a disk, in virtual time.
struct World {
    explicit World(Limits limits = {}) : dispatcher(limits) {}

    /// The next event of an order: its text is "<order> <number from 1>", padded.
    void publish(const std::string& order, const std::string& url = "http://a", std::size_t padding = 0) {
        const std::string text = order + " " + std::to_string(++published[order]) + std::string(padding, '.');
        const events::Seq seq = ++last_seq;
        dispatcher.publish(
            now, target(url),
            {std::make_shared<const events::Record>(events::Record{seq, "", text, "id" + text}), "leg.muted",
             order});
        obey();
    }
    TargetPtr target(const std::string& url) {
        auto& known = targets[url];
        if (!known) known = std::make_shared<const Target>(Target{url, "secret"});
        return known;
    }

    void run_until(Instant end) {
        while (const auto next = next_moment()) {
            if (*next > end) break;
            now = *next;
            dispatcher.handle_timeout(now);
            obey();
            happen();
        }
        now = end;
    }
    void run_for(Duration time) { run_until(now + time); }

    /// Every event of every order came, the first time each in its turn; and none came before the one in
    /// front of it was taken.
    void expect_all_in_order() {
        EXPECT_EQ(dispatcher.waiting(), 0U);
        for (const auto& [order, count] : published) EXPECT_EQ(taken[order], count) << order;
        EXPECT_EQ(too_early, 0);
    }

    Dispatcher dispatcher;
    Instant now{std::chrono::hours{1}};
    std::function<Reaction(const std::string& url, const std::string& text)> receive = [](const auto&,
                                                                                          const auto&) {
        return Reaction{{200, ""}, std::chrono::milliseconds{1}};
    };
    std::function<bool()> disk_works = [] { return true; };
    bool disk_hangs = false;
    /// What it was given meanwhile, and is done with now.
    void let_disk_go() {
        disk_hangs = false;
        for (const Store& what : std::exchange(hanging, {})) dispatcher.stored(what.delivery, true);
        obey();
    }

    std::map<std::string, unsigned> published;
    std::map<std::string, unsigned> taken;  ///< How far each order has come.
    std::vector<std::string> requests;      ///< Texts, one for each attempt.
    std::vector<Instant> moments;           ///< When.
    std::size_t most_memory = 0;
    std::size_t most_hanging = 0;  ///< Bytes.
    std::size_t most_under_way = 0;
    std::map<std::string, std::size_t> most_at;
    std::map<DeliveryId, std::string> disk;
    int too_early = 0;

private:
    [[nodiscard]] std::optional<Instant> next_moment() const {
        auto next = dispatcher.deadline();
        if (!later.empty() && (!next || later.begin()->first < *next)) next = later.begin()->first;
        return next;
    }
    void happen() {
        while (!later.empty() && later.begin()->first <= now) {
            const auto act = std::move(later.begin()->second);
            later.erase(later.begin());
            act();
            obey();
        }
    }
    void obey() {
        most_memory = std::max(most_memory, dispatcher.memory());
        while (auto output = dispatcher.poll()) {
            std::visit([this](const auto& what) { on(what); }, *output);
        }
    }

    void on(const Send& what) {
        const std::string text = what.record->body.substr(0, what.record->body.find('.'));
        EXPECT_EQ(what.record->id, "id" + what.record->body);
        requests.push_back(text);
        moments.push_back(now);
        const std::string url = what.target->url;
        most_under_way = std::max(most_under_way, ++under_way);
        most_at[url] = std::max(most_at[url], ++at[url]);
        const Reaction reaction = receive(url, text);
        later.emplace(now + reaction.after, [this, text, url, reaction, id = what.delivery] {
            --under_way;
            --at[url];
            if (reaction.attempt.status == 200) take(text);
            dispatcher.finished(now, id, reaction.attempt);
        });
    }
    void on(const Store& what) {
        if (disk_hangs) {
            disk[what.delivery] = what.record->body;
            hanging.push_back(what);
            std::size_t bytes = 0;
            for (const Store& one : hanging) bytes += one.record->body.size();
            most_hanging = std::max(most_hanging, bytes);
            return;
        }
        const bool works = disk_works();
        if (works) disk[what.delivery] = what.record->body;
        later.emplace(now + std::chrono::milliseconds{5},
                      [this, works, id = what.delivery] { dispatcher.stored(id, works); });
    }
    void on(const Load& what) {
        std::optional<std::string> text;
        if (disk_works() && disk.contains(what.delivery)) text = disk.at(what.delivery);
        later.emplace(now + std::chrono::milliseconds{5},
                      [this, text, id = what.delivery] { dispatcher.loaded(now, id, text); });
    }
    void on(const Discard& what) { EXPECT_EQ(disk.erase(what.delivery), 1U); }

    void take(const std::string& text) {
        const auto gap = text.rfind(' ');
        unsigned& so_far = taken[text.substr(0, gap)];
        const auto number = static_cast<unsigned>(std::stoul(text.substr(gap + 1)));
        if (number > so_far + 1) ++too_early;
        so_far = std::max(so_far, number);
    }

    std::vector<Store> hanging;
    std::map<std::string, TargetPtr> targets;
    std::multimap<Instant, std::function<void()>> later;
    std::map<std::string, std::size_t> at;
    std::size_t under_way = 0;
    events::Seq last_seq = 100;
};

}  // namespace legroom::webhook::test
