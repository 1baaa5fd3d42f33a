#include "api/message.hpp"

#include "api/ascii.hpp"

namespace legroom::api {

std::string header_value(std::span<const Header> headers, std::string_view name) {
    std::string value;
    for (const Header& header : headers) {
        if (!equal_ignoring_case(header.name, name)) continue;
        if (!value.empty()) value += ", ";
        value += header.value;
    }
    return value;
}

}  // namespace legroom::api
