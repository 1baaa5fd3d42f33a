#include "api/schema.hpp"

namespace legroom::api {
namespace {

constexpr NamedSchema kSchemas[] = {
    {"Instance", "In the outermost object of every HTTP response, errors included.", R"({
        instance_id?: string,     // which server this is; a new one with each start unless it was given one
    })"},
    {"Error", "What went wrong. Its text may change, the status does not.", R"({error: string})"},
    {"Refusal", "An error over HTTP.", "Instance & Error"},

    {"Leg", "A leg: one caller.", R"({
        id: string,
        type: 'webrtc',
        state: 'connected',       // a WebRTC leg is, from its creation on
        connection: Connection,
        room_id?: string,         // the room it is in
        muted: boolean,           // others do not hear it
        deaf: boolean,            // it does not hear others
        accept_dtmf: boolean,     // it gets the digits that room mates press
        held: boolean,            // SIP only
        gain_db: number -40..20,  // how loud others hear it
        role?: string,            // in the routing of its room
        app_id?: string,          // the tag it was made with
        headers?: {*: string},    // what its offer came with
    })"},
    {"Connection", "How the transport of a leg stands.", "'connecting' | 'connected' | 'interrupted'"},
    {"Offered", "An offer and its answer.", R"({
        status: 'answered',
        leg_id: string,
        sdp: string,              // the answer
    })"},
    {"Candidate", "An ICE candidate, as RTCIceCandidate.toJSON() gives and addIceCandidate() takes it.", R"({
        candidate?: string,       // "" or absent: there are no more
        sdpMid?: string,
        sdpMLineIndex?: integer 0..65535,
        usernameFragment?: string,
    })"},
    {"Candidates", "Candidates of the server that nobody has fetched yet.", R"({
        status: 'gathering' | 'complete',
        candidates: [Candidate],
        done: boolean,            // nothing follows
    })"},
    {"Added", "How many candidates were taken; without a number: the one.", R"({
        status: 'added',
        added?: integer 0..64,
    })"},
    {"IceServers", "For RTCPeerConnection's iceServers.", R"({
        ice_servers: [{urls: [string], username?: string, credential?: string}],
        ttl: integer 0..,         // seconds for which the credentials are good
    })"},

    {"IceStatus", "How a connection stands. Times in milliseconds, addresses as ip:port.", R"({
        leg_id: string,
        connection: Connection,
        path?: 'udp' | 'tcp' | 'relay',
        selected?: IcePath,
        round_trip_ms?: number,
        consent_age_ms?: number,  // since the peer's last answer to a check
        role: 'controlling' | 'controlled',
        dtls: 'waiting' | 'handshaking' | 'connected' | 'closed' | 'failed',
        unauthenticated: integer, // STUN messages with wrong credentials
        local_candidates: [KnownCandidate],
        remote_candidates: [KnownCandidate],
        pairs: [IcePair],
        setup_ms: {
            first_remote_candidate?: number,
            first_check?: number,
            first_valid_pair?: number,
            nominated?: number,
            dtls_done?: number,
            first_media?: number,
        },                        // since the offer
        failure?: Failure,
    })"},
    {"KnownCandidate", "A candidate of either side.", R"({
        type: CandidateType,
        address: string,
        candidate: string,        // as in SDP
    })"},
    {"CandidateType", "Where an address comes from (RFC 8445).", "'host' | 'srflx' | 'prflx' | 'relay'"},
    {"IcePath", "Two ends and what is between.", R"({
        local: string,
        remote: string,
        transport: 'udp' | 'tcp' | 'tls',
    })"},
    {"IcePair", "A candidate pair.", R"(IcePath & {
        local_type: CandidateType,
        remote_type: CandidateType,
        state: 'waiting' | 'in_progress' | 'succeeded' | 'failed',
        nominated: boolean,
        selected: boolean,
        requests_sent: integer,
        responses: integer,
        requests_received: integer,
        round_trip_ms?: number,
    })"},
    {"Failure", "Why media does not flow, or why a leg ended.", R"({
        code: 'no_remote_candidates' | 'only_mdns_candidates' | 'no_reply' | 'stun_auth' | 'dtls_timeout' |
              'dtls_fingerprint' | 'dtls_failed' | 'consent_expired' | 'closed_by_peer' | 'no_media' | 'internal',
        stage: 'candidates' | 'checks' | 'dtls' | 'connected' | 'media' | 'internal',
        hint: string,             // what happened, and what to do
        pairs: [IcePair],
    })"},

    {"Playing", "A playback was taken.", R"({
        playback_id: string,
        status: 'playing',
    })"},
    {"Recorded", "What a recording came to.", R"({
        file: string,             // "": nothing was heard
        multi_channel_file?: string,
        channels?: {*: {
            channel: integer,     // from 0
            start_ms: integer,    // since the recording's beginning
            end_ms: integer,
        }},                       // of the multi-channel file, by leg
        omitted_legs?: [string],  // who could not be kept on a channel
    })"},

    {"Room", "A room: its legs hear one another.", R"({
        id: string,
        app_id?: string,
        sample_rate: SampleRate,
        participants: [Leg],      // in order of joining
        speaking: [string],       // the ids of those who speak
    })"},
    {"SampleRate", "Of a room's mix, in Hz: 8000, 16000, 24000 or 48000.", "integer 8000..48000"},
    {"Joined", "What a join came to.", R"(
        {status: 'added'} | {status: 'moved', from: string, to: string}
    )"},
    {"Matrix", "Whom a listener of a role hears: the roles of its row. Who has no row hears everyone.",
     "{*: [string]}"},
    {"Routing", "Which roles hear which.", "{matrix: Matrix}"},
    {"Bridge", "A bridge, seen from the room in the path.", R"({
        id: string,
        room_id: string,          // the other room
        direction: Direction,
        sample_rate: SampleRate,
    })"},
    {"Direction", "Which way sound crosses.", "'bidirectional' | 'send' | 'receive' | 'none'"},

    {"Envelope", "What every event has.", R"({
        type: string,
        event_id: uuid,           // the same by every way and in every attempt
        timestamp: time,
        instance_id?: string,
        app_id?: string,          // of the leg, or of the room where there is no leg
        seq: integer,             // event_seq, except in dtmf.received and rtt.received
        event_seq: integer,       // one more than the event before it; resume by this
    })"},
    {"Cdr", "What is charged for.", R"({
        reason: 'api_hangup' | 'room_deleted' | 'ice_failure' | 'max_duration' | 'shutdown',
        duration_total: number,   // seconds since the leg was made
        duration_answered: number,
    })"},
    {"EventPage", "Events, oldest first. Ask next with `after` = `last_seq`, at once while `more`.", R"({
        events: [object],         // as /asyncapi.json describes each
        last_seq: integer,
        more: boolean,
    })"},
    {"Webhooks", "What waits for webhooks, and counters since the start.", R"({
        waiting: integer,         // events
        memory_bytes: integer,
        disk_bytes: integer,
        receivers: integer,       // URLs that something waits for
        enqueued: integer,        // events that had a webhook
        delivered: integer,
        failed_attempts: integer,
        dead_letters: integer,
    })"},
    {"DeadLetters", "Events that were given up; the oldest are forgotten first.", R"({
        dead_letters: [{
            event_id: uuid,
            event_seq: integer,
            type: string,
            url: string,
            reason: 'expired' | 'overflow' | 'lost',
            attempts: integer,
            waited_ms: integer,
            error?: string,       // of the last attempt
            event?: object,       // unless it was lost
        }],
        total: integer,
        forgotten: integer,
    })"},
    {"EventsGone", "Some of what was asked for is not kept any more: read the state anew.", R"({
        error: string,
        oldest_seq: integer,
        last_seq: integer,
    })"},
};

}  // namespace

std::span<const NamedSchema> named_schemas() { return kSchemas; }

}  // namespace legroom::api
