#include "io/http_transfer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "io/nameless_file.hpp"
#include "io/socket_address.hpp"

namespace legroom::io {
namespace {

constexpr long kOk = 200;

long milliseconds(Duration duration) {
    const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    return static_cast<long>(
        std::clamp<std::int64_t>(whole, 1, 24 * 3600 * 1000L));  // 0 would mean "for ever"
}

bool has_line_end(std::string_view text) {
    return text.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos;
}

/// What libcurl's code is in our words, apart from what a callback of ours has caused.
HttpError error_of(CURLcode code) {
    switch (code) {
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_URL_MALFORMAT:
        case CURLE_BAD_FUNCTION_ARGUMENT:
            return HttpError::bad_request;
        case CURLE_COULDNT_RESOLVE_HOST:
            return HttpError::dns;
        case CURLE_COULDNT_CONNECT:
            return HttpError::refused;
        case CURLE_OPERATION_TIMEDOUT:
            return HttpError::timeout;
        case CURLE_FILESIZE_EXCEEDED:
            return HttpError::too_large;
        case CURLE_TOO_MANY_REDIRECTS:
            return HttpError::too_many_redirects;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ISSUER_ERROR:
            return HttpError::tls;
        case CURLE_READ_ERROR:
            return HttpError::file;
        default:
            return HttpError::closed;
    }
}

}  // namespace

std::string_view to_string(HttpError error) {
    switch (error) {
        case HttpError::bad_request:
            return "bad_request";
        case HttpError::forbidden:
            return "forbidden";
        case HttpError::dns:
            return "dns";
        case HttpError::refused:
            return "refused";
        case HttpError::tls:
            return "tls";
        case HttpError::timeout:
            return "timeout";
        case HttpError::too_large:
            return "too_large";
        case HttpError::too_many_redirects:
            return "too_many_redirects";
        case HttpError::closed:
            return "closed";
        case HttpError::file:
            return "file";
        case HttpError::busy:
            return "busy";
    }
    return "closed";
}

struct HttpTransfer::Impl {
    explicit Impl(HttpRequest wanted) : request(std::move(wanted)) {}

    template <class Value>
    void set(CURLoption option, Value value) {
        if (setting == CURLE_OK) setting = curl_easy_setopt(easy.get(), option, value);
    }

    std::optional<HttpFailure> open_files();
    bool set_headers();
    void set_address();
    void set_body();
    void set_limits();
    void set_sinks();
    HttpFailure failure(CURLcode code) const;

    // What libcurl calls; `self` is the Impl.
    static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
    static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t give_body(char* space, std::size_t size, std::size_t count, void* self);
    static int rewind(void* self, curl_off_t offset, int origin);
    void end_headers();
    bool keep(const char* bytes, std::size_t size);

