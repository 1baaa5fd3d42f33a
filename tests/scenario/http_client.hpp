#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/address.hpp"

namespace legroom::scenario {

struct HttpReply {
    unsigned status = 0;
    std::string body;
    std::string headers;  ///< All of them, as on the wire.

    /// The value of one header, named as on the wire; "" without it.
    [[nodiscard]] std::string header(const std::string& name) const;
};

/// One kept-alive HTTP/1.1 connection, blocking. Failures throw.
class HttpClient {
public:
    explicit HttpClient(const Endpoint& server);
    ~HttpClient();

    using Headers = std::map<std::string, std::string>;
    HttpReply request(const std::string& method, const std::string& target, const std::string& body = "",
                      const Headers& headers = {});
    /// Writes bytes as they are and reads one reply.
    HttpReply raw(const std::string& bytes);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::scenario
