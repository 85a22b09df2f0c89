// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "rapt/host/capabilities.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"

namespace rapt::bundle {
struct Bundle;
}

namespace rapt::author {

/// Tables of a module that is tried out: a database of their own on somebody's server, with the role and schema that an
/// installation would make for a module that asks for sql. Nothing else on the server is touched, and all of it goes
/// with this object.
class ScratchTables {
 public:
  /// Makes database, role and schema, and applies the migrations of the bundle; `core`: before them those of this
  /// folder, or none when it is "". What an earlier run was killed over is dropped first. kConflict with what
  /// PostgreSQL said, kUnavailable.
  static Result<std::unique_ptr<ScratchTables>> make(const std::string& url, const bundle::Bundle& bundle,
                                                     const std::filesystem::path& core);
  ~ScratchTables();
  ScratchTables(const ScratchTables&) = delete;
  ScratchTables& operator=(const ScratchTables&) = delete;

  [[nodiscard]] host::Capability* sql() const { return sql_.get(); }  ///< nullptr when it does not ask for that
  [[nodiscard]] store::Database& database() const { return *database_; }
  [[nodiscard]] const std::string& name() const { return name_; }  ///< of the database
  /// Says what could not be dropped. Does nothing the second time.
  Result<void> drop();

 private:
  ScratchTables(std::string server, std::string name);
  Result<void> create(const bundle::Bundle& bundle, const std::filesystem::path& core);
  Result<void> create_schema(const bundle::Bundle& bundle);
  Result<void> drop_roles();

  const std::string server_, name_, url_;
  const security::SecretBox box_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<host::Capability> sql_;
  bool dropped_ = false;
};

}  // namespace rapt::author