    HttpRequest request;
    HttpAnswer answer;
    Descriptor upload;
    Descriptor download;
    std::uint64_t upload_size = 0;
    std::size_t header_bytes = 0;
    bool has_headers = false;          ///< All of the final answer's.
    bool tried = false;                ///< An address was allowed.
    bool refused = false;              ///< An address was not.
    std::optional<HttpError> stopped;  ///< By a callback of ours, which libcurl knows only to have failed.
    CURLcode setting = CURLE_OK;
    std::array<char, CURL_ERROR_SIZE> words{};
    std::unique_ptr<curl_slist, void (*)(curl_slist*)> lines{nullptr, curl_slist_free_all};
    std::unique_ptr<CURL, void (*)(CURL*)> easy{curl_easy_init(), curl_easy_cleanup};
};

HttpTransfer::HttpTransfer(HttpRequest request) : impl_(std::make_unique<Impl>(std::move(request))) {}

HttpTransfer::~HttpTransfer() = default;

void* HttpTransfer::handle() const { return impl_->easy.get(); }

std::optional<HttpFailure> HttpTransfer::prepare() {
    if (!impl_->easy) return HttpFailure{HttpError::busy, "no memory for another transfer"};
    if (auto problem = impl_->open_files()) return problem;
    if (!impl_->set_headers()) return HttpFailure{HttpError::bad_request, "a line end in a header"};
    impl_->set_address();
    impl_->set_body();
    impl_->set_limits();
    impl_->set_sinks();
    if (impl_->setting != CURLE_OK)
        return HttpFailure{error_of(impl_->setting), curl_easy_strerror(impl_->setting)};
    return std::nullopt;
}

HttpOutcome HttpTransfer::finish(int code) {
    Impl& transfer = *impl_;
    const bool answered = transfer.request.discard_body && transfer.has_headers;
    if (code != CURLE_OK && !answered) {
        if (!transfer.request.download_file.empty() && transfer.download)
            ::unlink(transfer.request.download_file.c_str());
        return transfer.failure(static_cast<CURLcode>(code));
    }
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    transfer.answer.status = static_cast<int>(status);
    for (const std::string& name : transfer.request.wanted_headers) {
        curl_header* found = nullptr;
        if (curl_easy_header(transfer.easy.get(), name.c_str(), 0, CURLH_HEADER, -1, &found) == CURLHE_OK)
            transfer.answer.headers.emplace_back(name, found->value);
    }
    if (transfer.request.download_file.empty() && transfer.download && status == kOk) {
        ::lseek(transfer.download.get(), 0, SEEK_SET);
        transfer.answer.file = std::move(transfer.download);
    }
    return std::move(transfer.answer);
}

HttpFailure HttpTransfer::Impl::failure(CURLcode code) const {
    HttpFailure failure{stopped.value_or(error_of(code)), words.data()};
    if (refused && !tried) failure = {HttpError::forbidden, "no address of this host may be connected to"};
    if (tried && header_bytes == 0 && code == CURLE_UNSUPPORTED_PROTOCOL)
        failure.error = HttpError::closed;  // no HTTP
    if (failure.detail.empty()) failure.detail = curl_easy_strerror(code);
    return failure;
}

std::optional<HttpFailure> HttpTransfer::Impl::open_files() {
    const auto problem = [](const std::string& path) {
        return HttpFailure{HttpError::file,
                           fmt::format("{}: {}", path, std::generic_category().message(errno))};
    };
    if (!request.upload_file.empty()) {
        upload = Descriptor{::open(request.upload_file.c_str(), O_RDONLY | O_CLOEXEC)};
        struct stat about {};
        if (!upload || ::fstat(upload.get(), &about) != 0) return problem(request.upload_file);
        upload_size = static_cast<std::uint64_t>(about.st_size);
    }
    if (!request.download_file.empty()) {
        download =
            Descriptor{::open(request.download_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
        if (!download) return problem(request.download_file);
    } else if (!request.download_directory.empty()) {
        download = nameless_file(request.download_directory);
        if (!download) return problem("no temporary file");
    }
    return std::nullopt;
}

/// False: a name or a value would become lines of its own.
bool HttpTransfer::Impl::set_headers() {
    // A server that wants to see a body's headers first would cost a second where it does not say so; and a
    // body has no type but the one it was given.
    std::vector<std::string> texts{"Expect:", "Content-Type:"};
    for (const auto& [name, value] : request.headers) {
        if (name.empty() || has_line_end(name) || has_line_end(value)) return false;
        texts.push_back(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
    }
    for (const std::string& text : texts) {
        curl_slist* const longer = curl_slist_append(lines.get(), text.c_str());
        if (longer == nullptr) setting = CURLE_OUT_OF_MEMORY;
        if (longer != nullptr && !lines) lines.reset(longer);
    }
    set(CURLOPT_HTTPHEADER, lines.get());
    return true;
}

void HttpTransfer::Impl::set_address() {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1L : 0L);
    set(CURLOPT_MAXREDIRS, static_cast<long>(request.redirects));
    if (!request.ca_file.empty()) set(CURLOPT_CAINFO, request.ca_file.c_str());
    set(CURLOPT_OPENSOCKETFUNCTION, &Impl::open_socket);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
    if (request.allow) {  // A connection at hand was made under somebody else's rule.
        set(CURLOPT_FRESH_CONNECT, 1L);
        set(CURLOPT_FORBID_REUSE, 1L);
    }
    if (!request.aws) return;
    set(CURLOPT_AWS_SIGV4, fmt::format("aws:amz:{}:{}", request.aws->region, request.aws->service).c_str());
    set(CURLOPT_USERNAME, request.aws->access_key.c_str());
    set(CURLOPT_PASSWORD, request.aws->secret_key.c_str());
}

/// POST is told to libcurl as such, so that a redirect makes of it what every client does; other methods
/// stay.
void HttpTransfer::Impl::set_body() {
    if (upload) {
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(upload_size));
        set(CURLOPT_READFUNCTION, &Impl::give_body);
        set(CURLOPT_READDATA, static_cast<void*>(this));
        set(CURLOPT_SEEKFUNCTION, &Impl::rewind);
        set(CURLOPT_SEEKDATA, static_cast<void*>(this));
        if (request.method != "PUT") set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
        return;
    }
    const bool posts = request.method == "POST";
    if (posts || request.method == "PUT" || !request.body.empty()) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_POSTFIELDS, request.body.c_str());
    }
    if (request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else if (!posts && request.method != "GET") {
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
}

void HttpTransfer::Impl::set_limits() {
    set(CURLOPT_NOSIGNAL, 1L);
    // Neither a time limit nor the end waits for a look-up that hangs: its thread is left to itself.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_time));
    set(CURLOPT_TIMEOUT_MS, milliseconds(request.total_time));
    if (request.discard_body) return;
    set(CURLOPT_MAXFILESIZE_LARGE,
        static_cast<curl_off_t>(std::min<std::uint64_t>(request.max_body, INT64_MAX)));
}

void HttpTransfer::Impl::set_sinks() {
    set(CURLOPT_ERRORBUFFER, words.data());
    set(CURLOPT_PRIVATE, static_cast<void*>(this));
    set(CURLOPT_HEADERFUNCTION, &Impl::take_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, &Impl::take_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
}

curl_socket_t HttpTransfer::Impl::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Impl*>(self);
    if (transfer.request.allow) {
        const auto to = from_sockaddr(address->addr);
        if (!to || !transfer.request.allow(to->ip)) {
            transfer.refused = true;
            return CURL_SOCKET_BAD;
        }
    }
    transfer.tried = true;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t HttpTransfer::Impl::take_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Impl*>(self);
    const std::string_view line{bytes, size * count};
    if (line == "\r\n" || line == "\n") transfer.end_headers();
    transfer.header_bytes += line.size();
    if (transfer.header_bytes <= kMaxAnswerHeaderBytes) return line.size();
    transfer.stopped = HttpError::too_large;
    return 0;
}

/// Of an answer that is the last one, unless it says that another comes or where to ask for it.
void HttpTransfer::Impl::end_headers() {
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    const bool redirects = request.redirects > 0 && status >= 300 && status < 400;
    if (status >= kOk && !redirects) has_headers = true;
}

std::size_t HttpTransfer::Impl::take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    return static_cast<Impl*>(self)->keep(bytes, size * count) ? size * count : 0;
}

bool HttpTransfer::Impl::keep(const char* bytes, std::size_t size) {
    answer.body_bytes += size;
    if (answer.body_bytes > request.max_body) {
        stopped = HttpError::too_large;
        return false;
    }
    if (request.discard_body) return true;
    if (!download) {
        answer.body.append(bytes, size);
        return true;
    }
    while (size > 0) {
        const ssize_t written = ::write(download.get(), bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            stopped = HttpError::file;
            return false;
        }
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

std::size_t HttpTransfer::Impl::give_body(char* space, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Impl*>(self);
    const ssize_t got = ::read(transfer.upload.get(), space, size * count);
    if (got >= 0) return static_cast<std::size_t>(got);
    transfer.stopped = HttpError::file;
    return CURL_READFUNC_ABORT;
}

/// A redirect has the file sent once more.
int HttpTransfer::Impl::rewind(void* self, curl_off_t offset, int origin) {
    auto& transfer = *static_cast<Impl*>(self);
    return ::lseek(transfer.upload.get(), offset, origin) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

}  // namespace legroom::io
