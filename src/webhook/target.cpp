#include "webhook/target.hpp"

#include <algorithm>

namespace legroom::webhook {
namespace {

char lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); }

bool has_prefix(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                      [](char a, char b) { return a == lower(b); });
}

std::size_t scheme_length(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (has_prefix(url, scheme)) return scheme.size();
    }
    return 0;
}

/// User, host and port.
std::string_view authority_of(std::string_view url) {
    const std::string_view rest = url.substr(scheme_length(url));
    return rest.substr(0, rest.find_first_of("/?#"));
}

std::string_view host_and_port(std::string_view authority) {
    const auto at = authority.rfind('@');
    return at == std::string_view::npos ? authority : authority.substr(at + 1);
}

}  // namespace

bool is_target_url(std::string_view url) {
    if (url.size() > kMaxUrlBytes || scheme_length(url) == 0) return false;
    if (!std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7f; })) return false;
    const std::string_view host = host_and_port(authority_of(url));
    return !host.empty() && host.front() != ':';
}

std::string shown_url(std::string_view url) {
    const std::string_view authority = authority_of(url);
    const std::size_t path = scheme_length(url) + authority.size();
    const std::string_view rest = url.substr(path);
    return std::string{url.substr(0, scheme_length(url))} + std::string{host_and_port(authority)} +
           std::string{rest.substr(0, rest.find_first_of("?#"))};
}

}  // namespace legroom::webhook
