// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/http/message.hpp"

namespace rapt {
namespace assignments {
struct Assignment;
}
namespace chat {
struct Message;
struct Session;
struct SessionSummary;
}  // namespace chat
namespace identity {
struct Actor;
}
namespace runs {
struct Run;
}
namespace tools {
struct Tool;
struct ToolDetails;
}  // namespace tools
namespace usage {
struct Extraction;
}
}  // namespace rapt

/// How things look in the API: the JSON of docs/api.md, in one place.
namespace rapt::api {

nlohmann::json view(const identity::Actor& actor);
nlohmann::json view(const tools::Tool& tool);
nlohmann::ordered_json view(const tools::ToolDetails& details);  ///< schemas in the order of their author
nlohmann::json view(const assignments::Assignment& assignment);
nlohmann::json view(const chat::Session& session);
nlohmann::json view(const chat::SessionSummary& summary);
nlohmann::json view(const chat::Message& message);
nlohmann::json view(const runs::Run& run);
nlohmann::json view(const usage::Extraction& extraction);

nlohmann::json time_or_null(const std::optional<TimePoint>& time);
/// JSON text that one of our own services stored; null when it is not JSON.
nlohmann::json stored_json(const std::string& text);
/// Compact text; bytes that are no UTF-8 are replaced.
std::string dump(const nlohmann::json& value);

/// {"data": …} and {"data": […], "meta": {"next_cursor": …}}.
http::Response data_reply(const nlohmann::json& data, int status = 200);
http::Response data_reply(const nlohmann::ordered_json& data, int status = 200);
http::Response no_content();  ///< 204
http::Response list_reply(nlohmann::json items, const std::optional<std::string>& next_cursor);

template <class T>
nlohmann::json view_all(const std::vector<T>& items);

}  // namespace rapt::api
