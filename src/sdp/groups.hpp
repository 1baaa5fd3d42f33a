#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sdp/document.hpp"

namespace legroom::sdp {

/// Who is who among the sections of an offer: mids (RFC 5888 §4) and BUNDLE groups (RFC 8843).
class Groups {
public:
    /// Error::invalid_offer: a section without a mid, with two different ones or one that is no token, or
    /// two sections with the same.
    static Result<Groups> parse(const Document& offer);

    [[nodiscard]] std::string_view mid(std::size_t section) const { return mids_[section]; }
    /// The section stands in a BUNDLE group.
    [[nodiscard]] bool bundled(std::size_t section) const { return group_of(section) != nullptr; }
    /// The section whose transport the offerer suggests for this one's group: the first of it that is not
    /// rejected (RFC 8843 §7.2.1). Itself outside a group.
    [[nodiscard]] std::size_t tagged(const Document& offer, std::size_t section) const;

private:
    using Group = std::vector<std::string_view>;
    [[nodiscard]] const Group* group_of(std::size_t section) const;

    std::vector<std::string_view> mids_;  ///< One a section.
    std::vector<Group> bundles_;
};

}  // namespace legroom::sdp
