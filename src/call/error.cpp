#include "call/error.hpp"

#include <string>

#include "base/error_category.hpp"

namespace legroom::call {
namespace {

const char* text(Error error) {
    switch (error) {
        case Error::leg_not_found:
            return "no such leg";
        case Error::room_not_found:
            return "no such room";
        case Error::invalid_offer:
            return "invalid SDP offer";
        case Error::no_common_codec:
            return "no codec in common";
        case Error::no_transport:
            return "no local address";
        case Error::too_many_legs:
            return "too many legs";
        case Error::bad_candidate:
            return "not an ICE candidate";
        case Error::room_exists:
            return "room exists already";
        case Error::invalid_sample_rate:
            return "invalid sample rate";
        case Error::too_many_rooms:
            return "too many rooms";
        case Error::already_in_room:
            return "leg is in this room already";
        case Error::streams_not_addressable:
            return "leg has no secondary streams";
        case Error::room_id_too_long:
            return "room id too long";
        case Error::app_id_too_long:
            return "app_id too long";
        case Error::role_too_long:
            return "role too long";
        case Error::matrix_too_large:
            return "routing matrix too large";
        case Error::too_many_updates:
            return "too many rows at once";
        case Error::listener_role_missing:
            return "no listener role";
        case Error::invalid_gain:
            return "gain out of range";
        case Error::bridge_not_found:
            return "no such bridge";
        case Error::peer_room_missing:
            return "no peer room";
        case Error::invalid_direction:
            return "invalid direction";
        case Error::bridge_to_itself:
            return "a room cannot be bridged to itself";
        case Error::sample_rates_differ:
            return "rooms of different sample rates";
        case Error::bridge_exists:
            return "bridge exists already";
        case Error::already_bridged:
            return "rooms are bridged already";
        case Error::too_many_bridges:
            return "too many bridges";
        case Error::bridge_id_too_long:
            return "bridge id too long";
        case Error::too_many_queries:
            return "too many queries at a time";
        case Error::bad_reconnect_grace:
            return "reconnect grace out of range";
        case Error::bad_max_duration:
            return "maximal duration out of range";
        case Error::too_many_headers:
            return "too many headers";
        case Error::too_many_candidates:
            return "too many candidates at once";
        case Error::other_ice_session:
            return "candidates of another ICE session";
        case Error::invalid_filename:
            return "invalid recording filename";
        case Error::unknown_storage:
            return "unknown storage type";
        case Error::unknown_format:
            return "unknown recording format";
        case Error::no_packets_to_record:
            return "no packets to record";
        case Error::storage_unavailable:
            return "storage not available";
        case Error::room_empty:
            return "room has no participants";
        case Error::recording_in_progress:
            return "recording in progress";
        case Error::recording_exists:
            return "recording file exists already";
        case Error::recording_not_found:
            return "no recording in progress";
        case Error::recording_unwritable:
            return "recording file cannot be written";
        case Error::too_many_recordings:
            return "too many recordings";
        case Error::wrong_direction:
            return "the offer's audio goes the wrong way";
        case Error::digits_missing:
            return "no digits";
        case Error::too_many_digits:
            return "too many digits at once";
        case Error::digits_waiting:
            return "too many digits waiting to be sent";
        case Error::dtmf_not_negotiated:
            return "telephone-event not negotiated";
        case Error::peer_does_not_receive:
            return "the peer does not receive";
        case Error::url_and_tone:
            return "both URL and tone";
        case Error::url_or_tone_missing:
            return "neither URL nor tone";
        case Error::url_too_long:
            return "URL too long";
        case Error::mime_type_too_long:
            return "media type too long";
        case Error::invalid_volume:
            return "volume out of range";
        case Error::no_audio_writer:
            return "nothing can be played to this leg";
        case Error::playback_not_found:
            return "no such playback";
        case Error::too_many_playbacks:
            return "too many playbacks";
        case Error::too_many_file_playbacks:
            return "too many playbacks of sounds by URL";
        case Error::change_pending:
            return "an offer is still being carried out";
    }
    return "unknown";
}

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "call"; }
    [[nodiscard]] std::string message(int value) const override { return text(static_cast<Error>(value)); }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::call
