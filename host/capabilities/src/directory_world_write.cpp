// SPDX-License-Identifier: AGPL-3.0-or-later
#include "directory_world.hpp"
#include "rapt/accounts/account_service.hpp"

namespace rapt::host {
namespace {

using store::params;

// A parent stands before what is below it, and the trigger that places a group sees the rows before its own.
constexpr store::Statement kInsertGroups{"directory.insert_groups", R"(
  INSERT INTO groups (id, parent_id, name, type, created_at, updated_at)
  SELECT n.id, nullif(n.parent, '')::uuid, n.name, n.type::group_type, $5::timestamptz, $5::timestamptz
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS n (id, parent, name, type, place)
   ORDER BY n.place)"};
constexpr store::Statement kUpdateGroups{"directory.update_groups", R"(
  UPDATE groups g SET name = w.name, type = w.type::group_type
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS w (id, name, type) WHERE g.id = w.id)"};
constexpr store::Statement kInsertClasses{"directory.insert_classes", R"(
  INSERT INTO classes (id, group_id, name, created_at, updated_at)
  SELECT n.id, n.group_id, n.name, $4::timestamptz, $4::timestamptz
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS n (id, group_id, name))"};
constexpr store::Statement kUpdateClasses{"directory.update_classes", R"(
  UPDATE classes c SET name = w.name, deleted_at = CASE WHEN w.archived THEN $4::timestamptz END
    FROM unnest($1::uuid[], $2::text[], $3::boolean[]) AS w (id, name, archived) WHERE c.id = w.id)"};
// As those whom an administrator makes: without a password, the address taken as proven.
constexpr store::Statement kInsertUsers{"directory.insert_users", R"(
  INSERT INTO users (id, email, name, given_name, family_name, status, email_verified_at, created_at, updated_at)
  SELECT n.id, n.email, n.name, nullif(n.given, ''), nullif(n.family, ''), n.status::user_status, $7::timestamptz,
         $7::timestamptz, $7::timestamptz
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
      AS n (id, email, name, given, family, status))"};
// Who may not come back is logged out; links that were mailed to an address that is no longer the person's are void.
constexpr store::Statement kUpdateUsers{"directory.update_users", R"(
  WITH wanted AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                    AS w (id, email, name, given, family, status)),
  changed AS (SELECT w.id FROM wanted w JOIN users u ON u.id = w.id
               WHERE w.status <> u.status::text OR w.email <> u.email),
  ended AS (DELETE FROM auth_sessions s USING wanted w WHERE s.user_id = w.id AND w.status = 'inactive'),
  resets AS (DELETE FROM password_resets r USING changed c WHERE r.user_id = c.id),
  proofs AS (DELETE FROM email_verifications v USING changed c WHERE v.user_id = c.id)
  UPDATE users u SET email = w.email, name = w.name, given_name = nullif(w.given, ''),
         family_name = nullif(w.family, ''), status = w.status::user_status,
         email_verified_at = CASE WHEN u.email <> w.email THEN $7::timestamptz ELSE u.email_verified_at END
    FROM wanted w WHERE u.id = w.id)"};
constexpr store::Statement kPutMembers{"directory.put_members", R"(
  INSERT INTO group_members (group_id, user_id, role)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::member_role[])
  ON CONFLICT (user_id, group_id) DO UPDATE SET role = excluded.role)"};
constexpr store::Statement kRemoveMembers{"directory.remove_members", R"(
  DELETE FROM group_members m USING unnest($1::uuid[], $2::uuid[]) AS w (group_id, user_id)
   WHERE m.group_id = w.group_id AND m.user_id = w.user_id)"};
constexpr store::Statement kEnroll{"directory.enroll", R"(
  INSERT INTO class_members (class_id, user_id, role)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::class_role[])
  ON CONFLICT (class_id, user_id) DO UPDATE SET role = excluded.role)"};
constexpr store::Statement kUnenroll{"directory.unenroll", R"(
  DELETE FROM class_members m USING unnest($1::uuid[], $2::uuid[]) AS w (class_id, user_id)
   WHERE m.class_id = w.class_id AND m.user_id = w.user_id)"};
constexpr store::Statement kForgetReference{"directory.forget", R"(
  DELETE FROM module_external_ids x USING unnest($3::text[], $4::text[]) AS w (kind, external_id)
   WHERE x.module = $1 AND x.source = $2 AND x.kind = w.kind AND x.external_id = w.external_id)"};
