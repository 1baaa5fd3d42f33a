#include "metrics/call_metrics.hpp"

#include <gmock/gmock.h>

namespace legroom::metrics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using enum call::DisconnectReason;

call::Event of_leg(call::Happening what) {
    return {Instant{}, LegId{"5d2c-id"}, {}, "shop-tag", std::move(what)};
}

std::string text_of(const CallMetrics& metrics) {
    Families families;
    metrics.write(families);
    return families.to_text();
}

TEST(CallMetrics, AreZeroBeforeAnythingHappens) {
    const std::string text = text_of(CallMetrics{});
    EXPECT_THAT(text, HasSubstr("legroom_legs_total{type=\"webrtc\",state=\"connected\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("legroom_setups_total{outcome=\"connected\",cause=\"none\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("legroom_setup_duration_seconds_count 0\n"));
}

TEST(CallMetrics, CountHowSetUpsAndCallsComeOut) {
    CallMetrics metrics;
    metrics.observe(of_leg(call::LegConnected{150ms}));
    metrics.observe(of_leg(call::LegConnected{700ms}));
    metrics.observe(of_leg(call::LegDisconnected{api_hangup, 61s, 61s, {}, true}));
    metrics.observe(of_leg(call::LegDisconnected{max_duration, 3600s, 3600s, {}, true}));
    metrics.observe(of_leg(call::LegDisconnected{ice_failure, 40s, 40s,
                                                 call::describe(ice::FailureCode::consent_expired), true}));
    metrics.observe(of_leg(
        call::LegDisconnected{ice_failure, 30s, 30s, call::describe(ice::FailureCode::no_reply), false}));
    metrics.observe(of_leg(call::LegDisconnected{room_deleted, 1s, 0s, {}, false}));
    metrics.observe({Instant{}, {}, RoomId{"r"}, "", call::RoomCreated{}});

    const std::string text = text_of(metrics);
    for (const char* line : {
             "legroom_legs_total{type=\"webrtc\",state=\"connected\"} 2\n",
             "legroom_legs_total{type=\"webrtc\",state=\"disconnected\"} 5\n",
             "legroom_disconnect_reasons_total{type=\"webrtc\",reason=\"api_hangup\"} 1\n",
             "legroom_disconnect_reasons_total{type=\"webrtc\",reason=\"ice_failure\"} 2\n",
             "legroom_disconnect_reasons_total{type=\"webrtc\",reason=\"max_duration\"} 1\n",
             "legroom_disconnect_reasons_total{type=\"webrtc\",reason=\"room_deleted\"} 1\n",
             "legroom_setups_total{outcome=\"connected\",cause=\"none\"} 2\n",
             "legroom_setups_total{outcome=\"failed\",cause=\"no_reply\"} 1\n",
             "legroom_setups_total{outcome=\"abandoned\",cause=\"room_deleted\"} 1\n",
             "legroom_setup_duration_seconds_bucket{le=\"0.1\"} 0\n",
             "legroom_setup_duration_seconds_bucket{le=\"0.2\"} 1\n",
             "legroom_setup_duration_seconds_bucket{le=\"1\"} 2\n",
             "legroom_setup_duration_seconds_sum 0.85\n",
             "legroom_call_duration_seconds_count{type=\"webrtc\"} 4\n",
             "legroom_call_duration_seconds_bucket{type=\"webrtc\",le=\"60\"} 2\n",
             "legroom_call_duration_seconds_bucket{type=\"webrtc\",le=\"3600\"} 4\n",
             "legroom_call_total_duration_seconds_count{type=\"webrtc\"} 5\n",
             "legroom_events_total{type=\"leg.connected\"} 2\n",
             "legroom_events_total{type=\"leg.disconnected\"} 5\n",
             "legroom_events_total{type=\"room.created\"} 1\n",
         })
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_THAT(text, Not(HasSubstr("consent_expired"))) << "that call had come about";
    EXPECT_THAT(text, Not(HasSubstr("5d2c-id"))) << "ids are no labels";
    EXPECT_THAT(text, Not(HasSubstr("shop-tag")));
}

TEST(CallMetrics, DoNotGrowWithTheCalls) {
    CallMetrics metrics;
    std::size_t length = 0;
    for (int i = 0; i < 2'000; ++i) {
        metrics.observe({Instant{}, LegId{std::to_string(i)}, RoomId{std::to_string(i)}, std::to_string(i),
                         call::LegDisconnected{api_hangup, 1s, 1s, {}, true}});
        if (i == 999) length = text_of(metrics).size();
    }
    EXPECT_LE(text_of(metrics).size(), length + 20) << "a digit here and there";
}

}  // namespace
}  // namespace legroom::metrics
