#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/address.hpp"

namespace legroom::interop {

/// A coturn of our own on a free loopback port, for UDP and TCP: user "user", password "password". It serves
/// when the constructor returns, and is gone when this is.
class Coturn {
public:
    /// `ip`: "127.0.0.1" or "::1". `options`: further ones of turnserver(1). Throws when it does not start.
    explicit Coturn(const std::string& ip, std::vector<std::string> options = {});
    ~Coturn();
    Coturn(const Coturn&) = delete;
    Coturn& operator=(const Coturn&) = delete;

    [[nodiscard]] const Endpoint& address() const { return address_; }
    /// Kills it, and starts another at the same port that knows nothing of the first.
    void restart();

private:
    void start();
    void stop(int signal);
    [[nodiscard]] std::vector<std::string> arguments() const;
    [[nodiscard]] bool answers() const;

    Endpoint address_;
    std::vector<std::string> options_;
    std::filesystem::path folder_;  ///< its database and log
    pid_t pid_ = -1;
};

}  // namespace legroom::interop
