#include "api/query.hpp"

#include <boost/url/pct_string_view.hpp>

#include "api/utf8.hpp"

namespace legroom::api {
namespace {

std::optional<std::string> decode_part(std::string_view part) {
    const auto encoded = boost::urls::make_pct_string_view({part.data(), part.size()});
    if (!encoded) return std::nullopt;
    return to_valid_utf8(encoded->decode());
}

}  // namespace

std::string_view query_of(std::string_view target) {
    target = target.substr(0, target.find('#'));
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

std::optional<std::string> query_member(std::string_view query, std::string_view name) {
    std::optional<std::string> value;
    while (!query.empty()) {
        const std::string_view member = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(member.size() + 1, query.size()));
        const auto equals = std::min(member.find('='), member.size());
        if (decode_part(member.substr(0, equals)) != name) continue;
        if (auto decoded = decode_part(member.substr(std::min(equals + 1, member.size())))) value = decoded;
    }
    return value;
}

}  // namespace legroom::api
