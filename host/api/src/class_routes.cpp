// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "attempts.hpp"
#include "handlers.hpp"
#include "member_body.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/classes/class_service.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxClassName = 4 * classes::kMaxName;
/// Eight letters out of 32: guessing one of a thousand valid codes takes a billion tries.
constexpr Attempts kJoins{"class:join", 20, "Too many join codes were tried. Please wait before trying again."};

json view(const classes::Class& one) {
  return {{"id", one.id.str()},
          {"group", {{"id", one.group.str()}, {"name", one.group_name}}},
          {"name", one.name},
          {"teacher_count", one.teachers},
          {"student_count", one.students},
          {"created_at", to_rfc3339(one.created_at)},
          {"updated_at", to_rfc3339(one.updated_at)}};
}

json view(const classes::Member& member) {
  json user{{"id", member.user.str()}, {"name", member.name}};
  if (!member.email.empty()) user["email"] = member.email;
  return {{"user", std::move(user)},
          {"role", std::string(classes::name(member.role))},
          {"since", to_rfc3339(member.since)}};
}

json view(const classes::JoinCode& code) {
  return {{"id", code.id.str()},
          {"code", code.code},
          {"created_at", to_rfc3339(code.created_at)},
          {"expires_at", to_rfc3339(code.expires_at)},
          {"max_uses", code.max_uses},
          {"uses", code.uses}};
}

template <class T>
json all_classes(const std::vector<T>& items) {
  json out = json::array();
  for (const auto& item : items) out.push_back(view(item));
  return out;
}

Result<Answer> one(const Result<classes::Class>& found, int status = 200) {
  if (!found) return found.error();
  auto response = with_version(data_reply(view(*found), status), found->updated_at);
  if (status == 201) response.headers.set("Location", "/api/v1/classes/" + found->id.str());
  return Answer(std::move(response));
}

Task<Result<Answer>> list_classes(Call& call, GroupId group) {
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  const auto found = co_await call.services.classes.list(call.actor, std::move(group), wanted->limit, wanted->cursor);
  if (!found) co_return found.error();
  co_return list_reply(all_classes(found->items), found->next_cursor);
}

void class_changed(const Call& call, const ClassId& id, const char* change) {
  log::info("class.changed",
            {{"class", id.str()}, {"change", change}, {"by", call.actor.id.str()}, {"request_id", call.request.id}});
}

const std::vector<std::string> kClassRoles{"student", "teacher"};

Task<Result<Answer>> put_class_member(Call& call, MemberBody wanted, int status) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  const auto parsed = classes::parse_role(wanted.role).value_or(classes::Role::kStudent);
  const auto member = co_await call.services.classes.put_member(call.actor, *id, std::move(wanted.user), parsed);
  if (!member) co_return member.error();
  class_changed(call, *id, "member put");
  co_return data_reply(view(*member), status);
}

}  // namespace

Task<Result<Answer>> get_classes(Call& call) {
  return list_classes(call, GroupId());
}

Task<Result<Answer>> get_group_classes(Call& call) {
  auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  co_return co_await list_classes(call, std::move(*id));
}

Task<Result<Answer>> post_class(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto group = body->id<GroupId>("group_id");
  auto name = body->text("name", kMaxClassName);
  if (auto fault = body->fault()) co_return *fault;
  const auto made = co_await call.services.classes.create(call.actor, std::move(group), std::move(name));
  if (made) class_changed(call, made->id, "created");
  co_return one(made, 201);
}

Task<Result<Answer>> get_class(Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  const auto found = co_await call.services.classes.get(call.actor, *id);
  co_return one(found);
}

Task<Result<Answer>> patch_class(Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto name = body->text("name", kMaxClassName);
  if (auto fault = body->fault()) co_return *fault;
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  const auto renamed = co_await call.services.classes.rename(call.actor, *id, std::move(name), *expected);
  if (renamed) class_changed(call, *id, "renamed");
  co_return one(renamed);
}

Task<Result<Answer>> delete_class(Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  RAPT_CO_TRY(co_await call.services.classes.archive(call.actor, *id));
  class_changed(call, *id, "archived");
  co_return no_content();
}

Task<Result<Answer>> get_class_members(Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  const auto found = co_await call.services.classes.roster(call.actor, *id, wanted->limit, wanted->cursor);
  if (!found) co_return found.error();
  co_return list_reply(all_classes(found->items), found->next_cursor);
}

Task<Result<Answer>> post_class_member(Call& call) {
  auto member = new_member(call, kClassRoles);
  if (!member) co_return member.error();
  co_return co_await put_class_member(call, std::move(*member), 201);
}

Task<Result<Answer>> patch_class_member(Call& call) {
  auto member = changed_member(call, "member of this class", kClassRoles);
  if (!member) co_return member.error();
  co_return co_await put_class_member(call, std::move(*member), 200);
}

Task<Result<Answer>> delete_class_member(Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  const auto user = path_id<UserId>(call, "member of this class", "user");
  if (!user) co_return user.error();
  RAPT_CO_TRY(co_await call.services.classes.remove_member(call.actor, *id, *user));
  class_changed(call, *id, "member removed");
  co_return no_content();
}

Task<Result<Answer>> get_join_codes(Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  const auto found = co_await call.services.classes.codes(call.actor, *id);
  if (!found) co_return found.error();
  co_return list_reply(all_classes(*found), std::nullopt);
}

Task<Result<Answer>> post_join_code(Call& call) {
  constexpr int kUsualHours = 24;
  constexpr int kUsualUses = 40;
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  const auto hours = body->optional_number("lifetime_hours", 1, static_cast<int>(classes::kMaxCodeLifetime.count()));
  const auto uses = body->optional_number("max_uses", 1, classes::kMaxCodeUses);
  if (auto fault = body->fault()) co_return *fault;
  const std::chrono::hours lifetime(hours.value_or(kUsualHours));
  const auto made = co_await call.services.classes.create_code(call.actor, *id, lifetime, uses.value_or(kUsualUses));
  if (!made) co_return made.error();
  class_changed(call, *id, "join code made");
  co_return data_reply(view(*made), 201);
}

Task<Result<Answer>> delete_join_code(Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) co_return id.error();
  const auto code = path_id<classes::JoinCodeId>(call, "join code", "code");
  if (!code) co_return code.error();
  RAPT_CO_TRY(co_await call.services.classes.revoke_code(call.actor, *id, *code));
  class_changed(call, *id, "join code revoked");
  co_return no_content();
}

Task<Result<Answer>> post_class_join(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto code = body->text("code", 64);
  if (auto fault = body->fault()) co_return *fault;
  RAPT_CO_TRY(co_await count_attempt(call, kJoins, call.actor.id.str()));
  const auto joined = co_await call.services.classes.join(call.actor, std::move(code));
  if (joined) class_changed(call, joined->id, "joined by code");
  co_return one(joined);
}

}  // namespace rapt::api
