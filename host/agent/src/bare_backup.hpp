// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bare_home.hpp"
#include "bare_tools.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/store/database.hpp"

namespace rapt::agent {

/// Copies of the database as files, by PostgreSQL's own programs. Everything blocks.
///
/// Tables of modules belong to roles of their own, which the host's account is no member of; for as long as a copy is
/// made or brought back it is one.
class Backups {
 public:
  Backups(const Home& home, std::string database_url, const Tools& tools, StepObserver* observer);
  ~Backups();
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;

  /// Bytes on the server's disk: more than a copy will have.
  [[nodiscard]] Result<std::uint64_t> database_bytes();
  /// The highest migration of the core that the database knows; 0 for a database without.
  [[nodiscard]] Result<int> migrations();
  /// That PostgreSQL's programs are here and new enough for the server. kConflict naming the package.
  [[nodiscard]] Result<void> check_programs();

  /// Makes a copy and reads it back; its name in backups/: TIME-VERSION.dump. It is there whole or not at all.
  [[nodiscard]] Result<std::string> make(const std::string& version, TimePoint now);
  /// Brings the database to what the copy holds, in one transaction: what came since is gone. Nobody else may use the
  /// database meanwhile.
  [[nodiscard]] Result<void> restore(const std::string& name);
  /// The newest copy of that version's time; kNotFound.
  [[nodiscard]] Result<std::string> newest_of(const std::string& version) const;
  /// Removes all but the newest so many, and but `needed`.
  [[nodiscard]] Result<void> prune(int keep, const std::string& needed) const;
  /// Ends the membership in modules' roles that a kill may have left.
  [[nodiscard]] Result<void> leave_modules();

 private:
  [[nodiscard]] Result<void> join_modules();
  [[nodiscard]] Result<void> check_version(const std::string& program, int server_major) const;
  [[nodiscard]] Result<std::string> contents(const std::filesystem::path& dump) const;
  [[nodiscard]] Result<void> write_copy(const std::filesystem::path& part);
  [[nodiscard]] Result<void> bring_back(const std::filesystem::path& dump, const std::filesystem::path& folder);
  [[nodiscard]] std::vector<std::string> names() const;

  const Home& home_;
  const std::string url_;
  const Tools& tools_;
  StepObserver* observer_;
  std::unique_ptr<store::Database> database_;
  std::vector<std::string> joined_;  ///< also roles whose schema has gone since
};

}  // namespace rapt::agent
