#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/reply.hpp"
#include "events/ledger.hpp"

/// The frames of VSI as text (contract 05). Those of events are the ledger's.
namespace legroom::vsi {

/// A frame of the client's.
struct Asked {
    std::string type;
    std::optional<std::string> request_id;
    boost::json::value payload;      ///< null: none.
    bool pushes_candidates = false;  ///< Of an offer: the server's candidates are to be told.
};
/// nullopt: not a JSON object, or its type or request_id is no text.
std::optional<Asked> parse_frame(std::string_view text);

std::string connected_frame();
std::string ping_frame(std::uint64_t number);
std::string events_dropped_frame(std::uint64_t count);
/// Ours: of the events after `after` some are not kept any more. Those after `last` follow.
std::string resync_required_frame(events::Seq after, events::Seq oldest, events::Seq last);

/// Ours: one candidate of the server's for a leg; null: there are no more.
std::string candidate_frame(const std::string& leg, const boost::json::value& candidate);

/// A route's reply as a command's result, or as its error.
std::string result_frame(const Asked& asked, const api::Reply& reply);
std::string error_frame(const Asked& asked, api::Status code, std::string_view message);
std::string not_json_frame();

}  // namespace legroom::vsi
