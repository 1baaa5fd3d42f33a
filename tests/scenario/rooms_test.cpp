// Who hears whom, with real media in virtual time: roles, bridges, gain.
#include <cmath>
#include <gtest/gtest.h>
#include <stdexcept>

#include "scenario/world.hpp"
#include "sim/seeds.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

constexpr double kCustomerTone = 440;
constexpr double kAgentTone = 660;
constexpr double kSupervisorTone = 1'000;

const RoomId kCentre{"centre"};
const engine::RoutingMatrix kWhisper{
    {"customer", {"agent"}}, {"agent", {"customer", "supervisor"}}, {"supervisor", {"customer", "agent"}}};

ClientConfig voice(std::optional<double> hz) {
    ClientConfig config;
    config.tone_hz = hz;
    return config;
}

void join_as(World& world, Browser& browser, const RoomId& room, std::optional<std::string> role = {}) {
    call::Joining joining;
    joining.leg = browser.leg;
    joining.role = std::move(role);
    world.server().on_timeout(world.now());
    if (!world.server().rooms().join(world.now(), room, joining)) throw std::runtime_error("cannot join");
}

/// A customer and an agent in a room where supervisors whisper, and a supervisor outside; all connected.
struct Centre {
    explicit Centre(World& its_world, std::optional<double> customer_hz, std::optional<double> agent_hz)
        : world(its_world),
          customer(world.browser(voice(customer_hz))),
          agent(world.browser(voice(agent_hz))),
          supervisor(world.browser(voice(kSupervisorTone))) {
        for (Browser* browser : {&customer, &agent, &supervisor}) world.call(*browser);
        join_as(world, customer, kCentre, "customer");
        join_as(world, agent, kCentre, "agent");
        route(kWhisper);
        connected = world.run_until_connected({&customer, &agent, &supervisor});
        world.run_for(1s);
    }
    void route(const engine::RoutingMatrix& matrix) {
        world.server().on_timeout(world.now());
        if (!world.server().rooms().routing().set(world.now(), kCentre, matrix))
            throw std::runtime_error("cannot route");
    }
    bool become(const std::string& role) {
        world.server().on_timeout(world.now());
        return world.server().rooms().routing().set_role(world.now(), supervisor.leg, role).has_value();
    }
    void send_away() {
        world.server().on_timeout(world.now());
        if (!world.server().rooms().leave(world.now(), kCentre, supervisor.leg))
            throw std::runtime_error("cannot leave");
    }

    World& world;
    Browser& customer;
    Browser& agent;
    Browser& supervisor;
    bool connected = false;
};

TEST(Whisper, ACustomerHearsNoFrameOfASupervisorOverAThousandJoins) {
    World world(21);
    Centre centre(world, std::nullopt, std::nullopt);  // nobody else speaks: what is heard is bleeding
    ASSERT_TRUE(centre.connected);
    SeededRandom chance(4);
    for (std::uint64_t i = 0; i < sim::seeds(1000); ++i) {
        // A role the customer does hear until the join says otherwise: from nowhere, from another room. And
        // the right one from before, which the join does not mention.
        ASSERT_TRUE(centre.become(i % 3 == 2 ? "supervisor" : "agent"));
        if (i % 3 != 0) join_as(world, centre.supervisor, RoomId{"lounge"});
        world.run_for(std::chrono::milliseconds{chance.below(20)});  // anywhere within a tick
        join_as(world, centre.supervisor, kCentre,
                i % 3 == 2 ? std::nullopt : std::optional<std::string>{"supervisor"});
        world.run_for(std::chrono::milliseconds{150 + chance.below(20)});
        ASSERT_GT(centre.agent.client.peak(40ms), 0.1F) << "the agent hears it, join " << i;
        centre.send_away();
        world.run_for(100ms);  // till all that was sent has been played
        ASSERT_EQ(centre.customer.client.peak(400ms), 0.0F) << "not one frame, join " << i;
    }

    // That this would have shown it: one frame too many, by a role that comes a tick late.
    join_as(world, centre.supervisor, kCentre, "agent");
    world.run_for(20ms);
    ASSERT_TRUE(centre.become("supervisor"));
    world.run_for(300ms);
    EXPECT_GT(centre.customer.client.peak(400ms), 0.01F);
    world.run_for(1s);
    EXPECT_LT(centre.customer.client.peak(400ms), 0.001F) << "and then no more";
}

