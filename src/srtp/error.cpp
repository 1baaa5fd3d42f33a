#include "srtp/error.hpp"

#include <string>

#include "base/error_category.hpp"

namespace legroom::srtp {
namespace {

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "srtp"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::truncated:
                return "truncated packet";
            case Error::not_rtp:
                return "not an RTP or RTCP packet";
            case Error::unencrypted:
                return "unencrypted SRTCP";
            case Error::bad_tag:
                return "bad authentication tag";
            case Error::replayed:
                return "replayed packet";
            case Error::too_many_ssrcs:
                return "too many SSRCs";
            case Error::key_exhausted:
                return "key exhausted";
            case Error::bad_key:
                return "key does not fit the profile";
            case Error::cipher_failed:
                return "cipher failed";
        }
        return "unknown srtp error";
    }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::srtp
