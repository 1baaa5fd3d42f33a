#include "dtls/error.hpp"

#include <string>

#include "base/error_category.hpp"

namespace legroom::dtls {
namespace {

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "dtls"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::unknown_hash:
                return "unknown fingerprint hash function";
            case Error::bad_fingerprint:
                return "malformed fingerprint";
            case Error::certificate_failed:
                return "cannot make a certificate";
        }
        return "unknown dtls error";
    }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::dtls
