#include "metrics/media_metrics.hpp"

namespace legroom::metrics {
namespace {

double number(std::uint64_t count) { return static_cast<double>(count); }

void write_streams(const engine::StreamFigures& streams, Families& families) {
    families.counter("legroom_rtp_packets_sent_total", "RTP packets to peers.", number(streams.sent));
    families.counter("legroom_rtp_packets_received_total", "RTP packets of audio from peers.",
                     number(streams.received));
    families.counter("legroom_rtp_packets_lost_total", "Packets of audio that were not there in time.",
                     number(streams.lost));
    families.counter("legroom_audio_recovered_total", "Lost packets rebuilt from the one after (FEC).",
                     number(streams.recovered));
    families.counter("legroom_audio_concealed_total", "Packets' worth of audio that had to be invented.",
                     number(streams.concealed));
}

void write_ports(const engine::PortFigures& ports, Families& families) {
    families.counter("legroom_datagrams_received_total", "Datagrams, and frames in their place.")
        .with({{"transport", "udp"}}, number(ports.udp.received))
        .with({{"transport", "tcp"}}, number(ports.tcp.received))
        .with({{"transport", "turn_stream"}}, number(ports.links.received));
    families.counter("legroom_datagrams_sent_total", "Datagrams, and frames in their place.")
        .with({{"transport", "udp"}}, number(ports.udp.sent))
        .with({{"transport", "tcp"}}, number(ports.tcp.sent))
        .with({{"transport", "turn_stream"}}, number(ports.links.sent));
    families.counter("legroom_ice_tcp_connections_total", "ICE-TCP connections accepted.",
                     number(ports.tcp_connections));
}

void write_drops(const engine::MediaFigures& figures, Families& families) {
    const engine::StreamFigures& streams = figures.streams;
    const engine::PortFigures& ports = figures.ports;
    families.counter("legroom_media_dropped_total", "What the media thread dropped, by where and why.")
        .with({{"where", "jitter_buffer"}, {"cause", "late"}}, number(streams.late))
        .with({{"where", "jitter_buffer"}, {"cause", "duplicate"}}, number(streams.duplicate))
        .with({{"where", "jitter_buffer"}, {"cause", "full"}}, number(streams.overflowed))
        .with({{"where", "jitter_buffer"}, {"cause", "malformed"}}, number(streams.malformed))
        .with({{"where", "routes"}, {"cause", "no_leg"}}, number(figures.shard.unroutable))
        .with({{"where", "udp"}, {"cause", "oversized"}}, number(ports.udp_oversized))
        .with({{"where", "udp"}, {"cause", "unsent"}}, number(ports.udp.unsent))
        .with({{"where", "tcp"}, {"cause", "unsent"}}, number(ports.tcp.unsent))
        .with({{"where", "tcp"}, {"cause", "too_many_connections"}}, number(ports.tcp_refused))
        .with({{"where", "turn_stream"}, {"cause", "unsent"}}, number(ports.links.unsent));
}

}  // namespace

void write(const engine::MediaFigures& figures, Families& families) {
    write_streams(figures.streams, families);
    families.histogram("legroom_rtp_round_trip_seconds", "To a peer and back, by each of its RTCP reports.")
        .with({}, figures.round_trip);
    families.histogram("legroom_rtp_jitter_seconds", "Of what peers send, at each of their RTCP reports.")
        .with({}, figures.jitter);
    write_ports(figures.ports, families);
    write_drops(figures, families);
    families.histogram("legroom_tick_lateness_seconds", "How long after its time a tick of 20 ms began.")
        .with({}, figures.tick_lateness);
    families.counter("legroom_ticks_skipped_total", "Ticks given up, having fallen too far behind.",
                     number(figures.shard.skipped_ticks));
    families.counter("legroom_recovered_panics_total", "Faults of ours that were contained.")
        .with({{"component", "engine"}, {"site", "shard"}}, number(figures.shard.faults));
}

}  // namespace legroom::metrics
