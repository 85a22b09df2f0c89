// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "member_body.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/groups/group_service.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxGroupName = 4 * groups::kMaxName;

json view(const groups::Group& group) {
  return {{"id", group.id.str()},
          {"parent_id", group.parent.empty() ? json(nullptr) : json(group.parent.str())},
          {"name", group.name},
          {"type", group.type},
          {"settings", stored_json(group.settings_json)},
          {"theme", stored_json(group.theme_json)},
          {"created_at", to_rfc3339(group.created_at)},
          {"updated_at", to_rfc3339(group.updated_at)}};
}

json view(const groups::Member& member) {
  return {{"user", {{"id", member.user.str()}, {"name", member.name}, {"email", member.email}}},
          {"role", std::string(identity::name(member.role))},
          {"since", to_rfc3339(member.since)}};
}

template <class T>
json all(const std::vector<T>& items) {
  json out = json::array();
  for (const auto& item : items) out.push_back(view(item));
  return out;
}

Result<Answer> one(const Result<groups::Group>& group, int status = 200) {
  if (!group) return group.error();
  auto response = with_version(data_reply(view(*group), status), group->updated_at);
  if (status == 201) response.headers.set("Location", "/api/v1/groups/" + group->id.str());
  return Answer(std::move(response));
}

Result<Answer> page(const Result<groups::GroupPage>& found) {
  if (!found) return found.error();
  return Answer(list_reply(all(found->items), found->next_cursor));
}

void group_changed(const Call& call, const GroupId& group, const char* change) {
  log::info("group.changed",
            {{"group", group.str()}, {"change", change}, {"by", call.actor.id.str()}, {"request_id", call.request.id}});
}

Task<Result<Answer>> list_below(Call& call, bool direct) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  auto& service = call.services.groups;
  auto found = direct ? service.children(call.actor, *id, wanted->limit, wanted->cursor)
                      : service.descendants(call.actor, *id, wanted->limit, wanted->cursor);
  const auto answer = co_await std::move(found);
  co_return page(answer);
}

Task<Result<Answer>> change_group(Call& call, groups::GroupChange change, const char* what) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  const auto group = co_await call.services.groups.update(call.actor, *id, std::move(change), *expected);
  if (group) group_changed(call, *id, what);
  co_return one(group);
}

Task<Result<Answer>> put_member(Call& call, MemberBody wanted, int status) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto parsed = identity::parse_group_role(wanted.role).value_or(identity::GroupRole::kStudent);
  const auto member = co_await call.services.groups.put_member(call.actor, *id, std::move(wanted.user), parsed);
  if (!member) co_return member.error();
  group_changed(call, *id, "member put");
  co_return data_reply(view(*member), status);
}

const std::vector<std::string> kGroupRoles{"student", "teacher", "group_admin", "system_admin"};
const std::vector<std::string> kTypes{"district", "school", "department", "custom"};

}  // namespace

Task<Result<Answer>> get_groups(Call& call) {
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  const auto found = co_await call.services.groups.list(call.actor, wanted->limit, wanted->cursor);
  co_return page(found);
}

Task<Result<Answer>> post_group(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  groups::NewGroup group;
  group.parent = body->optional_id<GroupId>("parent_id");
  group.name = body->text("name", kMaxGroupName);
  group.type = body->one_of("type", kTypes);
  group.settings_json = body->optional_json("settings").value_or("{}");
  if (auto fault = body->fault()) co_return *fault;
  const auto made = co_await call.services.groups.create(call.actor, std::move(group));
  if (made) group_changed(call, made->id, "created");
  co_return one(made, 201);
}

Task<Result<Answer>> get_group(Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto group = co_await call.services.groups.get(call.actor, *id);
  co_return one(group);
}

Task<Result<Answer>> patch_group(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  groups::GroupChange change;
  change.name = body->optional_text("name", kMaxGroupName);
  change.type = body->optional_text("type", 20);
  change.settings_patch_json = body->optional_json("settings");
  if (auto fault = body->fault()) co_return *fault;
  co_return co_await change_group(call, std::move(change), "changed");
}

Task<Result<Answer>> delete_group(Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  RAPT_CO_TRY(co_await call.services.groups.archive(call.actor, *id));
  group_changed(call, *id, "archived");
  co_return no_content();
}

Task<Result<Answer>> post_group_move(Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto parent = body->nullable_id<GroupId>("parent_id");
  if (auto fault = body->fault()) co_return *fault;
  const auto moved = co_await call.services.groups.move(call.actor, *id, std::move(parent));
  if (moved) group_changed(call, *id, "moved");
  co_return one(moved);
}

Task<Result<Answer>> get_group_children(Call& call) {
  return list_below(call, true);
}
Task<Result<Answer>> get_group_descendants(Call& call) {
  return list_below(call, false);
}

Task<Result<Answer>> get_group_ancestors(Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto found = co_await call.services.groups.ancestors(call.actor, *id);
  if (!found) co_return found.error();
  co_return list_reply(all(*found), std::nullopt);
}

Task<Result<Answer>> get_group_settings(Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto group = co_await call.services.groups.resolved(call.actor, *id);
  if (!group) co_return group.error();
  co_return data_reply(stored_json(group->settings_json));
}

Task<Result<Answer>> get_group_theme(Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto group = co_await call.services.groups.resolved(call.actor, *id);
  if (!group) co_return group.error();
  co_return data_reply(stored_json(group->theme_json));
}

Task<Result<Answer>> patch_group_theme(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  groups::GroupChange change;
  change.theme_patch_json = body->json_text("theme");
  if (auto fault = body->fault()) co_return *fault;
  co_return co_await change_group(call, std::move(change), "theme changed");
}

Task<Result<Answer>> get_group_members(Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  const auto found = co_await call.services.groups.members(call.actor, *id, wanted->limit, wanted->cursor);
  if (!found) co_return found.error();
  co_return list_reply(all(found->items), found->next_cursor);
}

Task<Result<Answer>> post_group_member(Call& call) {
  auto member = new_member(call, kGroupRoles);
  if (!member) co_return member.error();
  co_return co_await put_member(call, std::move(*member), 201);
}

Task<Result<Answer>> patch_group_member(Call& call) {
  auto member = changed_member(call, "member of this group", kGroupRoles);
  if (!member) co_return member.error();
  co_return co_await put_member(call, std::move(*member), 200);
}

Task<Result<Answer>> delete_group_member(Call& call) {
  const auto id = path_id<GroupId>(call, "group");
  if (!id) co_return id.error();
  const auto user = path_id<UserId>(call, "member of this group", "user");
  if (!user) co_return user.error();
  RAPT_CO_TRY(co_await call.services.groups.remove_member(call.actor, *id, *user));
  group_changed(call, *id, "member removed");
  co_return no_content();
}

}  // namespace rapt::api
