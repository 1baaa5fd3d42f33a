// What a VSI client may send: each line of the input is one text frame of one connection to the whole API. $L
// stands for a leg that is in no room, $M for one in the room "full".
#include <boost/json/parse.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "vsi/hub.hpp"

#include "api/event_test_stream.hpp"

namespace {

using legroom::api::Channel;
using legroom::api::test::EventClient;

void require(bool promise) {
    if (!promise) std::abort();
}

/// Whatever is said is one JSON object with a type.
std::size_t take_all(Channel& channel, legroom::Instant now) {
    std::size_t frames = 0;
    while (const auto frame = channel.poll(now)) {
        boost::json::error_code error;
        const auto value = boost::json::parse(*frame, error);
        require(!error && value.is_object() && value.as_object().contains("type"));
        channel.written(now);
        ++frames;
    }
    return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    EventClient events;
    legroom::vsi::Hub hub{{}, events.client.api, events.stream};
    auto& world = events.client.world;
    const auto loose = world.add_leg();
    const auto member = world.add_leg();
    events.client.send("POST", "/v1/rooms/full/legs", R"({"leg_id":")" + member.value + R"("})");
    auto upgrade = hub.open({"GET", "/v1/vsi?after=0", ""});
    const auto channel = std::get<std::unique_ptr<Channel>>(std::move(upgrade.value()));
    channel->start(world.now, [] {});
    require(take_all(*channel, world.now) > 1);

    std::string input{reinterpret_cast<const char*>(data), size};
    input = legroom::api::test::replace_all(std::move(input), "$L", loose.value);
    input = legroom::api::test::replace_all(std::move(input), "$M", member.value);
    while (!input.empty() && channel->takes_frames()) {
        const auto end = std::min(input.find('\n'), input.size());
        channel->receive(world.now, std::string_view{input}.substr(0, end));
        take_all(*channel, world.now);
        input.erase(0, end + 1);
    }
    require(channel->ending() != Channel::Ending::abort);
    return 0;
}
