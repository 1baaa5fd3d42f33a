#include "sdp/groups.hpp"

#include <algorithm>
#include <set>

#include "sdp/answer.hpp"
#include "sdp/text.hpp"

namespace legroom::sdp {

namespace {

std::optional<std::string_view> mid_of(const Section& section) {
    const auto said = section.attributes.all("mid");
    if (said.empty() || !is_token(said.front())) return std::nullopt;
    for (const std::string_view again : said) {
        if (again != said.front()) return std::nullopt;
    }
    return said.front();
}

}  // namespace

Result<Groups> Groups::parse(const Document& offer) {
    Groups groups;
    std::set<std::string_view> seen;
    for (const Section& section : offer.sections) {
        const auto mid = mid_of(section);
        if (!mid || !seen.insert(*mid).second) return Error::invalid_offer;
        groups.mids_.push_back(*mid);
    }
    for (const std::string_view value : offer.attributes.all("group")) {
        Group members = split(value, ' ');
        if (members.front() != "BUNDLE") continue;
        members.erase(members.begin());
        groups.bundles_.push_back(std::move(members));
    }
    return groups;
}

const Groups::Group* Groups::group_of(std::size_t section) const {
    for (const Group& group : bundles_) {
        if (std::find(group.begin(), group.end(), mids_[section]) != group.end()) return &group;
    }
    return nullptr;
}

std::size_t Groups::tagged(const Document& offer, std::size_t section) const {
    const Group* group = group_of(section);
    if (group == nullptr) return section;
    for (const std::string_view member : *group) {
        const auto found = std::find(mids_.begin(), mids_.end(), member);
        if (found == mids_.end()) continue;
        const auto index = static_cast<std::size_t>(found - mids_.begin());
        if (offer.sections[index].port != 0) return index;
    }
    return section;
}

}  // namespace legroom::sdp
