#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace legroom::api {

/// Arrays and objects nested deeper are malformed to us.
inline constexpr std::size_t kMaxJsonDepth = 32;

/// What an endpoint makes of a missing or malformed body (contract 00, JSON strictness).
enum class BodyRule {
    required,  ///< Both are Error::invalid_json.
    optional,  ///< Missing is the empty object, malformed is Error::invalid_json.
    lenient,   ///< Both are the empty object.
};

/// The first JSON value of a request body, of any type. Error::invalid_json: there is none.
Result<boost::json::value> decode_value(std::string_view body);

/// The first JSON value of a request body; whatever follows it is ignored. `null` counts as the empty object,
/// any other value that is no object as malformed. Of members with the same name the last counts. Invalid
/// UTF-8 and lone surrogates become U+FFFD.
Result<boost::json::object> decode(std::string_view body, BodyRule rule);

/// Reads members of a decoded body. Like ByteReader it is asked once at the end: a member of the wrong type
/// gives "nothing" and turns ok() false for good. An absent member and `null` are the same and no error.
class Fields {
public:
    explicit Fields(const boost::json::object& object) : object_(object) {}

    std::string text(std::string_view name);  ///< "" when absent.
    std::optional<std::string> optional_text(std::string_view name);
    std::optional<bool> flag(std::string_view name);
    /// A number written with fraction, exponent or as -0 is no integer, one out of range neither.
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
    std::optional<std::int64_t> any_integer(std::string_view name);  ///< Its range is looked at elsewhere.
    std::optional<double> number(std::string_view name);             ///< However it is written.
    std::size_t list_length(std::string_view name);                  ///< 0 when absent.
    const boost::json::array* list(std::string_view name);           ///< nullptr when absent.
    const boost::json::object* object(std::string_view name);        ///< nullptr when absent.
    /// The members of an object whose values are all texts; empty when absent.
    std::map<std::string, std::string> texts(std::string_view name);

    [[nodiscard]] bool ok() const { return ok_; }

private:
    const boost::json::value* member(std::string_view name) const;

    const boost::json::object& object_;
    bool ok_ = true;
};

}  // namespace legroom::api
