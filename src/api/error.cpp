#include "api/error.hpp"

#include <string>

#include "base/error_category.hpp"

namespace legroom::api {
namespace {

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "api"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::invalid_json:
                return "invalid JSON";
            case Error::leg_id_missing:
                return "leg_id missing";
            case Error::invalid_grace:
                return "invalid reconnect_grace";
            case Error::invalid_webhook:
                return "invalid webhook";
            case Error::invalid_headers:
                return "invalid headers";
            case Error::invalid_max_duration:
                return "invalid max_duration";
            case Error::invalid_wait:
                return "invalid wait";
        }
        return "unknown";
    }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::api
