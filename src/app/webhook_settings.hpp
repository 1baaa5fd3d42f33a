#pragma once

#include <string>
#include <string_view>

#include "app/config.hpp"

/// The values of settings.hpp's rows about webhooks: `set` is false for a text that is not allowed.
namespace legroom::app {

bool set_webhook_url(Config& config, std::string_view text);
std::string show_webhook_url(const Config& config);
bool set_webhook_secret(Config& config, std::string_view text);
std::string show_webhook_secret(const Config& config);
bool set_webhook_spool_dir(Config& config, std::string_view text);
std::string show_webhook_spool_dir(const Config& config);
bool set_webhook_give_up(Config& config, std::string_view text);

}  // namespace legroom::app
