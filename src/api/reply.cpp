#include "api/reply.hpp"

#include <utility>

namespace legroom::api {

Reply status_word(std::string_view word, Status status) {
    return {status, boost::json::value{{"status", boost::json::string_view{word.data(), word.size()}}}};
}

Reply refusal(Status status, std::string_view text) {
    return {status, boost::json::value{{"error", boost::json::string_view{text.data(), text.size()}}}};
}

Reply nothing(std::vector<Header> headers) { return {Status::no_content, {}, std::move(headers)}; }

}  // namespace legroom::api
