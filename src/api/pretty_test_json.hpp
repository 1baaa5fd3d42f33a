#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

namespace legroom::api::test {

/// JSON for people: two blanks a level.
inline std::string pretty(const boost::json::value& value, const std::string& indent = "\n") {
    const std::string deeper = indent + "  ";
    std::string text;
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
        for (const auto& member : *object) {
            text += (text.empty() ? "{" : ",") + deeper + boost::json::serialize(member.key()) + ": " +
                    pretty(member.value(), deeper);
        }
        return text + indent + "}";
    }
    if (const auto* list = value.if_array(); list != nullptr && !list->empty()) {
        for (const auto& one : *list) text += (text.empty() ? "[" : ",") + deeper + pretty(one, deeper);
        return text + indent + "]";
    }
    return boost::json::serialize(value);
}

/// docs/NAME is what is generated. Otherwise the latter is left where it can be fetched from.
inline void expect_in_docs(const std::string& name, const boost::json::value& generated) {
    std::ifstream in("docs/" + name, std::ios::binary);
    const std::string kept{std::istreambuf_iterator<char>(in), {}};
    const std::string text = pretty(generated) + "\n";
    if (kept == text) return;
    const std::string made = testing::TempDir() + name;
    std::ofstream{made, std::ios::binary} << text;
    ADD_FAILURE() << "docs/" << name << " is not what the tables say any more: cp " << made << " docs/";
}

}  // namespace legroom::api::test
