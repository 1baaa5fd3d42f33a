#pragma once

#include <map>
#include <string>
#include <sys/types.h>

#include "base/address.hpp"

namespace legroom::scenario {

/// The real legroom program as a child process on free loopback ports; ended when this object is.
class RunningProgram {
public:
    /// Starts it and waits until it says that it is ready; throws when it ends before or says nothing for 20
    /// s.
    explicit RunningProgram(const std::map<std::string, std::string>& environment = {});
    ~RunningProgram();
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;

    [[nodiscard]] const Endpoint& http() const { return http_; }
    [[nodiscard]] std::size_t threads() const;
    [[nodiscard]] std::size_t descriptors() const;
    /// SIGTERM; the exit status, or -1 when it had to be killed after ten seconds.
    int terminate();
    void kill();  ///< SIGKILL: it gets no chance to tidy up.

private:
    void wait_until_ready();
    [[nodiscard]] std::string output() const;

    pid_t pid_ = -1;
    std::string log_;  ///< What it prints: a file, since nobody reads on and a full pipe would stop it.
    Endpoint http_;
};

}  // namespace legroom::scenario
