#include "sdp/document.hpp"

#include <algorithm>

#include "sdp/answer.hpp"
#include "sdp/line.hpp"
#include "sdp/text.hpp"

namespace legroom::sdp {

namespace {

constexpr std::string_view kSessionTypes = "iuepcbtrzkam";
constexpr std::string_view kSectionTypes = "icbkam";

/// o=<username> <sess-id> <sess-version> <nettype> <addrtype> <unicast-address> (RFC 8866 §5.2)
bool is_origin(std::string_view value) {
    const auto fields = split(value, ' ');
    return fields.size() == 6 &&
           std::none_of(fields.begin(), fields.end(), [](std::string_view field) { return field.empty(); });
}

/// v=0, o= and s= come first, in this order.
bool take_preamble(std::string_view& rest, std::string_view& session) {
    const auto version = take_line(rest);
    if (!version || version->type != 'v' || version->value != "0") return false;
    const auto origin = take_line(rest);
    if (!origin || origin->type != 'o' || !is_origin(origin->value)) return false;
    session = origin->value.substr(0, origin->value.find(' ', origin->value.find(' ') + 1));
    const auto name = take_line(rest);
    return name && name->type == 's';
}

/// The second number of <port>/<count> means nothing where there is one transport.
std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto port = to_number(take_until(text, '/'), 65'535);
    if (!port) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

/// m=<media> <port>[/<count>] <proto> <fmt> ... (RFC 8866 §5.14)
std::optional<Section> parse_media(std::string_view value) {
    Section section;
    section.media = take_until(value, ' ');
    const auto port = parse_port(take_until(value, ' '));
    section.protocol = take_until(value, ' ');
    section.formats = split(trimmed(value), ' ');
    const bool fine = port && is_token(section.media) && is_protocol(section.protocol) &&
                      section.formats.size() <= kMaxFormats &&
                      std::all_of(section.formats.begin(), section.formats.end(), is_token);
    if (!fine) return std::nullopt;
    section.port = *port;
    return section;
}

/// Adds a line that is not of the preamble to the session or to the section that is open.
bool add_line(const Line& line, Document& document) {
    const bool in_session = document.sections.empty();
    const std::string_view known = in_session ? kSessionTypes : kSectionTypes;
    if (known.find(line.type) == std::string_view::npos) return false;
    if (line.type == 'm') {
        auto section = parse_media(line.value);
        if (!section || document.sections.size() == kMaxSections) return false;
        document.sections.push_back(std::move(*section));
    } else if (line.type == 'a') {
        const auto attribute = parse_attribute(line.value);
        Attributes& open = in_session ? document.attributes : document.sections.back().attributes;
        return attribute && open.add(*attribute);
    }
    return true;
}

}  // namespace

bool Attributes::add(Attribute attribute) {
    if (list_.size() == kMaxAttributes) return false;
    list_.push_back(attribute);
    return true;
}

std::optional<std::string_view> Attributes::find(std::string_view name) const {
    const auto found = std::find_if(list_.begin(), list_.end(),
                                    [name](const Attribute& attribute) { return attribute.name == name; });
    if (found == list_.end()) return std::nullopt;
    return found->value;
}

std::vector<std::string_view> Attributes::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Attribute& attribute : list_) {
        if (attribute.name == name) values.push_back(attribute.value);
    }
    return values;
}

Result<Document> Document::parse(std::string_view text) {
    if (text.size() > kMaxText) return Error::invalid_offer;
    std::string_view rest = without_trailing_blank_lines(text);
    Document document;
    if (!take_preamble(rest, document.origin)) return Error::invalid_offer;
    while (!rest.empty()) {
        const auto line = take_line(rest);
        if (!line || !add_line(*line, document)) return Error::invalid_offer;
    }
    return document;
}

}  // namespace legroom::sdp
