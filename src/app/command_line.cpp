#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <span>

#include "app/config_file.hpp"
#include "app/ice_settings.hpp"
#include "app/ice_uri.hpp"
#include "app/settings.hpp"
#include "app/values.hpp"
#include "base/result.hpp"

namespace legroom::app {
namespace {

/// What stands on the command line, before any of it is believed.
struct Arguments {
    bool help = false;
    bool version = false;
    bool print_config = false;
    bool doctor = false;
    bool json = false;
    std::optional<std::string> config_file;
    std::map<std::string_view, std::string> values;  ///< by the setting's name
};

/// A configuration in the making. The first wrong value ends it.
class Draft {
public:
    void set(const Setting& setting, std::string_view text, const std::string& where);
    void fail(std::string reason);
    void check_together();
    void skip_unusable();

    Config config;
    std::map<std::string_view, std::string> sources;  ///< Where a value comes from, by the setting's name.
    std::vector<std::string> warnings;
    std::optional<std::string> error;

private:
    void read_turn_secret();
};

void Draft::set(const Setting& setting, std::string_view text, const std::string& where) {
    if (!setting.set(config, text)) {
        fail(fmt::format("{} is {} ({}): it must be {}", setting.name, setting.quote(text), where,
                         setting.allowed));
    }
    sources[setting.name] = where;
}

void Draft::fail(std::string reason) {
    if (!error) error = std::move(reason);
}

/// What a value alone cannot show.
void Draft::check_together() {
    const MediaConfig& media = config.media;
    if (media.udp_port_max && *media.udp_port_max < media.udp_port) {
        fail(fmt::format("RTP_PORT_MAX is \"{}\" ({}): it must not be below RTP_PORT_MIN, which is {}",
                         *media.udp_port_max, sources["RTP_PORT_MAX"], media.udp_port));
    }
    if (media.discover_external && media.stun_servers.empty()) {
        fail(fmt::format(
            "WEBRTC_EXTERNAL_IPS is \"auto\" ({}): that needs a stun: server in ICE_SERVERS to ask",
            sources["WEBRTC_EXTERNAL_IPS"]));
    }
    read_turn_secret();
}

void Draft::read_turn_secret() {
    ClientIceConfig& client = config.client_ice;
    if (client.turn_secret_file.empty()) return;
    const std::string where = fmt::format("TURN_SECRET_FILE ({})", sources["TURN_SECRET_FILE"]);
    if (!client.turn_secret.empty()) return fail(fmt::format("{}: TURN_SECRET is set as well", where));
    if (const auto problem = read_secret_file(client.turn_secret_file, client.turn_secret)) {
        fail(fmt::format("{}: {}", where, *problem));
    } else if (!is_secret(client.turn_secret, kMaxPasswordBytes)) {
        fail(fmt::format("{}: {} does not hold a secret of at most {} bytes on one line", where,
                         client.turn_secret_file, kMaxPasswordBytes));
    }
}

/// What is well-formed and of no use: said, and no reason not to start.
void Draft::skip_unusable() {
    for (const TurnServer& server : complete_turn_servers(config.media)) {
        warnings.push_back(
            fmt::format("ICE_SERVERS: skipped {}: a TURN server asks for a user name and a password "
                        "(turn:USER:PASSWORD@HOST, or ICE_SERVERS_USERNAME and ICE_SERVERS_CREDENTIAL)",
                        server.to_uri()));
    }
    const ClientIceConfig& client = config.client_ice;
    if (client.turn_secret.empty() && std::ranges::any_of(client.servers, is_turn_uri)) {
        warnings.emplace_back(
            "CLIENT_ICE_SERVERS names TURN servers, and without TURN_SECRET clients get no credentials for "
            "them");
    }
}

Arguments parse_arguments(int argc, const char* const* argv) {
    Arguments arguments;
    CLI::App cli;
    cli.set_help_flag();
    cli.add_flag("-h,--help", arguments.help);
    cli.add_flag("--version", arguments.version);
    cli.add_flag("--print-config", arguments.print_config);
    cli.add_option("--config", arguments.config_file);
    cli.require_subcommand(0, 1);
    CLI::App* const doctor = cli.add_subcommand("doctor");
    doctor->set_help_flag();
    doctor->fallthrough();  // The settings may stand after the word as well.
    doctor->add_flag("--json", arguments.json);

    std::map<std::string_view, CLI::Option*> options;
    for (const Setting& setting : settings()) options[setting.name] = cli.add_option(setting.option());
    cli.parse(argc, argv);
    arguments.doctor = doctor->parsed();
    for (const auto& [name, option] : options) {
        if (*option) arguments.values[name] = option->as<std::string>();
    }
    return arguments;
}

/// The contract's names for what this version does not have: one warning for all of them, or the end.
void note_unused(Draft& draft, const std::vector<std::string_view>& names) {
    for (const auto name : names) {
        if (std::ranges::find(refused_variables(), name) == refused_variables().end()) continue;
        draft.fail(
            fmt::format("{} is set, and this version cannot keep anybody out: protect the port by other "
                        "means and take the setting away",
                        name));
    }
    if (names.empty()) return;
    draft.warnings.push_back(
        fmt::format("set, and without effect in this version: {}", fmt::join(names, ", ")));
}

/// The variable of which a file's key is the lower-case spelling, if it is one that has no effect.
std::optional<std::string_view> unused_variable(std::string_view key) {
    for (const auto& names : {unused_variables(), refused_variables()}) {
        const auto found = std::ranges::find_if(names, [key](auto name) { return lower_case(name) == key; });
        if (found != names.end()) return *found;
    }
    return std::nullopt;
}

void apply_file(Draft& draft, const std::string& path) {
    const auto entries = read_config_file(path);
    if (entries.has_error()) return draft.fail(entries.error());

    std::vector<std::string_view> unused;
    for (const FileEntry& entry : *entries) {
        const auto setting = std::ranges::find(settings(), entry.key, &Setting::key);
        if (setting != settings().end()) {
            draft.set(*setting, entry.text, entry.where);
        } else if (const auto name = unused_variable(entry.key)) {
            unused.push_back(*name);
        } else {
            draft.fail(fmt::format("{}: there is no key {}; the nearest is \"{}\"", entry.where,
                                   in_quotes(entry.key), nearest_key(entry.key)));
        }
    }
    note_unused(draft, unused);
}

void apply_environment(Draft& draft, const Environment& environment) {
    const auto value_of = [&environment](std::string_view name) {
        return environment(std::string{name}).value_or("");
    };
    for (const Setting& setting : settings()) {
        const std::string text = value_of(setting.name);
        if (!text.empty()) draft.set(setting, text, "environment");
    }

    std::vector<std::string_view> unused;
    for (const auto& names : {unused_variables(), refused_variables()}) {
        std::ranges::copy_if(names, std::back_inserter(unused),
                             [&](auto name) { return !value_of(name).empty(); });
    }
    note_unused(draft, unused);
}

void apply_arguments(Draft& draft, const Arguments& arguments) {
    for (const Setting& setting : settings()) {
        const auto given = arguments.values.find(setting.name);
        if (given != arguments.values.end()) draft.set(setting, given->second, setting.option());
    }
}

std::string help() {
    std::string text =
        "Legroom is a WebRTC voice server.\n\n"
        "  legroom [--config FILE] [--SETTING VALUE]...           serve\n"
        "  legroom doctor [--json] [--SETTING VALUE]...           say whether calls could reach this "
        "server\n\n"
        "  --config FILE     read settings from a TOML file, under their names in lower case\n"
        "  --print-config    print the settings in force, as such a file, and leave\n"
        "  --version         print the version and leave\n"
        "  -h, --help        print this and leave\n\n"
        "Each setting is a variable of the environment and an option of the command line: HTTP_ADDR and\n"
        "--http-addr. The command line overrules the environment, the environment the file.\n";
    for (const Setting& setting : settings()) {
        const std::string value = setting.show(Config{});
        text += fmt::format("\n  {} ({})\n      {}.\n      It must be {}.\n", setting.name,
                            value.empty() ? "not set" : value, setting.meaning, setting.allowed);
    }
    return text;
}

std::string print(Draft& draft) {
    std::string text;
    for (const Setting& setting : settings()) {
        const std::string value = setting.show(draft.config);
        const std::string& source = draft.sources[setting.name];
        text += value.empty() ? fmt::format("# {} is not set\n", setting.key())
                              : fmt::format("{} = {}  # {}\n", setting.key(), value,
                                            source.empty() ? "default" : source);
    }
    return text;
}

Leave wrong_usage(std::string_view reason) {
    return {2, "", fmt::format("legroom: {}\nlegroom --help says what it understands.\n", reason)};
}

}  // namespace

Start read_command_line(int argc, const char* const* argv, const Environment& environment) {
    Arguments arguments;
    try {
        for (const std::string_view argument : std::span{argv, static_cast<std::size_t>(argc)}.subspan(1)) {
            // CLI11 would take the next argument for the value.
            if (argument.starts_with("--") && argument.ends_with('='))
                return wrong_usage(fmt::format("{} names no value", argument));
        }
        arguments = parse_arguments(argc, argv);
    } catch (const CLI::ArgumentMismatch& error) {
        const std::string_view what = error.what();
        return wrong_usage(fmt::format("{} needs one value", what.substr(0, what.find(':'))));
    } catch (const CLI::ParseError& error) {
        return wrong_usage(error.what());
    }
    if (arguments.help) return Leave{0, help(), ""};
    if (arguments.version) return Leave{0, "legroom " LEGROOM_VERSION "\n", ""};

    Draft draft;
    if (arguments.config_file) apply_file(draft, *arguments.config_file);
    apply_environment(draft, environment);
    apply_arguments(draft, arguments);
    draft.check_together();

    if (draft.error) return Leave{1, "", fmt::format("legroom: {}\n", *draft.error)};
    if (arguments.print_config) return Leave{0, print(draft), ""};
    draft.skip_unusable();
    if (arguments.doctor) return Diagnose{std::move(draft.config), std::move(draft.warnings), arguments.json};
    return Serve{std::move(draft.config), std::move(draft.warnings)};
}

}  // namespace legroom::app
