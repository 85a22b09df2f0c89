// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/accounts/fields.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/users/user_service.hpp"
#include "user_view.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxNameBytes = 4 * accounts::kMaxName;
constexpr std::size_t kMaxPasswordBytes = 1024;
constexpr std::size_t kMaxSearch = 100;

const std::vector<std::string> kStatuses{"pending_verification", "active", "inactive", "suspended"};
const std::vector<std::string> kRoles{"student", "teacher", "group_admin", "system_admin"};
const std::vector<std::string> kSorts{"name", "-created_at", "-last_login_at"};

/// One of a few words in the query; "" when it is not there.
Result<std::string> query_word(const Call& call, const std::string& name, const std::vector<std::string>& allowed) {
  const auto text = call.request.query_value(name);
  if (!text) return std::string();
  if (std::find(allowed.begin(), allowed.end(), *text) != allowed.end()) return *text;
  std::string list;
  for (const auto& one : allowed) list += (list.empty() ? "" : ", ") + one;
  return Error::invalid(name, "must be one of " + list);
}

Result<std::string> search_text(const Call& call) {
  auto text = call.request.query_value("q").value_or("");
  if (is_utf8(text) && count_code_points(text) <= kMaxSearch && text.find('\0') == std::string::npos) return text;
  return Error::invalid("q", "must be text of at most " + std::to_string(kMaxSearch) + " characters");
}

Result<users::UserFilter> user_filter_of(const Call& call) {
  users::UserFilter filter;
  auto wanted = page_of(call);
  if (!wanted) return wanted.error();
  filter.limit = wanted->limit;
  filter.cursor = std::move(wanted->cursor);
  auto text = search_text(call);
  if (!text) return text.error();
  filter.text = std::move(*text);
  auto status = query_word(call, "status", kStatuses);
  if (!status) return status.error();
  filter.status = std::move(*status);
  const auto role = query_word(call, "role", kRoles);
  if (!role) return role.error();
  filter.role = identity::parse_group_role(*role);
  const auto group = query_id<GroupId>(call, "group_id");
  if (!group) return group.error();
  filter.group = group->value_or(GroupId());
  const auto sort = query_word(call, "sort", kSorts);
  if (!sort) return sort.error();
  if (*sort == "-created_at") filter.sort = users::Sort::kNewest;
  if (*sort == "-last_login_at") filter.sort = users::Sort::kLastLogin;
  return filter;
}

void user_changed(const Call& call, const UserId& user, const char* change) {
  log::info("user.changed",
            {{"user", user.str()}, {"change", change}, {"by", call.actor.id.str()}, {"request_id", call.request.id}});
}

Result<Answer> one(const Result<users::User>& user, int status = 200) {
  if (!user) return user.error();
  auto response = with_version(data_reply(api::view(*user), status), user->updated_at);
  if (status == 201) response.headers.set("Location", "/api/v1/admin/users/" + user->id.str());
  return Answer(std::move(response));
}

Task<Result<Answer>> set_active(Call& call, bool active) {
  const auto id = path_id<UserId>(call, "user");
  if (!id) co_return id.error();
  const auto user = co_await call.services.users.set_active(call.actor, *id, active);
  if (user) user_changed(call, *id, active ? "reactivated" : "deactivated");
  co_return one(user);
}

}  // namespace

Task<Result<Answer>> get_users(Call& call) {
  auto filter = user_filter_of(call);
  if (!filter) co_return filter.error();
  const auto found = co_await call.services.users.list(call.actor, std::move(*filter));
  if (!found) co_return found.error();
  json items = json::array();
  for (const auto& user : found->items) items.push_back(view(user));
  co_return list_reply(std::move(items), found->next_cursor);
}

Task<Result<Answer>> post_user(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  users::NewUser user;
  user.email = body->text("email", accounts::kMaxEmailBytes);
  user.name = body->text("name", kMaxNameBytes);
  user.given_name = body->optional_text("given_name", kMaxNameBytes);
  user.family_name = body->optional_text("family_name", kMaxNameBytes);
  user.group = body->optional_id<GroupId>("group_id");
  const auto role = body->optional_text("role", 20);
  user.password = body->optional_text("password", kMaxPasswordBytes);
  user.invite = body->optional_boolean("send_invitation").value_or(true);
  if (auto fault = body->fault()) co_return *fault;
  const auto parsed = role ? identity::parse_group_role(*role) : identity::GroupRole::kStudent;
  if (!parsed) co_return Error::invalid("role", "must be one of student, teacher, group_admin, system_admin");
  user.role = *parsed;
  const auto made = co_await call.services.users.create(call.actor, std::move(user));
  if (made) user_changed(call, made->id, "created");
  co_return one(made, 201);
}

Task<Result<Answer>> post_user_reset(Call& call) {
  const auto id = path_id<UserId>(call, "user");
  if (!id) co_return id.error();
  RAPT_CO_TRY(co_await call.services.users.reset_password(call.actor, *id));
  user_changed(call, *id, "password reset mailed");
  co_return data_reply(json{{"status", "mailed"}}, 202);
}

Task<Result<Answer>> get_user(Call& call) {
  const auto id = path_id<UserId>(call, "user");
  if (!id) co_return id.error();
  const auto user = co_await call.services.users.get(call.actor, *id);
  co_return one(user);
}

Task<Result<Answer>> patch_user(Call& call) {
  const auto id = path_id<UserId>(call, "user");
  if (!id) co_return id.error();
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  users::UserChange change;
  change.email = body->optional_text("email", accounts::kMaxEmailBytes);
  change.name = body->optional_text("name", kMaxNameBytes);
  change.given_name = body->optional_text("given_name", kMaxNameBytes);
  change.family_name = body->optional_text("family_name", kMaxNameBytes);
  change.status = body->optional_text("status", 20);
  if (auto fault = body->fault()) co_return *fault;
  const auto user = co_await call.services.users.update(call.actor, *id, std::move(change), *expected);
  if (user) user_changed(call, *id, "changed");
  co_return one(user);
}

Task<Result<Answer>> delete_user(Call& call) {
  const auto id = path_id<UserId>(call, "user");
  if (!id) co_return id.error();
  RAPT_CO_TRY(co_await call.services.users.remove(call.actor, *id));
  user_changed(call, *id, "deleted");
  co_return no_content();
}

Task<Result<Answer>> post_user_deactivate(Call& call) {
  return set_active(call, false);
}
Task<Result<Answer>> post_user_reactivate(Call& call) {
  return set_active(call, true);
}

}  // namespace rapt::api