TEST(Whisper, EveryoneHearsWhomTheyShallWhileAllSpeak) {
    World world(22);
    Centre centre(world, kCustomerTone, kAgentTone);
    ASSERT_TRUE(centre.connected);
    join_as(world, centre.supervisor, kCentre, "supervisor");
    world.run_for(1s);
    for (int window = 0; window < 10; ++window) {
        world.run_for(200ms);
        EXPECT_GT(centre.customer.client.share(kAgentTone, 200ms), 0.8) << window;
        EXPECT_LT(centre.customer.client.share(kSupervisorTone, 200ms), 0.001) << window;
        EXPECT_NEAR(centre.agent.client.share(kCustomerTone, 200ms), 0.5, 0.1) << window;
        EXPECT_NEAR(centre.agent.client.share(kSupervisorTone, 200ms), 0.5, 0.1) << window;
        EXPECT_NEAR(centre.supervisor.client.share(kCustomerTone, 200ms), 0.5, 0.1) << window;
        EXPECT_NEAR(centre.supervisor.client.share(kAgentTone, 200ms), 0.5, 0.1) << window;
    }
}

TEST(Whisper, AChangeOfTheMatrixIsInForceForTheNextFrame) {
    World world(23);
    Centre centre(world, std::nullopt, std::nullopt);
    ASSERT_TRUE(centre.connected);
    join_as(world, centre.supervisor, kCentre, "supervisor");
    auto& legs = world.server().legs();
    SeededRandom chance(5);
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(legs.set_muted(world.now(), centre.supervisor.leg, true));
        centre.route({});  // would let everybody hear it
        world.run_for(std::chrono::milliseconds{100 + chance.below(40)});
        centre.route(kWhisper);
        ASSERT_TRUE(legs.set_muted(world.now(), centre.supervisor.leg, false));
        world.run_for(std::chrono::milliseconds{100 + chance.below(40)});
        ASSERT_EQ(centre.customer.client.peak(300ms), 0.0F) << i;
        ASSERT_GT(centre.agent.client.peak(100ms), 0.1F) << i;
    }
    centre.route({});
    world.run_for(500ms);
    EXPECT_GT(centre.customer.client.share(kSupervisorTone, 200ms), 0.8) << "and the other way";
}

/// Rooms of one who speaks each, connected.
struct Rooms {
    explicit Rooms(World& its_world, const std::vector<double>& tones) : world(its_world) {
        for (const double hz : tones) {
            browsers.push_back(&world.browser(voice(hz)));
            world.call(*browsers.back());
            world.join(*browsers.back(), name(browsers.size() - 1).value);
        }
        for (Browser* browser : browsers) connected = connected && world.run_until_connected({browser});
    }
    static RoomId name(std::size_t room) { return RoomId{"room " + std::to_string(room)}; }
    call::BridgeService& bridges() { return world.server().rooms().bridges(); }
    void bridge(const RoomId& a, const RoomId& b, const std::string& direction = "bidirectional") {
        const BridgeId id{a.value + b.value};
        if (!bridges().create(world.now(), a, {b, id, direction})) throw std::runtime_error("cannot bridge");
        world.pump_server();
    }
    /// That tone and no other, or nothing at all.
    void expect(std::size_t listener, double hz, bool heard) const {
        if (heard) {
            EXPECT_GT(share(listener, hz), 0.8);
        } else {
            EXPECT_LT(peak(listener), 0.001F);
        }
    }
    [[nodiscard]] double share(std::size_t listener, double hz) const {
        return browsers[listener]->client.share(hz, 200ms);
    }
    [[nodiscard]] float peak(std::size_t listener) const { return browsers[listener]->client.peak(200ms); }

    World& world;
    std::vector<Browser*> browsers;
    bool connected = true;
};

TEST(Bridges, CarryInAllFourDirectionsAndNobodyHearsItself) {
    World world(31);
    Rooms rooms(world, {440, 660});
    ASSERT_TRUE(rooms.connected);
    const RoomId a = Rooms::name(0);
    const BridgeId id{a.value + Rooms::name(1).value};
    rooms.bridge(a, Rooms::name(1), "none");
    for (const char* direction : {"bidirectional", "send", "none", "receive", "bidirectional"}) {
        SCOPED_TRACE(direction);
        ASSERT_TRUE(rooms.bridges().turn(world.now(), a, id, direction));
        world.run_for(1500ms);
        const bool both = direction == std::string{"bidirectional"};
        const bool to_b = both || direction == std::string{"send"};
        const bool to_a = both || direction == std::string{"receive"};
        for (int window = 0; window < 5; ++window) {
            world.run_for(200ms);
            rooms.expect(1, 440, to_b);
            rooms.expect(0, 660, to_a);
            EXPECT_LT(rooms.share(0, 440), 0.02) << "itself";
            EXPECT_LT(rooms.share(1, 660), 0.02) << "itself";
        }
    }
    ASSERT_TRUE(rooms.bridges().remove(world.now(), Rooms::name(1), id));
    world.run_for(1500ms);
    EXPECT_LT(rooms.peak(0), 0.001F);
    EXPECT_LT(rooms.peak(1), 0.001F);
}

