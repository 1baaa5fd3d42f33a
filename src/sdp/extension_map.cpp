#include "sdp/extension_map.hpp"

#include <algorithm>
#include <vector>

#include "sdp/direction.hpp"
#include "sdp/text.hpp"

namespace legroom::sdp {

namespace {

// 4096 and above are for offering more than there are ids (RFC 8285 §7); we never need to pick there.
constexpr std::uint32_t kMaxId = 255;
constexpr std::uint32_t kReservedId = 15;  // Ends the one-byte form (RFC 8285 §4.2).

struct Entry {
    Extension extension;
    std::string_view uri;
};

/// extmap:<id>[/<direction>] <uri> [<attributes>]
std::optional<Entry> parse_entry(std::string_view value) {
    std::string_view head = take_until(value, ' ');
    const auto id = to_number(take_until(head, '/'), kMaxId);
    if (!id || *id == 0 || *id == kReservedId) return std::nullopt;
    Entry entry;
    entry.extension.id = static_cast<std::uint8_t>(*id);
    if (!head.empty()) {
        const auto direction = parse_direction(head);
        if (!direction) return std::nullopt;
        entry.extension.direction = mirrored(*direction);
        entry.extension.directed = true;
    }
    entry.uri = take_until(value, ' ');
    return entry;
}

std::vector<Entry> parse_entries(const Attributes& session, const Attributes& section) {
    std::vector<Entry> entries;
    for (const Attributes* level : {&section, &session}) {
        for (const std::string_view value : level->all("extmap")) {
            if (const auto entry = parse_entry(value)) entries.push_back(*entry);
        }
    }
    return entries;
}

}  // namespace

std::optional<Extension> find_extension(const Attributes& session, const Attributes& section,
                                        std::string_view uri) {
    const auto entries = parse_entries(session, section);
    const auto found =
        std::find_if(entries.begin(), entries.end(), [uri](const Entry& entry) { return entry.uri == uri; });
    if (found == entries.end() || found->extension.direction == Direction::inactive) return std::nullopt;
    const bool ambiguous = std::any_of(entries.begin(), entries.end(), [&found](const Entry& other) {
        return other.extension.id == found->extension.id && other.uri != found->uri;
    });
    if (ambiguous) return std::nullopt;
    return found->extension;
}

}  // namespace legroom::sdp
