#include "app/config_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <system_error>
#include <toml++/toml.h>

namespace legroom::app {
namespace {

std::optional<std::string> joined_text(const toml::array& list) {
    std::string joined;
    for (const auto& element : list) {
        if (!element.is_string()) return std::nullopt;
        if (!joined.empty()) joined += ',';
        joined += element.as_string()->get();
    }
    return joined;
}

std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return fmt::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return fmt::to_string(flag->get());
    if (const auto* list = node.as_array()) return joined_text(*list);
    return std::nullopt;
}

}  // namespace

Result<std::vector<FileEntry>, std::string> read_config_file(const std::string& path) {
    if (std::filesystem::is_directory(path)) return fmt::format("cannot read {}: it is no file", path);
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fmt::format("cannot read {}: {}", path,
                           std::error_code(errno, std::generic_category()).message());

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

}  // namespace legroom::app
