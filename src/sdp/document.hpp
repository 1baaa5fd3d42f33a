#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace legroom::sdp {

inline constexpr std::size_t kMaxText = 64 * 1024;    ///< Bytes of one description.
inline constexpr std::size_t kMaxLineLength = 4'096;  ///< Without its line end.
inline constexpr std::size_t kMaxSections = 64;       ///< m= lines.
inline constexpr std::size_t kMaxAttributes = 1'024;  ///< Of the session, and of each section.
inline constexpr std::size_t kMaxFormats = 128;       ///< Of one m= line: as many as RTP payload types.

/// a=name or a=name:value (RFC 8866 §5.13).
struct Attribute {
    std::string_view name;   ///< A token; names are case-sensitive.
    std::string_view value;  ///< Empty without a colon.
};

/// The a= lines of the session or of one section, in order.
class Attributes {
public:
    [[nodiscard]] bool add(Attribute attribute);  ///< false: there are kMaxAttributes already.
    [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
    /// The first one's value: where the same thing is said twice, the first counts.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;

private:
    std::vector<Attribute> list_;
};

/// One m= line and what belongs to it (RFC 8866 §5.14).
struct Section {
    std::string_view media;  ///< "audio", "video", "application", any token
    std::uint16_t port = 0;
    std::string_view protocol;              ///< Tokens and slashes.
    std::vector<std::string_view> formats;  ///< At least one token.
    Attributes attributes;
};

/// A session description taken apart, as views into its text: keep that alive. Lines end with CRLF or LF.
/// No view holds a line end, and those said to be tokens hold no blank either, so what is copied from here
/// into an answer cannot begin a line of its own.
struct Document {
    std::string_view
        origin;  ///< "username sess-id" of o=: the same for all offers of one session (RFC 8866 §5.2).
    Attributes attributes;  ///< Session level.
    std::vector<Section> sections;

    /// RFC 8866 §9, with unknown line types refused (§5) and limits as above: all that is
    /// Error::invalid_offer. What stands in lines an answer does not need (i= u= e= p= b= k= r= z=) is not
    /// looked at.
    static Result<Document> parse(std::string_view text);
};

}  // namespace legroom::sdp
