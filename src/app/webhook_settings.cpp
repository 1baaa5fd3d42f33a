#include "app/webhook_settings.hpp"

#include <chrono>

#include "app/ice_uri.hpp"
#include "app/values.hpp"
#include "webhook/target.hpp"

namespace legroom::app {
namespace {

constexpr std::chrono::hours kLongestGiveUp{24 * 7};

/// What stands before the path has a user in it.
bool names_a_user(std::string_view url) {
    const auto host = url.find("//");
    if (host == std::string_view::npos) return false;
    const std::string_view rest = url.substr(host + 2);
    return rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos;
}

}  // namespace

bool set_webhook_url(Config& config, std::string_view text) {
    if (!text.empty() && (!webhook::is_target_url(text) || names_a_user(text))) return false;
    config.webhook.url = text;
    return true;
}

std::string show_webhook_url(const Config& config) {
    return config.webhook.url.empty() ? "" : in_quotes(config.webhook.url);
}

bool set_webhook_secret(Config& config, std::string_view text) {
    if (!text.empty() && !is_secret(text, webhook::kMaxSecretBytes)) return false;
    config.webhook.secret = text;
    return true;
}

std::string show_webhook_secret(const Config& config) {
    return config.webhook.secret.empty() ? "" : in_quotes(kHidden);
}

bool set_webhook_spool_dir(Config& config, std::string_view text) {
    if (text != "off" && !is_directory_name(text)) return false;
    config.webhook.spool_dir = text == "off" ? "" : text;
    return true;
}

std::string show_webhook_spool_dir(const Config& config) {
    return in_quotes(config.webhook.spool_dir.empty() ? "off" : config.webhook.spool_dir);
}

bool set_webhook_give_up(Config& config, std::string_view text) {
    const auto duration = parse_duration(text, std::chrono::seconds{0}, kLongestGiveUp);
    if (duration) config.webhook.give_up_after = *duration;
    return duration.has_value();
}

}  // namespace legroom::app
