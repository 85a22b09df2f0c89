// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/classes/types.hpp"
#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"

/// The statements of classes, class_members and class_join_codes.
namespace rapt::classes {

Result<Class> load(store::Transaction& tx, const ClassId& id, bool lock);
/// Path of a group that is not archived; kNotFound.
Result<std::string> group_path(store::Transaction& tx, const GroupId& id);
Result<ClassPage> list_in_scope(store::Transaction& tx, const identity::Scope& scope, const GroupId& group, int limit,
                                const std::string& cursor);
Result<void> insert(store::Transaction& tx, const ClassId& id, const GroupId& group, const std::string& name,
                    TimePoint now);
Result<void> write_name(store::Transaction& tx, const ClassId& id, const std::string& name);
Result<void> set_archived(store::Transaction& tx, const ClassId& id, TimePoint now);

Result<MemberPage> list_members(store::Transaction& tx, const ClassId& id, int limit, const std::string& cursor);
Result<std::optional<Member>> find_member(store::Transaction& tx, const ClassId& id, const UserId& user);
/// Whether the user is a member of a group, or of a class of a group, in the tree whose top is `root`.
Result<bool> belongs_to_tree(store::Transaction& tx, const std::string& root, const UserId& user);
Result<void> put_member_row(store::Transaction& tx, const ClassId& id, const UserId& user, Role role);
Result<void> delete_member(store::Transaction& tx, const ClassId& id, const UserId& user);
Result<std::int64_t> count_teachers(store::Transaction& tx, const ClassId& id);

Result<std::vector<JoinCode>> list_codes(store::Transaction& tx, const ClassId& id, TimePoint now);
Result<void> insert_code(store::Transaction& tx, const JoinCode& code, const UserId& creator);
Result<bool> revoke(store::Transaction& tx, const ClassId& id, const JoinCodeId& code, TimePoint now);
/// The code, locked, if it can be used now.
Result<std::optional<JoinCode>> usable_code(store::Transaction& tx, const std::string& code, TimePoint now);
Result<void> count_use(store::Transaction& tx, const JoinCodeId& code);

}  // namespace rapt::classes
