#include "api/ice_servers.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <openssl/evp.h>

#include "base/bytes.hpp"

namespace legroom::api {
namespace {

constexpr std::size_t kSha1Bytes = 20;
constexpr std::size_t kBase64OfSha1 = 28;

bool is_turn(std::string_view url) { return url.starts_with("turn:") || url.starts_with("turns:"); }

/// A quoted-string (RFC 9110 §5.6.4).
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

boost::json::object render_server(const IceServer& server) {
    boost::json::object object{{"urls", boost::json::array(server.urls.begin(), server.urls.end())}};
    if (server.username.empty()) return object;
    object["username"] = server.username;
    object["credential"] = server.credential;
    return object;
}

}  // namespace

std::string turn_credential(std::string_view secret, std::string_view username) {
    std::array<unsigned char, kSha1Bytes> digest{};
    std::size_t size = 0;
    const auto text = as_bytes(username);
    EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA1", nullptr, secret.data(), secret.size(), text.data(),
              text.size(), digest.data(), digest.size(), &size);
    std::array<unsigned char, kBase64OfSha1 + 1> encoded{};
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
    return std::string{as_text({encoded.data(), static_cast<std::size_t>(length)})};
}

std::vector<IceServer> ice_servers(const IceServersConfig& config, std::chrono::seconds unix_time) {
    IceServer stun;
    IceServer turn;
    for (const std::string& url : config.urls) (is_turn(url) ? turn : stun).urls.push_back(url);

    std::vector<IceServer> servers;
    if (!stun.urls.empty()) servers.push_back(std::move(stun));
    if (!turn.urls.empty() && !config.turn_secret.empty()) {
        const std::string name = config.turn_name ? config.turn_name() : "legroom";
        turn.username = std::to_string((unix_time + config.ttl).count()) + ":" + name;
        turn.credential = turn_credential(config.turn_secret, turn.username);
        servers.push_back(std::move(turn));
    }
    return servers;
}

Reply ice_servers_reply(const IceServersConfig& config, std::chrono::seconds unix_time) {
    boost::json::array servers;
    for (const IceServer& server : ice_servers(config, unix_time)) servers.push_back(render_server(server));
    return {Status::ok, {{"ice_servers", std::move(servers)}, {"ttl", config.ttl.count()}}};
}

std::vector<Header> ice_server_links(const std::vector<IceServer>& servers) {
    std::vector<Header> links;
    for (const IceServer& server : servers) {
        for (const std::string& url : server.urls) {
            std::string link = "<" + url + ">; rel=\"ice-server\"";
            if (!server.username.empty()) {
                link += "; username=" + quoted(server.username) +
                        "; credential=" + quoted(server.credential) + "; credential-type=\"password\"";
            }
            links.push_back({"Link", std::move(link)});
        }
    }
    return links;
}

}  // namespace legroom::api
