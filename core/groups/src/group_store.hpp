// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>

#include "rapt/groups/types.hpp"
#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"

/// The statements of groups and group_members.
namespace rapt::groups {

/// The group if it is there and `scope` covers it; locked until the transaction ends when `lock` is set. kNotFound.
Result<Group> load(store::Transaction& tx, const GroupId& id, bool lock);
Result<GroupPage> list_in_scope(store::Transaction& tx, const identity::Scope& scope, int limit,
                                const std::string& after_path);
/// Groups directly below `of`, those that `scope` covers; kNotFound when it does not cover `of`. One statement.
Task<Result<GroupPage>> list_children(store::Database& database, GroupId of, identity::Scope scope, int limit,
                                      std::string after_path);
/// Groups below `of`, those that `scope` covers.
Result<GroupPage> list_descendants(store::Transaction& tx, const Group& of, const identity::Scope& scope, int limit,
                                   const std::string& after_path);
Result<std::vector<Group>> list_above(store::Transaction& tx, const Group& of);
Result<Group> insert(store::Transaction& tx, const GroupId& id, const NewGroup& group, TimePoint now);
Result<Group> write(store::Transaction& tx, const Group& group);
Result<Group> set_parent(store::Transaction& tx, const GroupId& id, const GroupId& parent);
Result<void> set_archived(store::Transaction& tx, const GroupId& id, TimePoint now);
/// Groups and classes that stand directly below.
Result<std::int64_t> count_below(store::Transaction& tx, const GroupId& id);
/// Levels of the tree below the group, the group itself included.
Result<int> height(store::Transaction& tx, const Group& group);

Result<MemberPage> list_members(store::Transaction& tx, const GroupId& id, int limit, const std::string& cursor);
Result<std::optional<Member>> find_member(store::Transaction& tx, const GroupId& id, const UserId& user);
/// kNotFound when there is no such user.
Result<void> put_member_row(store::Transaction& tx, const GroupId& id, const UserId& user, identity::GroupRole role);
Result<bool> delete_member(store::Transaction& tx, const GroupId& id, const UserId& user);
/// Takes a lock, so that two who leave at once do not both see the other one.
Result<std::int64_t> count_system_admins(store::Transaction& tx);

}  // namespace rapt::groups
