#include "io/resolver.hpp"

#include <condition_variable>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>

namespace legroom::io {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Duration kForever = 1h;

Endpoint at(const char* text) { return *Endpoint::parse(text); }

/// A system whose resolver never answers for names that begin with "dead", until it is told to.
class SystemWithDeadNames {
public:
    Resolver::LookUp look_up() {
        return [this, gone = std::make_shared<Gone>(*this)](const std::string& name) {
            std::unique_lock lock{mutex_};
            asked_.push_back(name);
            changed_.notify_all();
            if (name.starts_with("dead")) {
                changed_.wait(lock, [this] { return revived_; });
                return std::vector{*IpAddress::parse("198.51.100.99")};
            }
            lock.unlock();
            return system_look_up(name);
        };
    }
    void revive() {
        const std::lock_guard lock{mutex_};
        revived_ = true;
        changed_.notify_all();
    }
    void wait_until_asked(const std::string& name) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return std::find(asked_.begin(), asked_.end(), name) != asked_.end(); });
    }
    /// Until the resolver and all its threads have come to their end.
    void wait_until_let_go() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return let_go_; });
    }
    [[nodiscard]] std::vector<std::string> asked() {
        const std::lock_guard lock{mutex_};
        return asked_;
    }

private:
    /// Everybody who may look up has a share in it.
    struct Gone {
        explicit Gone(SystemWithDeadNames& whose) : system(whose) {}
        ~Gone() {
            const std::lock_guard lock{system.mutex_};
            system.let_go_ = true;
            system.changed_.notify_all();
        }
        SystemWithDeadNames& system;
    };

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> asked_;
    bool revived_ = false;
    bool let_go_ = false;
};

/// What a round comes to.
struct Answers {
    auto taker() {
        return [this](std::vector<Resolved> found) {
            ++calls;
            results = std::move(found);
        };
    }
    std::vector<Resolved> results;
    int calls = 0;
};

struct ResolverWorld {
    ~ResolverWorld() {
        system.revive();
        resolver.reset();
        system.wait_until_let_go();
    }
    Answers resolve(const std::vector<HostPort>& names, Duration patience) {
        Answers answers;
        resolver->resolve(names, patience, answers.taker());
        EXPECT_EQ(answers.calls, 0) << "later, never at once";
        context.restart();
        context.run();
        EXPECT_EQ(answers.calls, 1);
        return answers;
    }
    SystemWithDeadNames system;
    boost::asio::io_context context;
    std::unique_ptr<Resolver> resolver = std::make_unique<Resolver>(context, system.look_up());
};

TEST(Resolver, TakesAddressesAndLocalNamesInOrder) {
    ResolverWorld world;
    const auto results = world.resolve({{"127.0.0.1", 1}, {"::1", 2}, {"localhost", 3}}, kForever).results;
    ASSERT_EQ(results.size(), 3U);
    EXPECT_THAT(results[0].endpoints, ElementsAre(at("127.0.0.1:1")));
    EXPECT_THAT(results[1].endpoints, ElementsAre(at("[::1]:2")));
    ASSERT_FALSE(results[2].endpoints.empty());
    EXPECT_TRUE(results[2].endpoints[0].ip.is_loopback());
    EXPECT_EQ(results[2].endpoints[0].port, 3);
    EXPECT_THAT(world.system.asked(), ElementsAre("localhost"));
}

TEST(Resolver, CallsBackOnceWhateverIsAsked) {
    ResolverWorld world;
    EXPECT_TRUE(world.resolve({}, kForever).results.empty());
    const auto results = world.resolve({{"not a host name", 1}}, kForever).results;
    ASSERT_EQ(results.size(), 1U);
    EXPECT_THAT(results[0].endpoints, IsEmpty());
}

TEST(Resolver, ANameThatHangsIsInNobodysWay) {
    ResolverWorld world;
    Answers all;
    Answers good;
    world.resolver->resolve({{"dead.example", 1}, {"198.51.100.7", 2}, {"localhost", 3}}, kForever,
                            all.taker());
    world.resolver->resolve({{"localhost", 4}}, kForever, good.taker());
    while (good.calls == 0) world.context.run_one();
    EXPECT_EQ(all.calls, 0);

    world.system.revive();
    world.context.run();
    ASSERT_EQ(all.results.size(), 3U);
    EXPECT_THAT(all.results[0].endpoints, ElementsAre(at("198.51.100.99:1")));
    EXPECT_THAT(all.results[1].endpoints, ElementsAre(at("198.51.100.7:2")));
    EXPECT_FALSE(all.results[2].endpoints.empty());
}

TEST(Resolver, GivesWhatHasComeWhenPatienceIsOver) {
    ResolverWorld world;
    const auto results = world.resolve({{"dead.example", 1}, {"198.51.100.7", 2}}, 1ms).results;
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].host, "dead.example");
    EXPECT_THAT(results[0].endpoints, IsEmpty());
    EXPECT_THAT(results[1].endpoints, ElementsAre(at("198.51.100.7:2")));
}

TEST(Resolver, TheNextRoundGetsTheAnswerThatCameTooLateForTheLast) {
    ResolverWorld world;
    for (int round = 0; round < 3; ++round)
        EXPECT_THAT(world.resolve({{"dead.example", 1}}, 1ms).results[0].endpoints, IsEmpty());
    world.system.wait_until_asked("dead.example");
    world.system.revive();
    EXPECT_THAT(world.resolve({{"dead.example", 1}, {"dead.example", 2}}, kForever).results[1].endpoints,
                ElementsAre(at("198.51.100.99:2")));
    EXPECT_THAT(world.system.asked(), ElementsAre("dead.example")) << "one thread for all that";
    world.resolve({{"dead.example", 1}}, kForever);
    EXPECT_EQ(world.system.asked().size(), 2U) << "what is answered is asked anew";
}

TEST(Resolver, BoundsItsThreads) {
    ResolverWorld world;
    std::vector<HostPort> names;
    for (std::size_t i = 0; i < kMaxLookUps + 1; ++i) names.push_back({"dead" + std::to_string(i), 1});
    names.push_back({"198.51.100.7", 2});
    Answers answers;
    world.resolver->resolve(names, kForever, answers.taker());
    world.system.revive();
    world.context.run();
    EXPECT_EQ(world.system.asked().size(), kMaxLookUps);
    ASSERT_EQ(answers.results.size(), kMaxLookUps + 2);
    EXPECT_EQ(answers.results[kMaxLookUps - 1].endpoints.size(), 1U);
    EXPECT_THAT(answers.results[kMaxLookUps].endpoints, IsEmpty());
    EXPECT_THAT(answers.results[kMaxLookUps + 1].endpoints, ElementsAre(at("198.51.100.7:2")));
}

TEST(Resolver, EndsBeforeALookUpThatHangs) {
    SystemWithDeadNames system;
    {
        boost::asio::io_context context;
        Resolver resolver{context, system.look_up()};
        resolver.resolve({{"dead.example", 1}}, kForever, [](const auto&) { FAIL() << "nobody is there"; });
        system.wait_until_asked("dead.example");
    }
    system.revive();
    system.wait_until_let_go();
}

}  // namespace
}  // namespace legroom::io
