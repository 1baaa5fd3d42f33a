#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "io/descriptor.hpp"

namespace legroom::io {

/// Of all header lines of an answer, those of the redirects on the way included.
inline constexpr std::size_t kMaxAnswerHeaderBytes = 256 * 1024;

/// Signs a request as AWS and the stores compatible to it want it (Signature Version 4).
struct AwsSignature {
    std::string access_key;
    std::string secret_key;
    std::string region;
    std::string service = "s3";
};

/// What is asked of somebody else's HTTP server. Nothing of it comes from the environment: no proxy, no
/// netrc.
struct HttpRequest {
    std::string method = "GET";
    std::string url;                                           ///< http or https; anything else fails.
    std::vector<std::pair<std::string, std::string>> headers;  ///< Names and values without line ends.
    std::string body;         ///< Sent when not empty, or with a POST or PUT.
    std::string upload_file;  ///< Sent instead of `body` when not empty.

    std::string
        download_file;  ///< Where the answer's body goes; removed again on failure. Empty: into memory,
    std::string download_directory =
        {};  ///< or, if not empty, into a file without a name on this one's disk.
    std::uint64_t max_body = 1024 * 1024;  ///< Bytes of the answer's body: too_large beyond.
    /// Nobody wants it: it is kept nowhere, and once the final answer's headers are there that counts,
    /// however the body goes.
    bool discard_body = false;
    std::vector<std::string> wanted_headers = {};  ///< Those of the answer that are handed over.
    unsigned redirects = 0;                        ///< How many are followed; at 0 a 3xx is an answer.

    Duration connect_time =
        std::chrono::seconds{10};  ///< From the look-up of the name to the end of TLS's handshake.
    Duration total_time =
        std::chrono::seconds{30};  ///< From the start to the answer's last byte; not in the queue.

    std::optional<AwsSignature> aws;
    std::string ca_file;  ///< PEM. Empty: the system's authorities. Servers are always verified.
    /// Whether to connect to an address that the name was resolved to, redirects included. Called on the
    /// client's thread. A request with it shares no connection with others. Empty: all are allowed.
    std::function<bool(const IpAddress&)> allow;
};

/// What came back, whatever its status.
struct HttpAnswer {
    int status = 0;
    std::vector<std::pair<std::string, std::string>>
        headers;       ///< The wanted ones that were there, as wanted.
    std::string body;  ///< Empty when it went into a file.
    std::uint64_t body_bytes = 0;
    Descriptor file;  ///< That without a name, at its beginning; with status 200 only. Closing it may wait
                      ///< for the disk.
};

/// Why nothing came back that could be used.
enum class HttpError : std::uint8_t {
    bad_request,         ///< No URL, or not one of http or https; a header with a line end.
    forbidden,           ///< HttpRequest::allow refused every address.
    dns,                 ///< The name is not known.
    refused,             ///< Nobody accepts connections there, or there is no way.
    tls,                 ///< The server is not verified, or speaks no TLS.
    timeout,             ///< One of the two limits.
    too_large,           ///< More than max_body, or than kMaxAnswerHeaderBytes.
    too_many_redirects,  ///< More than HttpRequest::redirects, but at least one.
    closed,              ///< The connection broke, or what came is not HTTP.
    file,                ///< One of the request's files cannot be made or used.
    busy,                ///< The client's queue is full, or memory.
};
std::string_view to_string(HttpError error);

struct HttpFailure {
    HttpError error = HttpError::closed;
    std::string detail;  ///< For a log.
};
using HttpOutcome = Result<HttpAnswer, HttpFailure>;

/// One request on its way, as a handle of libcurl's. Lives on the client's thread, which may wait for files.
class HttpTransfer {
public:
    explicit HttpTransfer(HttpRequest request);
    ~HttpTransfer();
    HttpTransfer(const HttpTransfer&) = delete;
    HttpTransfer& operator=(const HttpTransfer&) = delete;

    /// Opens its files and makes the handle ready. A failure: it cannot be begun.
    std::optional<HttpFailure> prepare();
    [[nodiscard]] void* handle() const;  ///< A CURL*, for curl_multi_add_handle; it owns it.
    /// What it came to: `code` is libcurl's CURLcode.
    HttpOutcome finish(int code);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::io
