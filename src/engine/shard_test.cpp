#include "engine/shard.hpp"

#include <algorithm>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>
#include <string>

#include "engine/frame_queue.hpp"
#include "stun/builder.hpp"
#include "stun/message.hpp"

namespace {

/// The allocation that fails, counted down to; 0: none does.
thread_local int allocations_left = 0;

void* allocate(std::size_t size) {
    if (allocations_left > 0 && --allocations_left == 0) throw std::bad_alloc{};
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) { return allocate(size); }
// std::stable_sort takes its buffer by this one, and manages without.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace legroom::engine {
namespace {

using namespace std::chrono_literals;

const Endpoint kOurs = *Endpoint::parse("10.0.0.1:10000");
const RoomId kRoom{"lobby"};

ShardConfig config() {
    static const dtls::Certificate certificate = dtls::Certificate::generate().value();
    ice::Candidate candidate;
    candidate.endpoint = candidate.base = kOurs;
    candidate.priority = ice::candidate_priority(ice::CandidateType::host, 65'535);
    candidate.foundation = "1";
    ShardConfig made;
    made.certificate = certificate;
    made.hosts.candidates = {candidate};
    return made;
}

CreateLeg create(const std::string& name) {
    CreateLeg command;
    command.leg = LegId{name};
    command.local = {"ufrag-" + name, "passwordpasswordpassword"};
    command.negotiated.remote_ufrag = "peer";
    command.negotiated.remote_password = "wordpasswordpasswordpass";
    command.remote_fingerprints = {config().certificate.fingerprint()};
    return command;
}

/// A shard with a leg that is in a room, and what it says.
struct Bench {
    explicit Bench(Random& random) : shard(config(), random) {
        shard.handle_command(now, CreateRoom{kRoom, SampleRate::k16000});
        shard.handle_command(now, create("steady"));
        shard.handle_command(now, JoinRoom{LegId{"steady"}, kRoom, {}, {}});
    }

    void tick() {
        now += kTick;
        with_little_memory([&] { shard.handle_timeout(now); });
    }
    void handle(Command command) {
        with_little_memory([&] { shard.handle_command(now, command); });
    }
    /// Legs reported as failed since the last time.
    std::vector<std::string> failures() {
        std::vector<std::string> names;
        while (auto output = shard.poll()) {
            const auto* event = std::get_if<Event>(&*output);
            const auto* failed = event == nullptr ? nullptr : std::get_if<LegFailed>(event);
            if (failed != nullptr) names.push_back(failed->leg.value);
        }
        return names;
    }
    /// How playbacks ended since the last time, and which.
    std::vector<std::string> ended_playbacks() {
        std::vector<std::string> told;
        while (auto output = shard.poll()) {
            const auto* event = std::get_if<Event>(&*output);
            const auto* ended = event == nullptr ? nullptr : std::get_if<PlaybackEnded>(event);
            if (ended == nullptr) continue;
            const bool stopped = ended->reason == PlaybackEnded::Reason::stopped;
            told.push_back((stopped ? "stopped " : "other ") + ended->playback.value);
        }
        return told;
    }
    /// The whole life of a leg that moves about. `fails`: which allocation of all this does, from 1; false
    /// when there were not so many.
    bool live(int fails) {
        until_failure = fails;
        handle(create("guest"));
        handle(CreateRoom{RoomId{"other"}, SampleRate::k8000});
        handle(CreateRoom{RoomId{"next door"}, SampleRate::k8000});
        handle(SetRouting{RoomId{"other"}, {{"a role too long to be kept without memory", {"agent"}}}});
        handle(CreateBridge{BridgeId{"door"}, RoomId{"other"}, RoomId{"next door"}});
        for (const RoomId& room : {kRoom, RoomId{"other"}, kRoom}) {
            handle(JoinRoom{LegId{"guest"}, room, true, false, "a role too long to be kept without memory"});
            tick();
            handle(SetRole{LegId{"guest"}, "another that is too long to be kept without memory"});
        }
        handle(DeleteRoom{RoomId{"other"}});
        handle(CloseLeg{LegId{"guest"}});
        return std::exchange(until_failure, 0) == 0;
    }
    template <class Work>
    void with_little_memory(Work work) {
        allocations_left = until_failure;
        work();
        until_failure = std::exchange(allocations_left, 0);
    }

    Instant now{1h};
    Shard shard;
    int until_failure = 0;
};

TEST(Shard, ALegWithoutMemoryHarmsNoOther) {
    SeededRandom random(1);
    int failing = 1;
    for (bool failed = true; failed; ++failing) {
        SCOPED_TRACE(failing);
        Bench bench(random);
        failed = bench.live(failing);
        bench.tick();
        EXPECT_EQ(bench.shard.counters().faults > 0, failed);
        EXPECT_EQ(bench.shard.leg_count(), 1U);

        const auto failures = bench.failures();
        EXPECT_LE(std::count(failures.begin(), failures.end(), "guest"), 1);
        bench.shard.handle_command(bench.now, DeleteRoom{kRoom});
        bench.shard.handle_command(bench.now, DeleteRoom{RoomId{"next door"}});
        bench.tick();
    }
    EXPECT_GT(failing, 30) << "allocations in a leg's life";
}

TEST(Shard, ABridgeKeepsItsRoomsTickingWithoutLegsAndWithoutMemory) {
    SeededRandom random(1);
    Shard shard(config(), random);
    Instant now{1h};
    for (const char* room : {"a", "b", "c"})
        shard.handle_command(now, CreateRoom{RoomId{room}, SampleRate::k16000});
    EXPECT_EQ(shard.deadline(), std::nullopt) << "rooms alone cost nothing";
    shard.handle_command(now, CreateBridge{BridgeId{"ab"}, RoomId{"a"}, RoomId{"b"}});
    shard.handle_command(now, CreateBridge{BridgeId{"bc"}, RoomId{"b"}, RoomId{"c"}});
    EXPECT_EQ(shard.deadline(), now + kTick);

    for (int tick = 0; tick < 100; ++tick) {
        now += kTick;
        allocations_left = 1;  // the next one throws
        shard.handle_timeout(now);
        EXPECT_EQ(std::exchange(allocations_left, 0), 1);
    }
    EXPECT_EQ(shard.counters().faults, 0U);

    shard.handle_command(now, DeleteBridge{BridgeId{"ab"}});
    EXPECT_EQ(shard.deadline(), now + kTick);
    shard.handle_command(now, DeleteRoom{RoomId{"c"}});  // takes its bridge with it
    EXPECT_EQ(shard.deadline(), std::nullopt);
}

TEST(Shard, IgnoresBridgesOfRoomsThatAreNotThere) {
    SeededRandom random(1);
    Shard shard(config(), random);
    shard.handle_command(Instant{1h}, CreateRoom{RoomId{"a"}, SampleRate::k16000});
    shard.handle_command(Instant{1h}, CreateBridge{BridgeId{"ab"}, RoomId{"a"}, RoomId{"gone"}});
    shard.handle_command(Instant{1h}, TurnBridge{BridgeId{"ab"}, true, true});
    shard.handle_command(Instant{1h}, DeleteBridge{BridgeId{"ab"}});
    shard.handle_command(Instant{1h}, SetRouting{RoomId{"gone"}, {}});
    EXPECT_EQ(shard.deadline(), std::nullopt);
    EXPECT_EQ(shard.counters().faults, 0U);
}

/// The seed's numbers, and an exception instead of one of them.
class BrokenRandom final : public Random {
public:
    void fill(MutableBytes out) override {
        if (left_until_fault > 0 && --left_until_fault == 0) throw std::runtime_error{"no chance"};
        seeded_.fill(out);
    }
    int left_until_fault = 0;

private:
    SeededRandom seeded_{1};
};

TEST(Shard, ALegThatCannotBeMadeIsReportedAndForgotten) {
    for (int fault = 1; fault <= 4; ++fault) {
        SCOPED_TRACE(fault);
        BrokenRandom random;
        Bench bench(random);
        random.left_until_fault = fault;
        bench.shard.handle_command(bench.now, create("guest"));
        EXPECT_EQ(bench.shard.counters().faults, 1U);
        EXPECT_EQ(bench.failures(), std::vector<std::string>{"guest"});
        EXPECT_EQ(bench.shard.leg_count(), 1U);

        bench.shard.handle_command(bench.now, CloseLeg{LegId{"guest"}});
        bench.shard.handle_command(bench.now, create("guest"));
        EXPECT_EQ(bench.shard.leg_count(), 2U);
    }
}

TEST(Shard, EveryPlaybackAtALegHasItsEndThoughClosingItFails) {
    bool failed = true;
    for (int failing = 1; failed; ++failing) {
        SCOPED_TRACE(failing);
        SeededRandom random(1);
        Bench bench(random);
        bench.handle(create("guest"));
        for (const char* id : {"a", "b", "c"})
            bench.handle(StartPlayback{PlaybackId{id}, LegId{"guest"}, std::make_shared<FrameQueue>()});
        bench.until_failure = failing;
        bench.handle(CloseLeg{LegId{"guest"}});
        failed = std::exchange(bench.until_failure, 0) == 0;
        EXPECT_EQ(bench.shard.counters().faults, failed ? 1U : 0U);
        EXPECT_THAT(bench.ended_playbacks(), testing::ElementsAre("stopped a", "stopped b", "stopped c"));
        EXPECT_EQ(bench.shard.leg_count(), 1U);
        EXPECT_TRUE(failed || failing > 1) << "an end is not told without memory";
    }
}

TEST(Shard, ARoomThatHasBecomeEmptyPlaysNothingAndCostsNothing) {
    const Command endings[] = {LeaveRoom{LegId{"steady"}}, CloseLeg{LegId{"steady"}},
                               JoinRoom{LegId{"steady"}, RoomId{"other"}, {}, {}}};
    for (const Command& ending : endings) {
        SCOPED_TRACE(ending.index());
        SeededRandom random(1);
        Bench bench(random);
        bench.handle(CreateRoom{RoomId{"other"}, SampleRate::k8000});
        for (const char* id : {"a", "b"})
            bench.handle(StartPlayback{PlaybackId{id}, kRoom, std::make_shared<FrameQueue>()});
        bench.tick();
        EXPECT_THAT(bench.ended_playbacks(), testing::IsEmpty());
        bench.handle(ending);
        EXPECT_THAT(bench.ended_playbacks(), testing::ElementsAre("stopped a", "stopped b"));
        bench.handle(StartPlayback{PlaybackId{"c"}, kRoom, std::make_shared<FrameQueue>()});
        EXPECT_THAT(bench.ended_playbacks(), testing::ElementsAre("stopped c")) << "there is nobody";
        bench.handle(CloseLeg{LegId{"steady"}});
        bench.tick();
        EXPECT_EQ(bench.shard.deadline(), std::nullopt);
    }
}

TEST(Shard, ChecksTheCandidatesOfTheOfferAtOnce) {
    SeededRandom random(1);
    Shard shard(config(), random);
    CreateLeg command = create("lite");
    command.negotiated.remote_ice_lite = true;  // never checks by itself
    const Endpoint peer = *Endpoint::parse("10.0.1.1:5000");
    command.remote_candidates = {ice::host_candidate(peer, 65'535)};
    shard.handle_command(Instant{1h}, command);
    const auto output = shard.poll();
    ASSERT_TRUE(output);
    EXPECT_EQ(std::get<Transmit>(*output).path, (Path{kOurs, peer}));
}

/// A second offer that wants another path or another peer.
ChangeLeg change(ChangeLeg::Transport transport, const std::string& ufrag) {
    const CreateLeg like = create("steady");
    ChangeLeg command;
    command.leg = like.leg;
    command.transport = transport;
    command.local = {ufrag, like.local.password};
    command.negotiated = like.negotiated;
    command.remote_fingerprints = like.remote_fingerprints;
    return command;
}

TEST(Shard, OneChangeOfTheTransportAtATime) {
    using Transport = ChangeLeg::Transport;
    for (const auto first : {Transport::restarted, Transport::replaced}) {
        for (const auto second : {Transport::restarted, Transport::replaced}) {
            SeededRandom random(1);
            Bench bench(random);
            bench.handle(change(first, "first"));
            bench.handle(change(second, "second"));
            EXPECT_EQ(bench.shard.counters().refused_changes, 1U);

            int ended = 0;
            while (bench.now < Instant{1h} + 31s && ended == 0) {
                bench.tick();
                while (auto output = bench.shard.poll()) {
                    const auto* event = std::get_if<Event>(&*output);
                    ended += event != nullptr && std::holds_alternative<TransportChanged>(*event) ? 1 : 0;
                }
            }
            ASSERT_EQ(ended, 1) << "the first one's end, and nobody's besides";
            bench.handle(change(second, "third"));
            EXPECT_EQ(bench.shard.counters().refused_changes, 1U) << "now it is the next one's turn";
            EXPECT_EQ(bench.shard.counters().faults, 0U);
        }
    }
}

/// Says the same whenever it is told to.
class Stuttering final : public Random {
public:
    void fill(MutableBytes out) override {
        if (std::exchange(stutters, false)) return std::fill(out.begin(), out.end(), std::uint8_t{7});
        seeded_.fill(out);
    }
    bool stutters = false;

private:
    SeededRandom seeded_{1};
};

TEST(Shard, NoTwoLegsShareATransactionTag) {
    Stuttering random;
    Shard shard(config(), random);
    std::set<ByteVector> tags;
    for (const char* name : {"one", "two"}) {
        CreateLeg command = create(name);
        command.remote_candidates = {ice::host_candidate(*Endpoint::parse("10.0.1.1:5000"), 65'535)};
        random.stutters = true;
        shard.handle_command(Instant{1h}, command);
        shard.handle_timeout(Instant{1h});
        while (auto output = shard.poll()) {
            const ByteVector& check = std::get<Transmit>(*output).bytes;
            tags.insert({check.begin() + 8, check.begin() + 12});  // RFC 8489 §5: the transaction id
        }
    }
    EXPECT_EQ(tags.size(), 2U);
}

/// Answers every question to STUN servers for half a minute: all bases are seen at 203.0.113.7. Says what the
/// shard reports of them, as "+10.0.0.1 -10.0.0.2".
std::string seen_outside(Shard& shard, Instant& now) {
    std::string text;
    for (const Instant end = now + 30s; now < end; now += 100ms) {
        shard.handle_timeout(now);
        while (const auto output = shard.poll()) {
            if (const auto* asked = std::get_if<Transmit>(&*output)) {
                const auto header = stun::peek_header(asked->bytes).value();
                stun::Builder answer{{stun::Class::success, header.method, header.transaction}};
                const Endpoint outside{*IpAddress::parse("203.0.113.7"), asked->path.local.port};
                auto bytes = answer.xor_mapped_address(outside).fingerprint().take();
                shard.handle_datagram(now, asked->path, bytes);
                continue;
            }
            const auto& event = std::get<Event>(*output);
            if (const auto* gathered = std::get_if<CandidateGathered>(&event))
                text += " +" + gathered->candidate.base.ip.to_string();
            if (const auto* lost = std::get_if<CandidateLost>(&event))
                text += " -" + lost->candidate.base.ip.to_string();
        }
    }
    return text;
}

TEST(Shard, KnowsWhatItIsCalledOutsideWhateverElseChanges) {
    SeededRandom random(1);
    Instant now{1h};
    Shard shard(config(), random);
    shard.handle_command(now, StartGathering{{*Endpoint::parse("198.51.100.1:3478")}, {}});
    EXPECT_EQ(seen_outside(shard, now), " +10.0.0.1");
    shard.handle_command(now, StartGathering{{*Endpoint::parse("198.51.100.2:3478")}, {}});
    EXPECT_EQ(seen_outside(shard, now), "") << "other servers say the same";
    auto hosts = config().hosts.candidates;
    hosts.push_back(ice::host_candidate(*Endpoint::parse("10.0.0.2:10000"), 65'534));
    shard.handle_command(now, SetHostCandidates{hosts, {}});
    EXPECT_EQ(seen_outside(shard, now), " +10.0.0.2") << "another base";
    hosts.erase(hosts.begin());
    shard.handle_command(now, SetHostCandidates{hosts, {}});
    EXPECT_EQ(seen_outside(shard, now), " -10.0.0.1") << "a base is gone";
}

}  // namespace
}  // namespace legroom::engine
