// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"

namespace rapt::api {

// What modules answer is hostile: nothing of it reaches a caller before it has been checked here. A fault is kInvalid
// with a clause for the module's administrator ("its status is no number").

/// An object that is nested at most 32 deep, with no name twice.
Result<std::shared_ptr<const nlohmann::json>> module_object(const std::string& answer_json);

/// The response that a route's answer comes to (rapt/draft/routes.h), with the envelope of the API, its content type
/// and those headers that a module may set. `is_public`: anybody may ask, so that caches may keep it for all.
Result<http::Response> module_response(const std::string& answer_json, bool is_public);

}  // namespace rapt::api
