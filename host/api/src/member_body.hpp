// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "call.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::api {

/// Who is to be in a group or class, and as what.
struct MemberBody {
  UserId user;
  std::string role;
};

/// {"user_id", "role"}; `roles` are those that may be said.
Result<MemberBody> new_member(const Call& call, const std::vector<std::string>& roles);
/// {"role"}, with the user in the path; kNotFound ("There is no such <what>.") when that is no id.
Result<MemberBody> changed_member(const Call& call, const std::string& what, const std::vector<std::string>& roles);

}  // namespace rapt::api
