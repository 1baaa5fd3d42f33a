#include "sdp/answer_writer.hpp"

#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "base/address.hpp"
#include "sdp/direction.hpp"
#include "sdp/extension_map.hpp"
#include "sdp/text.hpp"

namespace legroom::sdp {

namespace {

/// A description in the making.
class Lines {
public:
    template <class... Args>
    void add(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
        text_ += "\r\n";
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

/// What c= and the port of m= say (RFC 8839 §4.2.1.2).
struct DefaultDestination {
    Endpoint endpoint{IpAddress{}, 9};  ///< 0.0.0.0:9 stands for "see the candidates to come".

    [[nodiscard]] std::string_view address_type() const { return endpoint.ip.is_v4() ? "IP4" : "IP6"; }
};

/// candidate:<foundation> <component> <transport> <priority> <address> <port> typ ...
DefaultDestination default_destination(const Ours& ours) {
    DefaultDestination destination;
    if (ours.candidates.empty()) return destination;
    const auto fields = split(ours.candidates.front(), ' ');
    if (fields.size() < 6) return destination;
    const auto ip = IpAddress::parse(fields[4]);
    const auto port = to_number(fields[5], 65'535);
    if (ip && port) destination.endpoint = Endpoint{*ip, static_cast<std::uint16_t>(*port)};
    return destination;
}

void write_session(Lines& out, const Document& offer, const Groups& groups, const Negotiated& negotiated,
                   const Ours& ours) {
    out.add("v=0");
    out.add("o=- {} {} IN IP4 0.0.0.0", ours.session_id, ours.session_version);
    out.add("s=-");
    out.add("t=0 0");
    // Only what was offered as a bundle may be answered as one (RFC 8843 §7.3).
    if (groups.bundled(negotiated.mline_index)) out.add("a=group:BUNDLE {}", negotiated.mid);
    if (offer.attributes.has("extmap-allow-mixed")) out.add("a=extmap-allow-mixed");
    out.add("a=ice-options:trickle");
}

/// Port zero refuses a section; the one format that has to stand there is ignored (RFC 3264 §6).
void write_rejected(Lines& out, const Section& section, std::string_view mid) {
    out.add("m={} 0 {} {}", section.media, section.protocol, section.formats.front());
    out.add("c=IN IP4 0.0.0.0");
    out.add("a=mid:{}", mid);
    out.add("a=inactive");
}

void write_media_line(Lines& out, const Section& section, const Negotiated& negotiated, const Ours& ours) {
    const DefaultDestination destination = default_destination(ours);
    std::string formats = std::to_string(negotiated.opus.payload_type);
    for (const auto& event : {negotiated.telephone_event_48k, negotiated.telephone_event_8k}) {
        if (event) formats += " " + std::to_string(*event);
    }
    out.add("m=audio {} {} {}", destination.endpoint.port, section.protocol, formats);
    out.add("c=IN {} {}", destination.address_type(), destination.endpoint.ip.to_string());
    out.add("a=mid:{}", negotiated.mid);
}

void write_transport(Lines& out, const Negotiated& negotiated, const Ours& ours) {
    out.add("a=rtcp-mux");
    if (negotiated.reduced_size_rtcp) out.add("a=rtcp-rsize");
    out.add("a=ice-ufrag:{}", ours.ice_ufrag);
    out.add("a=ice-pwd:{}", ours.ice_password);
    out.add("a=fingerprint:{}", ours.fingerprint);
    out.add("a=setup:{}", negotiated.setup == Setup::active ? "active" : "passive");
}

void write_extension(Lines& out, const Attributes& session, const Attributes& section, std::string_view uri) {
    const auto extension = find_extension(session, section, uri);
    if (!extension) return;
    if (extension->directed) {
        out.add("a=extmap:{}/{} {}", extension->id, name(extension->direction), uri);
    } else {
        out.add("a=extmap:{} {}", extension->id, uri);
    }
}

/// 0-15 are the DTMF events, and what a missing a=fmtp means too (RFC 4733 §2.4.1). 16, flash, is a hook's
/// and no key's: a call of ours has nothing to do with it.
void write_telephone_event(Lines& out, std::uint8_t type, std::uint32_t clock_rate) {
    out.add("a=rtpmap:{} telephone-event/{}", type, clock_rate);
    out.add("a=fmtp:{} 0-15", type);
}

void write_codecs(Lines& out, const Negotiated& negotiated) {
    out.add("a=rtpmap:{} opus/48000/2", negotiated.opus.payload_type);
    out.add("a=fmtp:{} minptime=10;useinbandfec=1", negotiated.opus.payload_type);
    if (negotiated.telephone_event_48k) write_telephone_event(out, *negotiated.telephone_event_48k, 48'000);
    if (negotiated.telephone_event_8k) write_telephone_event(out, *negotiated.telephone_event_8k, 8'000);
    out.add(
        "a=ptime:20");  // What we wish to receive, one room tick; what we send heeds the offer's maxptime.
}

/// RFC 8830, and the older form beside it (RFC 5576): without a stream some pages play nothing.
void write_source(Lines& out, const Ours& ours) {
    const auto ssrc = static_cast<std::uint32_t>(ours.ssrc);
    out.add("a=msid:{} {}", ours.stream_id, ours.track_id);
    out.add("a=ssrc:{} cname:{}", ssrc, ours.cname);
    out.add("a=ssrc:{} msid:{} {}", ssrc, ours.stream_id, ours.track_id);
}

void write_candidates(Lines& out, const Ours& ours) {
    for (const std::string& candidate : ours.candidates) out.add("a={}", candidate);
    if (ours.gathering_done) out.add("a=end-of-candidates");
}

void write_accepted(Lines& out, const Document& offer, const Section& section, const Negotiated& negotiated,
                    const Ours& ours) {
    write_media_line(out, section, negotiated, ours);
    write_transport(out, negotiated, ours);
    out.add("a={}", name(negotiated.direction));
    if (section.attributes.has("extmap-allow-mixed")) out.add("a=extmap-allow-mixed");
    write_extension(out, offer.attributes, section.attributes, kAudioLevelUri);
    write_extension(out, offer.attributes, section.attributes, kMidUri);
    write_codecs(out, negotiated);
    if (sends(negotiated.direction)) write_source(out, ours);
    write_candidates(out, ours);
}

}  // namespace

std::string write_answer(const Document& offer, const Groups& groups, const Negotiated& negotiated,
                         const Ours& ours) {
    Lines out;
    write_session(out, offer, groups, negotiated, ours);
    for (std::size_t i = 0; i < offer.sections.size(); ++i) {
        if (i == negotiated.mline_index) {
            write_accepted(out, offer, offer.sections[i], negotiated, ours);
        } else {
            write_rejected(out, offer.sections[i], groups.mid(i));
        }
    }
    return out.take();
}

}  // namespace legroom::sdp
