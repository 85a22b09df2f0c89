// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "rapt/hooks/hook.hpp"
#include "world.hpp"

namespace rapt::author {

/// How a module is told of somebody in a request.
struct ToldOf {
  std::function<std::string(const std::string& user_id)> pseudonym;
  bool id = false;  ///< beside it, the id: to a module with the permission "directory"
};

/// What it calls by the world's names gets the ids that a host would hand over. What names nothing of the world stays
/// as it is.
hooks::Context placed(hooks::Context context, const World& world);
/// The same for the "caller" of what a route, panel or export is asked, a JSON object; with the groups and classes.
std::string placed_input(const std::string& input_json, const World& world, const ToldOf& told);

}  // namespace rapt::author
