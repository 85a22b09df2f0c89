// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/jobs/worker.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/users/types.hpp"

namespace rapt::accounts {
class AccountService;
}
namespace rapt::store {
class Database;
}

namespace rapt::users {

/// The kind of the jobs that import users.
inline constexpr const char* kImportJob = "users.import";

/// Imports of users from CSV: ordered here, done by a job. Seen by who ordered them and by system administrators;
/// for others they do not exist (kNotFound). Thread-safe.
class ImportService {
 public:
  /// What it is given must outlive the service.
  ImportService(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// Keeps the file and orders the job. kInvalid with line and column when the file as a whole cannot be read.
  Task<Result<Import>> order(identity::Actor actor, NewImport wanted);
  Task<Result<Import>> get(identity::Actor actor, ImportId id);
  /// Newest first; `limit` 1 to 100, `cursor` is next_cursor of the page before, or empty.
  Task<Result<ImportPage>> list(identity::Actor actor, int limit, std::string cursor);
  /// By number; `outcome` narrows them unless it is empty.
  Task<Result<ImportLinePage>> lines(identity::Actor actor, ImportId id, std::string outcome, int limit,
                                     std::string cursor);

 private:
  store::Database& database_;
  const Clock& clock_;
};

/// Does the next thousand lines of an import at most; true when nothing is left. Others may do the same at the same
/// time: each batch is done once.
Task<Result<bool>> run_import_batch(store::Database& database, const Clock& clock,
                                    const accounts::AccountService& accounts, ImportId id);
/// Does all that is left of an import.
Task<Result<void>> run_import(store::Database& database, const Clock& clock, const accounts::AccountService& accounts,
                              ImportId id);

/// The handler of kImportJob. All of it must outlive the worker.
jobs::Handler import_handler(store::Database& database, const Clock& clock, const accounts::AccountService& accounts);

}  // namespace rapt::users
