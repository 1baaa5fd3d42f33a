#include "sdp/fragment.hpp"

#include <fmt/format.h>
#include <optional>

#include "sdp/line.hpp"
#include "sdp/transport.hpp"

namespace legroom::sdp {

namespace {

/// Lines of a description that may stand in a fragment, though only a= means something (RFC 8840 §9.2 has m=
/// beside it; the others are what is left over when a description is cut up).
constexpr std::string_view kFragmentTypes = "avostcbm";

/// A thing that may be said at session level and again in a section, if it is the same.
bool say(std::string& said, std::string_view value) {
    if (!said.empty()) return said == value;
    said = value;
    return true;
}

bool take_attribute(const Attribute& attribute, Fragment& fragment) {
    if (attribute.name == "ice-ufrag")
        return is_ufrag(attribute.value) && say(fragment.ufrag, attribute.value);
    if (attribute.name == "ice-pwd")
        return is_ice_password(attribute.value) && say(fragment.password, attribute.value);
    if (attribute.name == "end-of-candidates") fragment.end_of_candidates = true;
    if (attribute.name != "candidate") return true;
    if (fragment.candidates.size() == kMaxFragmentCandidates) return false;
    fragment.candidates.push_back("candidate:" + std::string{attribute.value});
    return true;
}

}  // namespace

Result<Fragment> parse_fragment(std::string_view text) {
    if (text.size() > kMaxText) return Error::invalid_fragment;
    std::string_view rest = without_trailing_blank_lines(text);
    Fragment fragment;
    while (!rest.empty()) {
        const auto line = take_line(rest);
        if (!line || kFragmentTypes.find(line->type) == std::string_view::npos)
            return Error::invalid_fragment;
        if (line->type != 'a') continue;
        const auto attribute = parse_attribute(line->value);
        if (!attribute || !take_attribute(*attribute, fragment)) return Error::invalid_fragment;
    }
    if (fragment.ufrag.empty()) return Error::invalid_fragment;
    return fragment;
}

std::string write_fragment(const Fragment& fragment, std::string_view mid) {
    std::string text = fmt::format(
        "a=ice-options:trickle\r\na=group:BUNDLE {0}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{0}\r\n"
        "a=ice-ufrag:{1}\r\na=ice-pwd:{2}\r\n",
        mid, fragment.ufrag, fragment.password);
    for (const std::string& candidate : fragment.candidates) text += fmt::format("a={}\r\n", candidate);
    if (fragment.end_of_candidates) text += "a=end-of-candidates\r\n";
    return text;
}

}  // namespace legroom::sdp
