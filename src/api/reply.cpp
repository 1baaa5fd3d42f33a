#include "api/reply.hpp"

namespace legroom::api {

Reply status_word(std::string_view word, Status status) {
    return {status, boost::json::value{{"status", boost::json::string_view{word.data(), word.size()}}}};
}

Reply refusal(Status status, std::string_view text) {
    return {status, boost::json::value{{"error", boost::json::string_view{text.data(), text.size()}}}};
}

}  // namespace legroom::api
