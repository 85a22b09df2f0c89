// SPDX-License-Identifier: AGPL-3.0-or-later
#include "member_body.hpp"

#include "parameters.hpp"
#include "rapt/api/body.hpp"

namespace rapt::api {

Result<MemberBody> new_member(const Call& call, const std::vector<std::string>& roles) {
  auto body = Body::parse(call.request);
  if (!body) return body.error();
  MemberBody member{body->id<UserId>("user_id"), body->one_of("role", roles)};
  if (auto fault = body->fault()) return *fault;
  return member;
}

Result<MemberBody> changed_member(const Call& call, const std::string& what, const std::vector<std::string>& roles) {
  auto user = path_id<UserId>(call, what, "user");
  if (!user) return user.error();
  auto body = Body::parse(call.request);
  if (!body) return body.error();
  MemberBody member{std::move(*user), body->one_of("role", roles)};
  if (auto fault = body->fault()) return *fault;
  return member;
}

}  // namespace rapt::api
