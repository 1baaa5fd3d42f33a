#include "scenario/running_program.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace legroom::scenario {
namespace {

constexpr int kPatienceMs = 20'000;

/// In the child, which has this one thread.
// NOLINTBEGIN(concurrency-mt-unsafe)
[[noreturn]] void become_program(int output, const std::map<std::string, std::string>& environment) {
    ::dup2(output, STDOUT_FILENO);
    ::setenv("HTTP_ADDR", "127.0.0.1:0", 1);
    ::setenv("RTP_PORT_MIN", "0", 1);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execl(LEGROOM_PROGRAM, "legroom", nullptr);
    ::_exit(127);
}
// NOLINTEND(concurrency-mt-unsafe)

std::size_t entries(const std::string& folder) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator{}));
}

/// Waits for the child to end, at most `limit_ms`; false: it has not.
bool wait_for_end(pid_t pid, int limit_ms, int& status) {
    for (int waited = 0; waited < limit_ms; waited += 20) {
        if (::waitpid(pid, &status, WNOHANG) == pid) return true;
        ::poll(nullptr, 0, 20);
    }
    return false;
}

}  // namespace

RunningProgram::RunningProgram(const std::map<std::string, std::string>& environment) {
    std::string pattern = std::filesystem::temp_directory_path() / "legroom-test-XXXXXX";
    const int output = ::mkstemp(pattern.data());
    if (output < 0) throw std::runtime_error("mkstemp");
    log_ = pattern;
    pid_ = ::fork();
    if (pid_ == 0) become_program(output, environment);
    ::close(output);
    wait_until_ready();
}

RunningProgram::~RunningProgram() {
    if (pid_ > 0) terminate();
    std::filesystem::remove(log_);
}

void RunningProgram::wait_until_ready() {
    for (int waited = 0; waited < kPatienceMs; waited += 20) {
        const std::string text = output();
        const auto begin = text.find("http://");
        const auto end = begin == std::string::npos ? begin : text.find('/', begin + 7);
        if (end != std::string::npos) {
            http_ = Endpoint::parse(text.substr(begin + 7, end - begin - 7)).value();
            return;
        }
        ::poll(nullptr, 0, 20);
    }
    throw std::runtime_error("the program did not become ready; it said: " + output());
}

std::string RunningProgram::output() const {
    std::ifstream in(log_);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t RunningProgram::threads() const { return entries("/proc/" + std::to_string(pid_) + "/task"); }

std::size_t RunningProgram::descriptors() const { return entries("/proc/" + std::to_string(pid_) + "/fd"); }

void RunningProgram::kill() {
    const pid_t pid = std::exchange(pid_, -1);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
}

int RunningProgram::terminate() {
    const pid_t pid = std::exchange(pid_, -1);
    ::kill(pid, SIGTERM);
    int status = 0;
    if (wait_for_end(pid, 10'000, status)) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    return -1;
}

}  // namespace legroom::scenario
