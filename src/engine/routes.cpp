#include "engine/routes.hpp"

#include <algorithm>

#include "stun/message.hpp"

namespace legroom::engine {
namespace {

template <class Map, class Key>
std::optional<LegNumber> look_up(const Map& map, const Key& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

bool is_stun(Bytes datagram) { return !datagram.empty() && datagram[0] <= 3; }  // RFC 7983 §7

}  // namespace

void Routes::add(LegNumber leg, std::string_view ufrag, std::uint32_t transaction_tag) {
    entries_[leg] = {std::string{ufrag}, transaction_tag, {}};
    by_ufrag_[std::string{ufrag}] = leg;
    by_tag_[transaction_tag] = leg;
}

void Routes::claim(LegNumber leg, const Path& path) {
    auto& paths = entries_.at(leg).paths;
    paths.reserve(kMaxPathsPerLeg);  // Out of memory here or in the next line, nothing has changed.
    const auto [owner, fresh] = by_path_.try_emplace(path, leg);
    if (!fresh && owner->second == leg) return;
    if (!fresh) forget_path(owner->second, path);
    owner->second = leg;

    if (paths.size() == kMaxPathsPerLeg) {
        by_path_.erase(paths.front());
        paths.erase(paths.begin());
    }
    paths.push_back(path);
}

void Routes::keep(LegNumber leg, const Path& path) {
    if (!by_path_.contains(path)) claim(leg, path);
}

void Routes::forget(LegNumber leg, const Path& path) {
    if (owner(path) != leg) return;
    forget_path(leg, path);
    by_path_.erase(path);
}

void Routes::remove(LegNumber leg) {
    const auto found = entries_.find(leg);
    if (found == entries_.end()) return;
    by_ufrag_.erase(found->second.ufrag);
    by_tag_.erase(found->second.transaction_tag);
    for (const Path& path : found->second.paths) by_path_.erase(path);
    entries_.erase(found);
}

std::optional<LegNumber> Routes::owner(const Path& path) const { return look_up(by_path_, path); }

std::optional<LegNumber> Routes::find(const Path& path, Bytes datagram) const {
    if (!is_stun(datagram)) return look_up(by_path_, path);
    if (const auto ufrag = stun::local_ufrag(datagram)) return look_up(by_ufrag_, std::string{*ufrag});
    if (const auto tag = stun::transaction_tag(datagram)) return look_up(by_tag_, *tag);
    return std::nullopt;
}

void Routes::forget_path(LegNumber leg, const Path& path) {
    auto& paths = entries_.at(leg).paths;
    paths.erase(std::remove(paths.begin(), paths.end(), path), paths.end());
}

}  // namespace legroom::engine
