#include "app/config_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <optional>
#include <system_error>
#include <toml++/toml.h>

#include "app/ice_uri.hpp"

namespace legroom::app {
namespace {

std::string text_at(const toml::table& table, std::string_view key) {
    return table[key].value_or(std::string{});
}

/// "turn:HOST" with the table's credentials as "turn:USER:PASSWORD@HOST".
std::string with_credentials(std::string_view uri, const toml::table& server) {
    const std::string username = text_at(server, "username");
    if (username.empty() || !is_turn_uri(uri)) return std::string{uri};
    const auto scheme = uri.find(':') + 1;
    return fmt::format("{}{}:{}@{}", uri.substr(0, scheme), percent_encoded(username),
                       percent_encoded(text_at(server, "credential")), uri.substr(scheme));
}

/// One entry of RTCConfiguration.iceServers, as in a browser.
bool append_server(const toml::table& server, std::vector<std::string>& texts) {
    const auto is_known = [](std::string_view key) {
        return key == "urls" || key == "username" || key == "credential";
    };
    for (const auto& [key, value] : server) {
        if (!is_known(key.str()) || (key.str() != "urls" && !value.is_string())) return false;
    }
    const toml::node* urls = server.get("urls");
    if (urls == nullptr) return false;
    if (urls->is_string()) {
        texts.push_back(with_credentials(urls->as_string()->get(), server));
        return true;
    }
    if (!urls->is_array()) return false;
    for (const auto& url : *urls->as_array()) {
        if (!url.is_string()) return false;
        texts.push_back(with_credentials(url.as_string()->get(), server));
    }
    return true;
}

std::optional<std::string> joined_text(const toml::array& list) {
    std::vector<std::string> texts;
    for (const auto& element : list) {
        if (const auto* table = element.as_table()) {
            if (!append_server(*table, texts)) return std::nullopt;
        } else if (const auto* text = element.as_string()) {
            texts.push_back(text->get());
        } else {
            return std::nullopt;
        }
    }
    return fmt::to_string(fmt::join(texts, ","));
}

std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return fmt::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return fmt::to_string(flag->get());
    if (const auto* list = node.as_array()) return joined_text(*list);
    return std::nullopt;
}

/// Says why it could not.
std::optional<std::string> open_file(const std::string& path, std::ifstream& in) {
    if (std::filesystem::is_directory(path)) return fmt::format("cannot read {}: it is no file", path);
    in.open(path, std::ios::binary);
    if (in) return std::nullopt;
    return fmt::format("cannot read {}: {}", path, std::error_code(errno, std::generic_category()).message());
}

}  // namespace

Result<std::vector<FileEntry>, std::string> read_config_file(const std::string& path) {
    std::ifstream in;
    if (auto problem = open_file(path, in)) return *std::move(problem);

    std::vector<FileEntry> entries;
    try {
        for (const auto& [key, node] : toml::parse(in, path)) {
            const std::string where = fmt::format("{}:{}", path, node.source().begin.line);
            if (node.is_table())
                return fmt::format("{}: there is no section [{}]; every key stands by itself", where,
                                   key.str());
            auto text = text_of(node);
            if (!text)
                return fmt::format("{}: {} must be text, a whole number, true, false or a list of texts",
                                   where, key.str());
            entries.push_back({std::string{key.str()}, *std::move(text), where});
        }
    } catch (const toml::parse_error& error) {
        return fmt::format("{}:{}: not TOML: {}", path, error.source().begin.line, error.description());
    }
    return entries;
}

std::optional<std::string> read_secret_file(const std::string& path, std::string& secret) {
    std::ifstream in;
    if (auto problem = open_file(path, in)) return problem;
    std::string text(kMaxSecretFileBytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMaxSecretFileBytes)
        return fmt::format("{} has more than {} bytes", path, kMaxSecretFileBytes);
    text.erase(text.find_last_not_of(" \t\r\n") + 1);  // npos + 1 is 0
    if (text.empty()) return fmt::format("{} is empty", path);
    secret = std::move(text);
    return std::nullopt;
}

}  // namespace legroom::app
