// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "import_rows.hpp"
#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"
#include "rapt/users/types.hpp"

/// The statements of imports. Those about many rows do all of them at once.
namespace rapt::users {

inline constexpr std::size_t kPartBytes = 256u * 1024;

/// An import and the place in its file where the next batch begins.
struct ImportState {
  Import import;
  bool by_machine = false;
  std::int64_t position = 0, next_line = 1;
};

Result<void> insert_import(store::Transaction& tx, const ImportState& state);
Result<void> insert_part(store::Transaction& tx, const ImportId& id, std::int64_t part, std::string_view bytes);
/// Those that the actor may see: the own ones, or all. kNotFound.
Result<Import> load_import(store::Transaction& tx, const ImportId& id, const identity::Actor& actor);
Result<ImportPage> list_imports(store::Transaction& tx, const identity::Actor& actor, int limit,
                                const std::string& cursor);
Result<ImportLinePage> list_lines(store::Transaction& tx, const ImportId& id, const std::string& outcome, int limit,
                                  std::int64_t after);

/// Locked until the transaction ends: one worker alone does a batch. kNotFound.
Result<ImportState> lock_import(store::Transaction& tx, const ImportId& id);
/// Until the transaction ends, rows are looked up by their keys. That is right for a thousand of them whatever the
/// tables hold, and a plan that was made while these were small may be kept for long.
Result<void> plan_by_index(store::Transaction& tx);
/// The bytes of one part, behind `skip` of them; empty behind the last one.
Result<std::string> load_part(store::Transaction& tx, const ImportId& id, std::int64_t part, std::size_t skip);
Result<void> save_progress(store::Transaction& tx, const ImportState& state);
Result<void> end_import(store::Transaction& tx, const ImportId& id, const std::string& state, const std::string& error,
                        TimePoint now);

/// The account that has the address of a row already, and what the person who imports may do to it.
struct Present {
  UserId id;
  std::string name, status;
  std::optional<std::string> given_name, family_name;
  bool reached = false, wholly_reached = false, system_admin = false;
  std::map<std::string, std::string> roles;  ///< by group
};
/// By lower-case address.
Result<std::map<std::string, Present>> find_present(store::Transaction& tx, const std::vector<std::string>& emails,
                                                    const identity::Scope& scope);
/// Of these addresses those that an earlier line of the file has had, and which.
Result<std::map<std::string, std::int64_t>> find_earlier(store::Transaction& tx, const ImportId& id,
                                                         const std::vector<std::string>& emails);
/// The lower-case forms, in order, as the database's index of addresses sees them.
Result<std::vector<std::string>> lower_all(store::Transaction& tx, const std::vector<std::string>& emails);

struct FoundGroup {
  std::string id, path;
};
using FoundGroups = std::map<std::string, std::vector<FoundGroup>>;  ///< by what is written in the file
/// The groups with these ids, or at these paths of names.
Result<FoundGroups> find_groups(store::Transaction& tx, const std::set<std::string>& wanted);

Result<void> insert_users(store::Transaction& tx, const std::vector<Planned>& plans, TimePoint now);
Result<void> update_users(store::Transaction& tx, const std::vector<Planned>& plans);
Result<void> put_memberships(store::Transaction& tx, const std::vector<Planned>& plans);
Result<void> insert_lines(store::Transaction& tx, const ImportId& id, const std::vector<Planned>& plans, bool dry_run);

}  // namespace rapt::users
