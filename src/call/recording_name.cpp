#include "call/recording_name.hpp"

#include <algorithm>

#include "call/error.hpp"

namespace legroom::call {
namespace {

bool is_allowed(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool ends_in(std::string_view text, std::string_view ending) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return text.size() >= ending.size() &&
           std::ranges::equal(text.substr(text.size() - ending.size()), ending,
                              [&](char a, char b) { return lower(a) == b; });
}

}  // namespace

Result<std::string> read_recording_name(std::string_view text, std::string_view ending) {
    const std::string_view stem = ends_in(text, ending) ? text.substr(0, text.size() - ending.size()) : text;
    const bool fits = !stem.empty() && stem.size() + ending.size() <= kMaxRecordingName &&
                      std::ranges::all_of(stem, is_allowed) && stem.front() != '.' && stem.back() != '.' &&
                      stem.find("..") == std::string_view::npos;
    if (!fits) return Error::invalid_filename;
    return std::string{stem} + std::string{ending};
}

}  // namespace legroom::call
