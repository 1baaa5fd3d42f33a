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

/// Of SRTP (RFC 3550 §5.1) or SRTCP (§6.4), whose headers are not encrypted.
std::optional<Ssrc> ssrc_of(Bytes datagram) {
    constexpr std::size_t kRtpSsrcAt = 8;
    constexpr std::size_t kRtcpSsrcAt = 4;
    if (datagram.size() < kRtpSsrcAt + 4 || datagram[0] < 128 || datagram[0] > 191) return std::nullopt;
    const bool rtcp = datagram[1] >= 192 && datagram[1] <= 223;  // RFC 5761 §4
    return Ssrc{ByteReader{datagram.subspan(rtcp ? kRtcpSsrcAt : kRtpSsrcAt)}.u32()};
}

}  // namespace

void Routes::add(LegNumber leg, std::string_view ufrag, std::uint32_t transaction_tag) {
    entries_[leg].generations.push_back({std::string{ufrag}, transaction_tag});
    by_ufrag_[std::string{ufrag}] = leg;
    by_tag_[transaction_tag] = leg;
}

void Routes::drop_older(LegNumber leg) {
    auto& generations = entries_.at(leg).generations;
    while (generations.size() > 1) {
        drop(generations.front());
        generations.erase(generations.begin());
    }
}

void Routes::drop_newest(LegNumber leg) {
    auto& generations = entries_.at(leg).generations;
    if (generations.size() < 2) return;
    drop(generations.back());
    generations.pop_back();
}

void Routes::drop(const Generation& generation) {
    by_ufrag_.erase(generation.ufrag);
    by_tag_.erase(generation.transaction_tag);
}

void Routes::claim(LegNumber leg, const Path& path) {
    auto& paths = entries_.at(leg).paths;
    if (paths.size() == paths.capacity())
        paths.reserve(2 * paths.size() + 2);  // Out of memory here or in the next line, nothing has changed.
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

void Routes::know_ssrc(LegNumber leg, Ssrc ssrc) {
    const auto [owner, fresh] = by_ssrc_.try_emplace(ssrc, leg);
    if (!fresh) return;
    auto& ssrcs = entries_.at(leg).ssrcs;
    if (ssrcs.size() == kMaxSsrcsPerLeg) {
        by_ssrc_.erase(ssrcs.front());
        ssrcs.erase(ssrcs.begin());
    }
    ssrcs.push_back(ssrc);
}

void Routes::forget(LegNumber leg, const Path& path) {
    if (owner(path) != leg) return;
    forget_path(leg, path);
    by_path_.erase(path);
}

void Routes::remove(LegNumber leg) {
    const auto found = entries_.find(leg);
    if (found == entries_.end()) return;
    for (const Generation& generation : found->second.generations) drop(generation);
    for (const Path& path : found->second.paths) by_path_.erase(path);
    for (const Ssrc ssrc : found->second.ssrcs) by_ssrc_.erase(ssrc);
    entries_.erase(found);
}

std::optional<LegNumber> Routes::owner(const Path& path) const { return look_up(by_path_, path); }

std::optional<LegNumber> Routes::find(const Path& path, Bytes datagram) const {
    if (!is_stun(datagram)) {
        if (const auto owner = look_up(by_path_, path)) return owner;
        const auto ssrc = ssrc_of(datagram);
        return ssrc ? look_up(by_ssrc_, *ssrc) : std::nullopt;
    }
    if (const auto ufrag = stun::local_ufrag(datagram)) return look_up(by_ufrag_, std::string{*ufrag});
    if (const auto tag = stun::transaction_tag(datagram)) return look_up(by_tag_, *tag);
    return std::nullopt;
}

void Routes::forget_path(LegNumber leg, const Path& path) {
    auto& paths = entries_.at(leg).paths;
    paths.erase(std::remove(paths.begin(), paths.end(), path), paths.end());
}

}  // namespace legroom::engine