constexpr store::Statement kKnow{"directory.know", R"(
  INSERT INTO module_external_ids (module, source, external_id, user_id, group_id, class_id, made, created_at)
  SELECT $1, $2, w.external_id, CASE w.kind WHEN 'user' THEN w.id END, CASE w.kind WHEN 'group' THEN w.id END,
         CASE w.kind WHEN 'class' THEN w.id END, w.made, $7::timestamptz
    FROM unnest($3::text[], $4::text[], $5::uuid[], $6::boolean[]) AS w (kind, external_id, id, made))"};

/// The columns of a statement that does many rows at once.
struct Columns {
  std::vector<std::vector<std::string>> columns;

  void add(std::vector<std::string> row) {
    columns.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) columns[i].push_back(std::move(row[i]));
  }
  /// Nothing for no rows.
  Result<void> run(store::Transaction& tx, const store::Statement& statement, std::optional<TimePoint> at = {},
                   store::Params values = {}) const {
    if (columns.empty()) return {};
    for (const auto& column : columns) values.add_array(column);
    if (at) values.add(*at);
    const auto rows = tx.exec(statement, values);
    if (!rows) return rows.error();
    return {};
  }
};

std::string text_of_bool(bool value) {
  return value ? "true" : "false";
}

Result<void> write_places(store::Transaction& tx, const DirectoryWriter& writer, const DirectoryWorld& world) {
  Columns made, changed, made_classes, changed_classes;
  for (const auto& id : world.new_groups) {
    const auto& group = world.groups.at(id);
    made.add({id, group.parent, group.name, group.type});
  }
  for (const auto& [id, group] : world.groups) {
    if (group.change == Change::kUpdate) changed.add({id, group.name, group.type});
  }
  for (const auto& [id, one] : world.classes) {
    if (one.change == Change::kNew) made_classes.add({id, one.group, one.name});
    // One that is made and archived in the same batch is made first.
    if (one.change == Change::kUpdate || one.archived) changed_classes.add({id, one.name, text_of_bool(one.archived)});
  }
  RAPT_TRY(made.run(tx, kInsertGroups, writer.now));
  RAPT_TRY(changed.run(tx, kUpdateGroups));
  RAPT_TRY(made_classes.run(tx, kInsertClasses, writer.now));
  return changed_classes.run(tx, kUpdateClasses, writer.now);
}

Result<void> write_users(store::Transaction& tx, const DirectoryWriter& writer, const DirectoryWorld& world,
                         const accounts::AccountService& accounts) {
  Columns made, changed;
  for (const auto& [id, user] : world.users) {
    if (user.change == Change::kNone) continue;
    (user.change == Change::kNew ? made : changed)
        .add({id, user.email, user.name, user.given_name, user.family_name, user.status});
    if (user.change == Change::kUpdate && !user.email_before.empty())
      RAPT_TRY(accounts.tell_address_changed(tx, {UserId::trusted(id), user.email_before, user.name}));
  }
  RAPT_TRY(changed.run(tx, kUpdateUsers, writer.now));
  return made.run(tx, kInsertUsers, writer.now);
}

Result<void> write_belongings(store::Transaction& tx,
                              const std::map<std::pair<std::string, std::string>, Belonging>& all,
                              const store::Statement& put, const store::Statement& remove) {
  Columns added, removed;
  for (const auto& [where, one] : all) {
    if (one.before == one.role) continue;
    if (one.role.empty()) {
      removed.add({where.first, where.second});
    } else {
      added.add({where.first, where.second, one.role});
    }
  }
  RAPT_TRY(removed.run(tx, remove));
  return added.run(tx, put);
}

Result<void> write_externals(store::Transaction& tx, const DirectoryWriter& writer, const DirectoryWorld& world) {
  Columns forgotten, known;
  for (const auto& [key, one] : world.externals) {
    if (!one.is_new) continue;
    const std::string kind = key.first == 'u' ? "user" : key.first == 'g' ? "group" : "class";
    forgotten.add({kind, key.second});  // it may have named what has been deleted since
    known.add({kind, key.second, one.id, text_of_bool(one.made)});
  }
  RAPT_TRY(forgotten.run(tx, kForgetReference, std::nullopt, params(writer.module, writer.source)));
  return known.run(tx, kKnow, writer.now, params(writer.module, writer.source));
}

}  // namespace

Result<void> write_world(store::Transaction& tx, const DirectoryWriter& writer, const DirectoryWorld& world,
                         const accounts::AccountService& accounts) {
  RAPT_TRY(write_places(tx, writer, world));
  RAPT_TRY(write_users(tx, writer, world, accounts));
  RAPT_TRY(write_belongings(tx, world.members, kPutMembers, kRemoveMembers));
  RAPT_TRY(write_belongings(tx, world.enrolled, kEnroll, kUnenroll));
  return write_externals(tx, writer, world);
}

}  // namespace rapt::host
