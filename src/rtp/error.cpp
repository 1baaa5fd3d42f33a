#include "rtp/error.hpp"

#include <string>

#include "base/error_category.hpp"

namespace legroom::rtp {

namespace {

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "rtp"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::truncated:
                return "packet shorter than it says";
            case Error::bad_version:
                return "not RTP version 2";
            case Error::bad_padding:
                return "impossible padding";
            case Error::too_many:
                return "too many packets in one RTCP compound";
        }
        return "unknown RTP error";
    }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::rtp
