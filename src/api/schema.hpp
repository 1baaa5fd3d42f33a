#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string_view>

/// JSON Schema from a short notation, for the descriptions of the API. It is that of docs/API.md, made exact:
///
///     {id: string, gain_db?: number -40..20, role?: string<=256}   an object; `?`: may be absent
///     {*: [string]}                                                a map: any names, each with such a value
///     [Leg], [Candidate] 1..64                                     an array, and how long it may be
///     'muted' | 'unmuted', string | null                           one of these
///     Leg                                                          a schema of the table in schemas.cpp
///     Envelope & {digit: string}                                   both at once
///
/// Words of their own are string, uuid, time, integer, number, boolean, null, object and any. What stands
/// behind
/// `//` to the end of a member's line is its description.
namespace legroom::api {

/// Throws std::invalid_argument for what is not in this notation: it is our own text, and a test reads it
/// all.
boost::json::object to_schema(std::string_view notation);

/// Where a schema of the table stands in a document.
inline constexpr std::string_view kSchemaPlace = "#/components/schemas/";

struct NamedSchema {
    std::string_view name;  ///< "Leg"
    std::string_view text;
    std::string_view notation;
};

/// The table of schemas that have a name.
std::span<const NamedSchema> named_schemas();

/// The table as a document's `components.schemas`.
boost::json::object schema_components();

}  // namespace legroom::api
