#include "sdp/answer.hpp"

#include "sdp/answer_writer.hpp"
#include "sdp/codecs.hpp"
#include "sdp/direction.hpp"
#include "sdp/document.hpp"
#include "sdp/extension_map.hpp"
#include "sdp/groups.hpp"
#include "sdp/transport.hpp"

namespace legroom::sdp {

namespace {

/// The section we accept, or none.
struct Choice {
    std::optional<std::size_t> section;
    Codecs codecs;
};

/// Port zero means refused beforehand, unless the section only waits for its bundle (RFC 8843 §6).
bool is_open(const Section& section, bool bundled) {
    return section.port != 0 || (bundled && section.attributes.has("bundle-only"));
}

Result<Choice> choose_audio(const Document& offer, const Groups& groups) {
    for (std::size_t i = 0; i < offer.sections.size(); ++i) {
        const Section& section = offer.sections[i];
        if (section.media != "audio" || !is_rtp(section.protocol)) continue;
        const auto codecs = read_codecs(section);
        if (!codecs) return codecs.error();
        if (codecs->opus && is_open(section, groups.bundled(i))) return Choice{i, *codecs};
    }
    return Choice{};
}

/// The section that carries the transport. The offerer suggests the first of a bundle, but an answer that
/// rejects that one makes the next accepted section the tagged one (RFC 8843 §7.3.1): the audio section
/// itself. It is spoken for by the suggested one only if it says nothing, as a bundle-only section does.
const Attributes& carrier(const Document& offer, const Groups& groups, std::optional<std::size_t> accepted) {
    if (offer.sections.empty()) return offer.attributes;
    const std::size_t index = accepted.value_or(0);
    const Attributes& own = offer.sections[index].attributes;
    if (own.has("ice-ufrag") || own.has("ice-pwd")) return own;
    return offer.sections[groups.tagged(offer, index)].attributes;
}

void negotiate_transport(Transport transport, Negotiated& negotiated) {
    negotiated.setup = transport.our_setup;
    negotiated.remote_ufrag = std::move(transport.ufrag);
    negotiated.remote_password = std::move(transport.password);
    negotiated.remote_candidates = std::move(transport.candidates);
    negotiated.remote_candidates_dropped = transport.candidates_dropped;
    negotiated.remote_fingerprints = std::move(transport.fingerprints);
}

void negotiate_codecs(const Codecs& codecs, Negotiated& negotiated) {
    negotiated.opus = *codecs.opus;
    negotiated.telephone_event_48k = codecs.telephone_event_48k;
    negotiated.telephone_event_8k = codecs.telephone_event_8k;
}

void negotiate_extensions(const Attributes& session, const Attributes& section, Negotiated& negotiated) {
    if (const auto level = find_extension(session, section, kAudioLevelUri)) {
        negotiated.audio_level_extension = level->id;
        negotiated.audio_level_direction = level->direction;
    }
    if (const auto mid = find_extension(session, section, kMidUri)) {
        negotiated.mid_extension = mid->id;
        negotiated.mid_direction = mid->direction;
    }
}

Negotiated negotiate(const Document& offer, const Groups& groups, const Choice& audio, Transport transport,
                     const Ours& ours) {
    const Attributes& section = offer.sections[*audio.section].attributes;
    Negotiated negotiated;
    negotiated.mid = groups.mid(*audio.section);
    negotiated.mline_index = static_cast<std::uint16_t>(*audio.section);
    negotiated.direction =
        limited(mirrored(read_direction(offer.attributes, section)), ours.sends, ours.receives);
    negotiated.remote_session = offer.origin;
    negotiated.remote_ice_lite = offer.attributes.has("ice-lite");
    negotiated.reduced_size_rtcp = section.has("rtcp-rsize");
    negotiate_transport(std::move(transport), negotiated);
    negotiate_codecs(audio.codecs, negotiated);
    negotiate_extensions(offer.attributes, section, negotiated);
    return negotiated;
}

}  // namespace

Result<Answer> answer(std::string_view offer, const Ours& ours) {
    const auto document = Document::parse(offer);
    if (!document) return document.error();
    const auto groups = Groups::parse(*document);
    if (!groups) return groups.error();
    const auto audio = choose_audio(*document, *groups);
    if (!audio) return audio.error();
    auto transport =
        read_transport(document->attributes, carrier(*document, *groups, audio->section), ours.setup);
    if (!transport) return transport.error();
    if (!audio->section) return Error::no_common_codec;

    Answer answer;
    answer.negotiated = negotiate(*document, *groups, *audio, std::move(*transport), ours);
    answer.text = write_answer(*document, *groups, answer.negotiated, ours);
    return answer;
}

}  // namespace legroom::sdp
