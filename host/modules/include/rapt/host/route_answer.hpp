// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::host {

/// What a request to a module's route is answered, with the envelope of the API.
struct RouteAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};  ///< with the content type; none twice
  std::string body{};
};

/// What a module answered at its route (rapt/routes.h). Hostile: nothing of it reaches a caller before it has
/// been checked here. A fault is kInvalid with a clause for the module's administrator ("its status is no whole
/// number"). `is_public`: anybody may ask, so that caches may keep it for all.
Result<RouteAnswer> read_route_answer(const std::string& answer_json, bool is_public);

}  // namespace rapt::host
