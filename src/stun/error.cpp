#include "stun/error.hpp"

#include <string>

#include "base/error_category.hpp"

namespace legroom::stun {
namespace {

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "stun"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::truncated:
                return "a length does not fit the datagram";
            case Error::too_long:
                return "longer than any STUN message we accept";
            case Error::not_stun:
                return "not a STUN message";
            case Error::bad_attribute:
                return "malformed attribute";
            case Error::bad_fingerprint:
                return "FINGERPRINT does not match";
            case Error::no_fingerprint:
                return "no FINGERPRINT";
            case Error::no_integrity:
                return "no MESSAGE-INTEGRITY";
            case Error::bad_integrity:
                return "MESSAGE-INTEGRITY does not match";
        }
        return "unknown STUN error";
    }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::stun
