#include "codec/error.hpp"

#include <string>

#include "base/error_category.hpp"

namespace legroom::codec {

namespace {

class Category final : public ErrorCategory {
public:
    [[nodiscard]] const char* name() const noexcept override { return "codec"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::bad_packet:
                return "not an Opus packet";
            case Error::no_room:
                return "packet longer than the room for it";
            case Error::unavailable:
                return "no memory for a coder";
        }
        return "unknown codec error";
    }
};

}  // namespace

boost::system::error_code make_error_code(Error error) {
    static const Category category;
    return {static_cast<int>(error), category};
}

}  // namespace legroom::codec
