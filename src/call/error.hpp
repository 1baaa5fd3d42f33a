#pragma once

#include <boost/system/error_code.hpp>
#include <type_traits>

namespace legroom::call {

/// Why a service refused. Nothing was changed and no event published, except where said.
enum class Error {
    leg_not_found = 1,        ///< Never existed, or was hung up.
    room_not_found,           ///< Never existed, or was deleted.
    invalid_offer,            ///< Not an offer we can read (contract 01 lists why).
    no_common_codec,          ///< No audio section with a codec of ours.
    no_transport,             ///< We have no address of our own to be reached at.
    too_many_legs,            ///< LegConfig::max_legs; counted.
    change_pending,           ///< The transport of an earlier offer of this leg is still on its way.
    bad_candidate,            ///< Not a candidate line (RFC 8839 §5.1).
    room_exists,              ///< A room of that id lives already.
    invalid_sample_rate,      ///< None of 8000, 16000, 24000, 48000.
    too_many_rooms,           ///< RoomConfig::max_rooms; counted.
    already_in_room,          ///< The leg is in the room it was to join.
    streams_not_addressable,  ///< Secondary streams asked of a leg that has none.
    room_id_too_long,         ///< kMaxRoomIdBytes
    app_id_too_long,          ///< kMaxAppIdBytes
    role_too_long,            ///< kMaxRoleBytes
    matrix_too_large,         ///< kMaxRoutingRows, kMaxRoutingSources, kMaxRoutingBytes
    too_many_updates,         ///< kMaxRoutingUpdates
    listener_role_missing,    ///< An update of no row.
    invalid_gain,             ///< Not kMinGainDb to kMaxGainDb.
    bridge_not_found,         ///< Never existed, was deleted, or is one of other rooms.
    peer_room_missing,        ///< A bridge to nowhere.
    invalid_direction,        ///< None of bidirectional, send, receive, none.
    bridge_to_itself,         ///< The peer is the room.
    sample_rates_differ,      ///< Of the two rooms of a bridge.
    bridge_exists,            ///< A bridge of that id lives already.
    already_bridged,          ///< These two rooms are, in whatever direction.
    too_many_bridges,         ///< kMaxBridges, kMaxBridgesPerRoom; counted.
    bridge_id_too_long,       ///< kMaxBridgeIdBytes
    too_many_queries,         ///< kMaxIceQueries
    bad_reconnect_grace,      ///< Not 0 to kMaxReconnectGrace.
    bad_max_duration,         ///< Not more than 0 and up to kMaxDuration.
    too_many_headers,         ///< kMaxHeaders, kMaxHeaderBytes
    too_many_candidates,      ///< kMaxCandidatesAtOnce
    other_ice_session,        ///< Candidates of another generation than the leg is at.
    digits_missing,           ///< A request to send DTMF that has no digits.
    too_many_digits,          ///< More at once than may ever wait (engine::kMaxDigitsWaiting).
    digits_waiting,           ///< Not now: too many are waiting to be sent.
    dtmf_not_negotiated,      ///< The peer takes no telephone-events.
    peer_does_not_receive,    ///< The peer's latest offer lets us send nothing.
    url_and_tone,             ///< A playback of both.
    url_or_tone_missing,      ///< A playback of neither.
    url_too_long,             ///< kMaxUrlBytes
    mime_type_too_long,       ///< kMaxMimeTypeBytes
    invalid_volume,           ///< Not kMinVolume to kMaxVolume.
    no_audio_writer,          ///< The leg only publishes: nothing can ever be played to it.
    room_empty,               ///< There is nobody in it to play anything to, or to record.
    playback_not_found,       ///< Never existed, is over, or is played to somebody else.
    too_many_playbacks,       ///< kMaxPlaybacks, engine::kMaxPlaybacksPerTarget; counted.
    too_many_file_playbacks,  ///< kMaxFilePlaybacks; counted.
    invalid_filename,         ///< Of a recording: read_recording_name() says what fits.
    unknown_storage,          ///< None of "", file, s3, gcs.
    unknown_format,           ///< None of "", wav, ogg.
    no_packets_to_record,     ///< A room as ogg: a mix has no sender whose packets could be kept.
    storage_unavailable,      ///< s3 or gcs, where this server keeps nothing.
    recording_in_progress,    ///< Of this leg or room; one at a time.
    recording_exists,         ///< A file of that name does, or is being written.
    recording_not_found,      ///< Nothing of this leg or room is being recorded.
    recording_unwritable,     ///< The file could not be made.
    too_many_recordings,      ///< kMaxRecordings, kMaxTapes; counted.
    wrong_direction,          ///< A publisher's offer that sends nothing, a listener's that receives nothing.
};
boost::system::error_code make_error_code(Error error);

}  // namespace legroom::call

template <>
struct boost::system::is_error_code_enum<legroom::call::Error> : std::true_type {};
