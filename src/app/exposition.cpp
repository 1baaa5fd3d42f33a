#include "app/exposition.hpp"

#include <array>

#include "app/process_figures.hpp"
#include "metrics/media_metrics.hpp"

namespace legroom::app {
namespace {

using metrics::Families;

double number(std::uint64_t count) { return static_cast<double>(count); }

void write_legs(const call::LegService& legs, Families& families) {
    constexpr std::array kConnections{call::Connection::connecting, call::Connection::connected,
                                      call::Connection::interrupted};
    std::array<std::uint64_t, kConnections.size()> count{};
    std::uint64_t speaking = 0;
    for (const auto& entry : legs.all()) {
        ++count.at(static_cast<std::size_t>(entry.second.connection));
        speaking += entry.second.speaking ? 1 : 0;
    }
    families.gauge("legroom_active_legs", "Legs alive.", number(legs.all().size()));
    auto by_connection = families.gauge("legroom_leg_connections", "Legs alive, by how they are connected.");
    for (const call::Connection one : kConnections)
        by_connection.with({{"connection", call::to_string(one)}},
                           number(count.at(static_cast<std::size_t>(one))));
    families.gauge("legroom_speaking_legs", "Legs on which somebody speaks.", number(speaking));
    families.counter("legroom_legs_created_total", "Legs made.", number(legs.counters().created));
}

void write_rooms(call::RoomService& rooms, Families& families) {
    families.gauge("legroom_active_rooms", "Rooms open.", number(rooms.all().size()));
    families.counter("legroom_rooms_created_total", "Rooms made.", number(rooms.counters().created));
    families.counter("legroom_bridges_created_total", "Bridges made.",
                     number(rooms.bridges().counters().created));
}

void write_dtmf(const call::DtmfCounters& dtmf, Families& families) {
    families.counter("legroom_dtmf_received_total", "Key presses of peers.", number(dtmf.received));
    families.counter("legroom_dtmf_sent_total", "Key presses sent to peers.", number(dtmf.sent));
}

void write_playbacks(const call::PlaybackService& playbacks, Families& families) {
    const call::PlaybackCounters& count = playbacks.counters();
    families.gauge("legroom_active_playbacks", "Playbacks that have not ended.",
                   number(playbacks.under_way()));
    families.counter("legroom_playbacks_started_total", "Playbacks taken.", number(count.started));
    families.counter("legroom_playbacks_ended_total", "Playbacks that ended, by how.")
        .with({{"outcome", "completed"}}, number(count.completed))
        .with({{"outcome", "stopped"}}, number(count.stopped))
        .with({{"outcome", "failed"}}, number(count.failed));
    families.counter("legroom_playback_underruns_total", "Ticks in which a sound was not there in time.",
                     number(count.underruns));
}

void write_recordings(const call::RecordingService& recordings, Families& families) {
    const call::RecordingCounters& count = recordings.counters();
    families.gauge("legroom_active_recordings", "Recordings that are not finished files yet.",
                   number(recordings.count()));
    families.counter("legroom_recordings_started_total", "Recordings begun.", number(count.started));
    families.counter("legroom_recordings_failed_total", "Recordings that could not be written to their end.",
                     number(count.failed));
    families.counter("legroom_recordings_recovered_total",
                     "Recordings of earlier runs finished at the start.", number(count.recovered));
}

void write_webhooks(const webhook::Dispatcher& webhooks, Families& families) {
    const webhook::Counters& count = webhooks.counters();
    families.gauge("legroom_webhook_waiting_events", "Events that wait for webhooks.",
                   number(webhooks.waiting()));
    families.gauge("legroom_webhook_waiting_bytes", "Bytes of them, by where they are.")
        .with({{"where", "memory"}}, number(webhooks.memory()))
        .with({{"where", "disk"}}, number(webhooks.disk()));
    families.counter("legroom_webhook_enqueued_total", "Events that had a webhook.", number(count.enqueued));
    families.counter("legroom_webhook_failed_attempts_total", "Attempts that a webhook did not take.",
                     number(count.failed_attempts));
    families
        .counter("legroom_webhook_deliveries_total",
                 "Events that were delivered, or given up after attempts.")
        .with({{"outcome", "success"}}, number(count.delivered))
        .with({{"outcome", "exhausted"}}, number(count.expired));
    families.counter("legroom_webhook_dropped_total", "Events that had no place, or were lost on disk.",
                     number(count.overflowed + count.lost));
}

void write_readers(const ExpositionSources& from, Families& families) {
    const vsi::HubCounters vsi = from.vsi.counters();
    families.gauge("legroom_vsi_connections", "VSI connections open.", number(from.vsi.connections()));
    families.counter("legroom_vsi_connections_total", "VSI connections opened.", number(vsi.opened));
    families.counter("legroom_vsi_events_dropped_total", "Events that a slow VSI connection was not told.",
                     number(vsi.events_dropped));
    const auto& ledger = from.events.ledger();
    families.gauge("legroom_event_ledger_events", "Events kept for readers who come back.",
                   number(ledger.next() - ledger.oldest()));
    families.gauge("legroom_event_ledger_bytes", "Bytes of them.", number(ledger.bytes()));
    families.counter("legroom_event_ledger_dropped_total", "Events not kept any more, the oldest first.",
                     number(ledger.dropped()));
}

void write_http(const ExpositionSources& from, Families& families) {
    const io::HttpCounters& http = from.http.counters();
    from.requests.write(families);
    families.counter("legroom_http_connections_total", "HTTP connections accepted.", number(http.accepted));
    families.gauge("legroom_http_waiting_requests", "Requests that wait for something to happen.",
                   number(from.api.waits().size()));
}

/// What callers did not get because something is full.
void write_refusals(const ExpositionSources& from, Families& families) {
    families.counter("legroom_refused_total", "What was refused because there was too much of it.")
        .with({{"what", "legs"}}, number(from.services.legs.counters().refused))
        .with({{"what", "rooms"}}, number(from.services.rooms.counters().refused))
        .with({{"what", "bridges"}}, number(from.services.rooms.bridges().counters().refused))
        .with({{"what", "playbacks"}}, number(from.services.playbacks.counters().refused))
        .with({{"what", "recordings"}}, number(from.services.recordings.counters().refused))
        .with({{"what", "vsi_connections"}}, number(from.vsi.counters().refused))
        .with({{"what", "waiting_requests"}}, number(from.api.waits().refused()))
        .with({{"what", "http_connections"}}, number(from.http.counters().dropped));
    families.counter("legroom_dropped_total", "What was dropped of what had been taken, by what and why.")
        .with({{"what", "remote_candidates"}, {"cause", "too_many"}},
              number(from.services.legs.counters().remote_candidates_over_limit))
        .with({{"what", "remote_candidates"}, {"cause", "stale"}},
              number(from.services.legs.counters().remote_candidates_stale))
        .with({{"what", "digits"}, {"cause", "not_taken"}}, number(from.services.dtmf.counters().dropped))
        .with({{"what", "digits"}, {"cause", "too_many"}},
              number(from.services.dtmf.counters().not_forwarded))
        .with({{"what", "recorded_frames"}, {"cause", "slow_disk"}},
              number(from.services.recordings.counters().dropped_frames));
}

}  // namespace

std::string expose(const ExpositionSources& sources, const engine::MediaFigures& media) {
    Families families;
    write_legs(sources.services.legs, families);
    write_rooms(sources.services.rooms, families);
    sources.calls.write(families);
    metrics::write(media, families);
    write_dtmf(sources.services.dtmf.counters(), families);
    write_playbacks(sources.services.playbacks, families);
    write_recordings(sources.services.recordings, families);
    write_webhooks(sources.webhooks, families);
    write_readers(sources, families);
    write_http(sources, families);
    write_refusals(sources, families);
    write_process(sources.started, families);
    return families.to_text();
}

}  // namespace legroom::app
