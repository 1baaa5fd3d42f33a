#include "call/connection.hpp"

namespace legroom::call {

std::string_view to_string(Connection connection) {
    switch (connection) {
        case Connection::connecting:
            return "connecting";
        case Connection::connected:
            return "connected";
        case Connection::interrupted:
            return "interrupted";
        case Connection::ended:
            return "ended";
    }
    return "";
}

}  // namespace legroom::call
