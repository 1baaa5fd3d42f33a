#include "ice/error.hpp"

#include <string>

#include "base/error_category.hpp"

namespace legroom::ice {
namespace {

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "ice"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::too_few_fields:
                return "candidate has too few fields";
            case Error::bad_prefix:
                return "candidate begins with a=";
            case Error::bad_foundation:
                return "candidate foundation is malformed";
            case Error::bad_number:
                return "candidate component, priority or port is not a number";
            case Error::bad_address:
                return "candidate address is neither an IP address nor a .local name";
            case Error::bad_related_address:
                return "candidate raddr has no address";
            case Error::bad_tcp_type:
                return "candidate tcptype is unknown";
        }
        return "unknown ICE error";
    }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::ice
