#include <algorithm>
#include <charconv>

#include "ice/candidate.hpp"

namespace legroom::ice {
namespace {

constexpr std::size_t kMaxFoundation = 32;

/// The words of a line, one after the other; "" once there are none.
class Words {
public:
    explicit Words(std::string_view line) : rest_(line) { skip_spaces(); }

    std::string_view next() {
        const auto word = rest_.substr(0, rest_.find_first_of(kSpaces));
        rest_.remove_prefix(word.size());
        skip_spaces();
        return word;
    }
    [[nodiscard]] bool empty() const { return rest_.empty(); }

private:
    static constexpr std::string_view kSpaces = " \t\r\n";

    void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpaces), rest_.size())); }

    std::string_view rest_;
};

template <class Number>
bool read_number(std::string_view word, Number& value) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc{} && end == word.data() + word.size();
}

bool is_foundation(std::string_view word) {
    const auto ice_char = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
               c == '/';
    };
    return !word.empty() && word.size() <= kMaxFoundation && std::all_of(word.begin(), word.end(), ice_char);
}

bool same_word(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

bool ends_with_word(std::string_view word, std::string_view suffix) {
    return word.size() > suffix.size() && same_word(word.substr(word.size() - suffix.size()), suffix);
}

bool is_unresolved_name(std::string_view word) {
    return ends_with_word(word, ".local") || ends_with_word(word, ".invalid");
}

std::optional<CandidateType> read_type(std::string_view word) {
    if (word == "host") return CandidateType::host;
    if (word == "srflx") return CandidateType::server_reflexive;
    if (word == "prflx") return CandidateType::peer_reflexive;
    if (word == "relay") return CandidateType::relayed;
    return std::nullopt;
}

std::optional<TcpType> read_tcp_type(std::string_view word) {
    for (const TcpType type : {TcpType::active, TcpType::passive, TcpType::so}) {
        if (word == to_string(type)) return type;
    }
    return std::nullopt;
}

/// A peer's scope id means nothing here: it numbers the peer's own interfaces.
std::optional<IpAddress> read_address(std::string_view word) {
    return IpAddress::parse(word.substr(0, word.find('%')));
}

/// What stands before the type: foundation component transport priority address port.
struct Front {
    std::string_view foundation;
    std::uint32_t component = 0;
    std::string_view transport;
    std::uint32_t priority = 0;
    std::string_view address;
    std::uint16_t port = 0;
};

Result<Front> read_front(Words& words) {
    Front front;
    front.foundation = words.next();
    if (!is_foundation(front.foundation)) return Error::bad_foundation;
    const std::string_view component = words.next();
    front.transport = words.next();
    const std::string_view priority = words.next();
    front.address = words.next();
    const std::string_view port = words.next();
    if (words.empty()) return Error::too_few_fields;
    if (!read_number(component, front.component) || !read_number(priority, front.priority) ||
        !read_number(port, front.port)) {
        return Error::bad_number;
    }
    return front;
}

/// What may stand behind the type: raddr, rport, tcptype, ufrag and any other extension, each with its
/// value. Extensions we do not know are nobody's fault, a last one without value neither.
struct Back {
    std::optional<Endpoint> related;
    std::optional<TcpType> tcp_type;
    std::optional<std::string> ufrag;
};

Result<Back> read_back(Words& words) {
    Back back;
    std::optional<IpAddress> related_ip;
    std::uint16_t related_port = 0;
    while (!words.empty()) {
        const std::string_view name = words.next();
        const std::string_view value = words.next();
        if (name == "raddr") {
            if (value.empty()) return Error::bad_related_address;
            related_ip = read_address(value);  // browsers hide it, behind 0.0.0.0 or a name
        } else if (name == "rport") {
            if (!read_number(value, related_port)) return Error::bad_number;
        } else if (name == "tcptype") {
            back.tcp_type = read_tcp_type(value);
            if (!back.tcp_type) return Error::bad_tcp_type;
        } else if (name == "ufrag") {
            back.ufrag = std::string{value};
        }
    }
    if (related_ip) back.related = Endpoint{*related_ip, related_port};
    return back;
}

/// An `a=` is told apart from a foundation that begins with a: '=' is no ice-char.
Result<std::string_view> without_prefix(std::string_view line) {
    static constexpr std::string_view kPrefix = "candidate:";
    if (line.substr(0, 2) == "a=") return Error::bad_prefix;
    return line.substr(0, kPrefix.size()) == kPrefix ? line.substr(kPrefix.size()) : line;
}

}  // namespace

Result<ParsedCandidate> parse_candidate(std::string_view line) {
    const auto text = without_prefix(line);
    if (!text) return text.error();
    Words words{*text};
    ParsedCandidate parsed;
    parsed.end_of_candidates = words.empty();
    if (parsed.end_of_candidates) return parsed;

    const auto front = read_front(words);
    if (!front) return front.error();
    if (words.next() != "typ") return parsed;
    if (words.empty()) return Error::too_few_fields;
    const auto type = read_type(words.next());
    auto back = read_back(words);
    if (!back) return back.error();
    parsed.ufrag = std::move(back->ufrag);
    if (!type) return parsed;

    const auto ip = read_address(front->address);
    if (!ip && !is_unresolved_name(front->address)) return Error::bad_address;
    parsed.mdns = !ip && ends_with_word(front->address, ".local");
    const bool tcp = same_word(front->transport, "tcp") && back->tcp_type;
    const bool known_transport = tcp || same_word(front->transport, "udp");
    if (!ip || !known_transport || front->component != 1) return parsed;
    Candidate& candidate = parsed.candidate.emplace();
    candidate.type = *type;
    candidate.endpoint = {*ip, front->port};
    candidate.related = back->related;
    candidate.priority = front->priority;
    candidate.foundation = front->foundation;
    if (tcp) candidate.transport = Transport::tcp;
    if (tcp) candidate.tcp_type = back->tcp_type;
    return parsed;
}

}  // namespace legroom::ice
