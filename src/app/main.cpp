#include <cstdio>
#include <cstdlib>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/command_line.hpp"
#include "app/diagnosis.hpp"
#include "app/log.hpp"
#include "app/observe.hpp"
#include "app/program.hpp"

namespace {

using namespace legroom;

std::optional<std::string> from_environment(const std::string& name) {
    // Called before any thread is started. NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
}

/// Connections are descriptors; the usual soft limit of 1024 is there for select(), which nobody here calls.
void allow_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

int leave(const app::Leave& leave) {
    std::fputs(leave.output.c_str(), stdout);
    std::fputs(leave.error.c_str(), stderr);
    return leave.status;
}

int serve(app::Serve serve) {
    app::set_up_log(serve.config.log_level, isatty(STDOUT_FILENO) != 0);
    for (const std::string& warning : serve.warnings) spdlog::warn(warning);
    allow_descriptors();
    app::Program program(std::move(serve.config));
    if (const auto problem = program.start()) {
        std::fprintf(stderr, "legroom: %s\n", problem->c_str());
        return 1;
    }
    program.run();
    return 0;
}

int diagnose(const app::Diagnose& what) {
    const app::Diagnosis diagnosis = app::diagnose(what.config, what.warnings, app::observe(what.config));
    const std::string text = what.as_json ? app::to_json(diagnosis) : app::to_text(diagnosis);
    std::fputs(text.c_str(), stdout);
    return diagnosis.healthy() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    auto start = app::read_command_line(argc, argv, from_environment);
    if (const auto* over = std::get_if<app::Leave>(&start)) return leave(*over);
    if (const auto* what = std::get_if<app::Diagnose>(&start)) return diagnose(*what);
    return serve(std::get<app::Serve>(std::move(start)));
}
