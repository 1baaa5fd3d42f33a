#include <string>

#include "base/error_category.hpp"
#include "sdp/answer.hpp"

namespace legroom::sdp {

namespace {

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "sdp"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::invalid_offer:
                return "invalid SDP offer";
            case Error::no_common_codec:
                return "no audio section with a common codec";
            case Error::invalid_fragment:
                return "invalid SDP fragment";
        }
        return "unknown SDP error";
    }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::sdp
