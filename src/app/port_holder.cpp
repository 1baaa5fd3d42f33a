#include "app/port_holder.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <sstream>

namespace legroom::app {
namespace {

namespace files = std::filesystem;

std::string text_of_file(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The port of "0100007F:1F90", which is hexadecimal.
std::optional<std::uint16_t> port_of(std::string_view address) {
    std::uint16_t port = 0;
    const auto digits = address.substr(std::min(address.find(':'), address.size() - 1) + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port, 16);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional{port} : std::nullopt;
}

/// Whether one of the process's descriptors is one of the sockets.
bool has_socket(const files::path& process, const std::vector<std::string>& inodes) {
    std::error_code error;
    for (files::directory_iterator one{process / "fd", error}, end; !error && one != end;
         one.increment(error)) {
        std::error_code gone;  // it may close meanwhile
        const std::string target = files::read_symlink(one->path(), gone).string();
        const auto is_it = [&](const auto& inode) { return target == fmt::format("socket:[{}]", inode); };
        if (std::ranges::any_of(inodes, is_it)) return true;
    }
    return false;
}

std::optional<int> process_id(const files::path& path) {
    const std::string name = path.filename().string();
    int pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    return error == std::errc{} && end == name.data() + name.size() ? std::optional{pid} : std::nullopt;
}

}  // namespace

std::vector<std::string> socket_inodes(std::string_view table, std::uint16_t port) {
    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
    constexpr std::size_t kInode = 9;
    std::vector<std::string> inodes;
    std::istringstream lines{std::string{table}};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        const std::vector<std::string> fields{std::istream_iterator<std::string>{words}, {}};
        if (fields.size() <= kInode || port_of(fields[1]) != port || port_of(fields[2]) != 0) continue;
        inodes.push_back(fields[kInode]);
    }
    return inodes;
}

std::optional<PortHolder> port_holder(Transport transport, std::uint16_t port) {
    const std::string table = transport == Transport::udp ? "/proc/net/udp" : "/proc/net/tcp";
    auto inodes = socket_inodes(text_of_file(table), port);
    std::ranges::move(socket_inodes(text_of_file(table + "6"), port), std::back_inserter(inodes));
    if (inodes.empty()) return std::nullopt;

    std::error_code error;
    for (files::directory_iterator one{"/proc", error}, end; !error && one != end; one.increment(error)) {
        const auto pid = process_id(one->path());
        if (!pid || !has_socket(one->path(), inodes)) continue;
        std::string name = text_of_file((one->path() / "comm").string());
        name.erase(name.find_last_not_of('\n') + 1);
        return PortHolder{name, *pid};
    }
    return std::nullopt;
}

}  // namespace legroom::app
