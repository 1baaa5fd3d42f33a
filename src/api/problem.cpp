#include "api/problem.hpp"

#include <string>

#include "api/error.hpp"
#include "call/error.hpp"
#include "sdp/answer.hpp"

namespace legroom::api {
namespace {

struct Row {
    error_code error;
    Where where;
    Status status;
    std::string_view text;  ///< {} stands for the subject.
};

/// The first row that fits counts, so the special places stand before `anywhere`.
const Row* find(const error_code& error, Where where) {
    using enum Status;
    using call::Error;
    static const Row table[] = {
        {api::Error::invalid_json, Where::anywhere, bad_request, "invalid JSON"},
        {api::Error::leg_id_missing, Where::anywhere, bad_request, "leg_id is required"},
        {api::Error::invalid_grace, Where::anywhere, bad_request,
         "invalid reconnect_grace: must be seconds from 0 to 3600"},
        {api::Error::invalid_webhook, Where::anywhere, bad_request,
         "invalid webhook: webhook_url must be an http or https URL of at most 2048 bytes, webhook_secret at "
         "most "
         "256 bytes"},
        {api::Error::invalid_headers, Where::anywhere, bad_request,
         "invalid headers: at most 32, and 8192 bytes in all"},
        {api::Error::invalid_max_duration, Where::anywhere, bad_request,
         "invalid max_duration: must be seconds from 0 to 31622400"},
        {api::Error::invalid_wait, Where::anywhere, bad_request,
         "invalid wait: must be milliseconds from 0 to 30000"},
        {sdp::Error::invalid_fragment, Where::anywhere, bad_request, "invalid SDP fragment"},

        {Error::leg_not_found, Where::room_join, bad_request, "leg {} not found"},
        {Error::leg_not_found, Where::anywhere, not_found, "leg not found"},
        {Error::invalid_offer, Where::anywhere, bad_request, "invalid SDP offer"},
        {Error::no_common_codec, Where::whip, unprocessable, "no audio section with a codec the server has"},
        {Error::no_common_codec, Where::anywhere, internal_error, "failed to set local description"},
        {Error::no_transport, Where::anywhere, internal_error, "failed to create peer connection"},
        {Error::too_many_legs, Where::anywhere, unavailable, "too many legs"},
        {Error::too_many_queries, Where::anywhere, unavailable, "too many reports are being made"},
        {Error::bad_candidate, Where::fragment, bad_request, "invalid candidate in the SDP fragment"},
        {Error::bad_candidate, Where::anywhere, internal_error, "failed to add ICE candidate"},
        {Error::too_many_candidates, Where::anywhere, bad_request, "too many candidates: at most 64"},
        {Error::other_ice_session, Where::anywhere, conflict,
         "ice-ufrag is not that of this leg's ICE session"},
        {Error::wrong_direction, Where::anywhere, unprocessable, "the offer's audio must be {} or sendrecv"},
        {Error::change_pending, Where::anywhere, conflict,
         "another offer of this leg is still being carried out"},

        {Error::digits_missing, Where::anywhere, bad_request, "digits required"},
        {Error::too_many_digits, Where::anywhere, bad_request, "too many digits: at most 256"},
        {Error::digits_waiting, Where::anywhere, unavailable,
         "too many digits are waiting to be sent: at most 256"},
        {Error::dtmf_not_negotiated, Where::anywhere, conflict,
         "the leg's peer takes no DTMF: its offer has no telephone-event; offer again with one (RFC 4733)"},
        {Error::peer_does_not_receive, Where::anywhere, conflict,
         "the leg's peer receives nothing: it is on hold, or only publishes; digits can be sent once its "
         "offer is sendrecv or recvonly"},

        {Error::url_and_tone, Where::anywhere, bad_request, "url and tone are mutually exclusive"},
        {Error::url_or_tone_missing, Where::anywhere, bad_request, "url or tone is required"},
        {Error::url_too_long, Where::anywhere, bad_request, "url too long: at most 4096 bytes"},
        {Error::mime_type_too_long, Where::anywhere, bad_request, "mime_type too long: at most 256 bytes"},
        {Error::invalid_volume, Where::anywhere, bad_request, "invalid volume: must be from -8 to 8"},
        {Error::no_audio_writer, Where::anywhere, conflict, "leg has no audio writer"},
        {Error::room_empty, Where::anywhere, conflict, "room has no participants"},
        {Error::playback_not_found, Where::playback_stop, not_found, "no playback in progress"},
        {Error::playback_not_found, Where::anywhere, not_found, "playback not found"},
        {Error::too_many_playbacks, Where::anywhere, unavailable,
         "too many playbacks: at most 16 to a leg or room, 2000 in all"},
        {Error::too_many_file_playbacks, Where::anywhere, unavailable,
         "too many sounds are played by URL: at most 100 in all; tones do not count"},
        {Error::invalid_filename, Where::anywhere, bad_request, "invalid recording filename"},
        {Error::unknown_storage, Where::anywhere, bad_request, "unknown storage type: {}"},
        {Error::unknown_format, Where::anywhere, bad_request,
         "unknown recording format: it must be wav or ogg"},
        {Error::no_packets_to_record, Where::anywhere, bad_request,
         "format ogg keeps the packets of one sender: record the legs of the room as ogg, or the room as "
         "wav"},
        {Error::storage_unavailable, Where::anywhere, bad_request,
         "storage {} is not available on this server"},
        {Error::recording_in_progress, Where::anywhere, conflict, "recording already in progress"},
        {Error::recording_exists, Where::anywhere, conflict, "recording file already exists"},
        {Error::recording_not_found, Where::anywhere, not_found, "no recording in progress"},
        {Error::too_many_recordings, Where::anywhere, unavailable, "too many recordings"},

        {Error::room_not_found, Where::room_delete, not_found, "room {} not found"},
        {Error::room_not_found, Where::room_leave, bad_request, "room {} not found"},
        {Error::room_not_found, Where::anywhere, not_found, "room not found"},
        {Error::room_exists, Where::anywhere, conflict, "room {} already exists"},
        {Error::invalid_sample_rate, Where::anywhere, bad_request,
         "invalid sample_rate: must be 8000, 16000, 24000, or 48000"},
        {Error::too_many_rooms, Where::anywhere, unavailable, "too many rooms"},
        {Error::already_in_room, Where::anywhere, bad_request, "leg already in this room"},
        {Error::streams_not_addressable, Where::anywhere, bad_request, "leg {} has no secondary streams"},

        {Error::room_id_too_long, Where::anywhere, bad_request, "room id too long: at most 256 bytes"},
        {Error::app_id_too_long, Where::anywhere, bad_request, "app_id too long: at most 256 bytes"},
        {Error::invalid_gain, Where::anywhere, bad_request, "invalid gain_db: must be from -40 to 20"},
        {Error::matrix_too_large, Where::anywhere, bad_request,
         "routing matrix too large: at most 64 rows, 62 different sources, 32768 bytes of roles"},
        {Error::too_many_updates, Where::anywhere, bad_request, "too many updates: at most 64"},
        {Error::listener_role_missing, Where::anywhere, bad_request, "listener_role is required"},

        {Error::bridge_not_found, Where::anywhere, not_found, "bridge not found"},
        {Error::peer_room_missing, Where::anywhere, bad_request, "room_id is required"},
        {Error::invalid_direction, Where::anywhere, bad_request,
         "invalid direction: must be bidirectional, send, receive, or none"},
        {Error::bridge_to_itself, Where::anywhere, bad_request, "cannot bridge a room to itself"},
        {Error::sample_rates_differ, Where::anywhere, bad_request,
         "sample rate mismatch: both rooms must have the same"},
        {Error::bridge_exists, Where::anywhere, conflict, "bridge {} already exists"},
        {Error::already_bridged, Where::anywhere, conflict, "rooms are already bridged"},
        {Error::too_many_bridges, Where::anywhere, unavailable, "too many bridges"},
        {Error::bridge_id_too_long, Where::anywhere, bad_request, "bridge id too long: at most 256 bytes"},

        {Error::role_too_long, Where::anywhere, bad_request, "role too long: at most 256 bytes"},
    };
    for (const Row& row : table) {
        if (row.error == error && (row.where == where || row.where == Where::anywhere)) return &row;
    }
    return nullptr;
}

std::string fill_in(std::string_view text, std::string_view subject) {
    std::string filled{text};
    const auto gap = filled.find("{}");
    return gap == std::string::npos ? filled : filled.replace(gap, 2, subject);
}

}  // namespace

Reply problem(const error_code& error, Where where, std::string_view subject) {
    const Row* row = find(error, where);
    if (row == nullptr) return refusal(Status::internal_error, "internal error");
    return refusal(row->status, fill_in(row->text, subject));
}

}  // namespace legroom::api
