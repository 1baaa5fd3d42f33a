#include "sdp/codecs.hpp"

#include <algorithm>
#include <array>
#include <bitset>

#include "sdp/text.hpp"

namespace legroom::sdp {

namespace {

constexpr std::uint32_t kMaxPayloadType = 127;
constexpr std::uint32_t kFirstLikeRtcp = 64;
constexpr std::uint32_t kLastLikeRtcp = 95;

/// RFC 7587 §6.1 and RFC 6716 §2.1.4: what the parameters may say.
constexpr std::uint32_t kMinPlaybackRate = 8'000;
constexpr std::uint32_t kMaxPlaybackRate = 48'000;
constexpr std::uint32_t kMinBitrate = 6'000;
constexpr std::uint32_t kMaxBitrate = 510'000;
constexpr std::uint32_t kMinPtime = 3;
constexpr std::uint32_t kMaxPtime = 120;

std::optional<std::uint32_t> number_between(std::string_view text, std::uint32_t least, std::uint32_t most) {
    const auto number = to_number(text, most);
    return number && *number >= least ? number : std::nullopt;
}

void set_flag(bool& flag, std::string_view value) {
    if (value == "0" || value == "1") flag = value == "1";
}

void set_parameter(OpusParameters& opus, std::string_view name, std::string_view value) {
    const auto is = [name](std::string_view known) { return equal_ignoring_case(name, known); };
    if (is("useinbandfec")) return set_flag(opus.use_inband_fec, value);
    if (is("usedtx")) return set_flag(opus.use_dtx, value);
    if (is("cbr")) return set_flag(opus.cbr, value);
    if (is("stereo")) return set_flag(opus.stereo, value);
    if (is("maxplaybackrate")) {
        const auto rate = number_between(value, kMinPlaybackRate, kMaxPlaybackRate);
        opus.max_playback_rate = rate.value_or(opus.max_playback_rate);
    } else if (is("maxaveragebitrate")) {
        const auto bitrate = number_between(value, kMinBitrate, kMaxBitrate);
        if (bitrate) opus.max_average_bitrate = bitrate;
    }
}

/// What one payload type of the m= line means.
struct Mapping {
    std::string_view codec;       ///< "opus/48000/2", empty without a=rtpmap
    std::string_view parameters;  ///< a=fmtp
};
using Mappings = std::array<Mapping, kMaxPayloadType + 1>;

/// Splits "<payload type> <rest>" as in a=rtpmap and a=fmtp.
std::optional<std::uint32_t> take_payload_type(std::string_view& value) {
    return to_number(take_until(value, ' '), kMaxPayloadType);
}

/// A channel count of one may be left out (RFC 8866 §6.6), so "G722/8000/1" is "G722/8000".
std::string_view without_single_channel(std::string_view codec) {
    if (std::count(codec.begin(), codec.end(), '/') == 2 && codec.ends_with("/1")) codec.remove_suffix(2);
    return codec;
}

bool read_rtpmaps(const Attributes& attributes, Mappings& mappings) {
    for (std::string_view value : attributes.all("rtpmap")) {
        const auto type = take_payload_type(value);
        if (!type) return false;
        const std::string_view codec = without_single_channel(trimmed(value));
        std::string_view& known = mappings[*type].codec;
        if (!known.empty() && !equal_ignoring_case(known, codec)) return false;
        known = codec;
    }
    return true;
}

void read_format_parameters(const Attributes& attributes, Mappings& mappings) {
    for (std::string_view value : attributes.all("fmtp")) {
        const auto type = take_payload_type(value);
        if (type && mappings[*type].parameters.empty()) mappings[*type].parameters = value;
    }
}

void read_packet_times(const Attributes& attributes, OpusParameters& opus) {
    const auto read = [&attributes](std::string_view name) {
        return number_between(trimmed(attributes.find(name).value_or("")), kMinPtime, kMaxPtime);
    };
    opus.ptime_ms = read("ptime");
    opus.max_ptime_ms = read("maxptime");
}

void take_format(const Section& section, std::uint8_t type, const Mapping& mapping, Codecs& codecs) {
    const auto is = [&mapping](std::string_view known) { return equal_ignoring_case(mapping.codec, known); };
    if (is("opus/48000/2") && !codecs.opus) {
        codecs.opus = parse_opus_parameters(mapping.parameters);
        codecs.opus->payload_type = type;
        read_packet_times(section.attributes, *codecs.opus);
    } else if (is("telephone-event/48000") && !codecs.telephone_event_48k) {
        codecs.telephone_event_48k = type;
    } else if (is("telephone-event/8000") && !codecs.telephone_event_8k) {
        codecs.telephone_event_8k = type;
    }
}

}  // namespace

bool is_rtp(std::string_view protocol) {
    constexpr std::array<std::string_view, 8> kSpellings{
        "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVP",
        "RTP/SAVPF",         "RTP/SAVP",         "RTP/AVPF",          "RTP/AVP",
    };
    return std::find(kSpellings.begin(), kSpellings.end(), protocol) != kSpellings.end();
}

Result<Codecs> read_codecs(const Section& section) {
    Mappings mappings;
    if (!read_rtpmaps(section.attributes, mappings)) return Error::invalid_offer;
    read_format_parameters(section.attributes, mappings);

    Codecs codecs;
    std::bitset<kMaxPayloadType + 1> seen;
    for (const std::string_view format : section.formats) {
        const auto type = to_number(format, kMaxPayloadType);
        if (!type || seen[*type]) return Error::invalid_offer;
        seen.set(*type);
        if (*type >= kFirstLikeRtcp && *type <= kLastLikeRtcp) continue;
        take_format(section, static_cast<std::uint8_t>(*type), mappings[*type], codecs);
    }
    return codecs;
}

OpusParameters parse_opus_parameters(std::string_view format_parameters) {
    OpusParameters opus;
    for (std::string_view parameter : split(format_parameters, ';')) {
        const std::string_view name = trimmed(take_until(parameter, '='));
        set_parameter(opus, name, trimmed(parameter));
    }
    return opus;
}

}  // namespace legroom::sdp
