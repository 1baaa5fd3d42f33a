#pragma once

#include <memory>
#include <string>

#include "base/address.hpp"

namespace legroom::scenario {

struct HttpReply {
    unsigned status = 0;
    std::string body;
    std::string headers;  ///< All of them, as on the wire.
};

/// One kept-alive HTTP/1.1 connection, blocking. Failures throw.
class HttpClient {
public:
    explicit HttpClient(const Endpoint& server);
    ~HttpClient();

    HttpReply request(const std::string& method, const std::string& target, const std::string& body = "");
    /// Writes bytes as they are and reads one reply.
    HttpReply raw(const std::string& bytes);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::scenario