TEST(Bridges, ChainsPassOnThroughARoomWithoutLegs) {
    World world(32);
    Rooms rooms(world, {440, 660});
    ASSERT_TRUE(rooms.connected);
    const RoomId middle{"middle"};
    ASSERT_TRUE(world.server().rooms().create(world.now(), {middle, "", 0}));
    rooms.bridge(Rooms::name(0), middle);
    rooms.bridge(middle, Rooms::name(1));
    world.run_for(2s);
    EXPECT_GT(rooms.share(0, 660), 0.8);
    EXPECT_GT(rooms.share(1, 440), 0.8);
    EXPECT_LT(rooms.share(0, 440), 0.02);
    ASSERT_TRUE(world.server().rooms().remove(world.now(), middle));
    world.run_for(1500ms);
    EXPECT_LT(rooms.peak(0), 0.001F);
}

TEST(Bridges, AreHeardByEveryoneWhateverTheMatrixSays) {
    World world(33);
    Rooms rooms(world, {440, 660});
    ASSERT_TRUE(rooms.connected);
    rooms.bridge(Rooms::name(0), Rooms::name(1));
    ASSERT_TRUE(world.server().rooms().routing().set(world.now(), Rooms::name(0), {{"prisoner", {}}}));
    ASSERT_TRUE(world.server().rooms().routing().set_role(world.now(), rooms.browsers[0]->leg, "prisoner"));
    Browser& mate = world.browser(voice(1'000));
    world.call(mate);
    world.join(mate, Rooms::name(0).value);
    ASSERT_TRUE(world.run_until_connected({&mate}));
    world.run_for(2s);
    EXPECT_GT(rooms.share(0, 660), 0.8) << "the bridge";
    EXPECT_LT(rooms.share(0, 1'000), 0.02) << "but not who is in its room";
    EXPECT_NEAR(rooms.share(1, 1'000), 0.5, 0.1) << "which the bridge does carry";
}

TEST(Bridges, ARingStaysWithinFullScaleAndIsQuietOnceItIsBroken) {
    World world(34);
    Rooms rooms(world, {440, 660, 1'000});
    ASSERT_TRUE(rooms.connected);
    for (std::size_t i = 0; i < 3; ++i) rooms.bridge(Rooms::name(i), Rooms::name((i + 1) % 3));
    world.run_for(5s);
    for (const Browser* browser : rooms.browsers) EXPECT_GT(browser->client.peak(200ms), 0.9F) << "howls";
    ASSERT_TRUE(rooms.bridges().remove(world.now(), Rooms::name(2),
                                       BridgeId{Rooms::name(2).value + Rooms::name(0).value}));
    world.run_for(1500ms);
    EXPECT_NEAR(rooms.share(0, 660), 0.5, 0.1);
    EXPECT_NEAR(rooms.share(0, 1'000), 0.5, 0.1);
    EXPECT_LT(rooms.share(0, 440), 0.02);
}

TEST(Gain, MakesALegLouderAndSofterForAllOthers) {
    World world(41);
    Browser& speaker = world.browser(voice(440));
    Browser& listener = world.browser(voice(std::nullopt));
    for (Browser* browser : {&speaker, &listener}) {
        world.call(*browser);
        world.join(*browser, "lobby");
    }
    ASSERT_TRUE(world.run_until_connected({&speaker, &listener}));
    const auto heard_at = [&](double decibels) {
        if (!world.server().legs().set_gain(speaker.leg, decibels)) throw std::runtime_error("no gain");
        world.run_for(2s);
        return static_cast<double>(listener.client.peak(500ms));
    };
    const double plain = heard_at(0);
    EXPECT_NEAR(plain, 0.5, 0.05);
    EXPECT_NEAR(20 * std::log10(heard_at(-20) / plain), -20, 0.5);
    EXPECT_NEAR(20 * std::log10(heard_at(-6) / plain), -6, 0.5);
    EXPECT_NEAR(20 * std::log10(heard_at(3) / plain), 3, 0.5);
    EXPECT_GT(heard_at(20), 0.95) << "full scale, and no more";
    EXPECT_NEAR(20 * std::log10(heard_at(0) / plain), 0, 0.5);
}

}  // namespace
}  // namespace legroom::scenario
