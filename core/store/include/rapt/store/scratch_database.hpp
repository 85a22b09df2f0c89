// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "rapt/base/ids.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"
#include "rapt/store/migrations.hpp"

namespace rapt::store {

/// A database of its own on the server that TEST_DATABASE_URL names, dropped at the end: for the unit tests of every
/// room that stores something. Throws std::runtime_error with the remedy when there is no such server.
class ScratchDatabase {
 public:
  ScratchDatabase() : name_("rapt_test_" + new_uuid().substr(24)), url_(server_url()) {
    run("CREATE DATABASE " + name_);
    database_ = std::make_unique<Database>(options());
  }
  ~ScratchDatabase() {
    database_.reset();
    try {
      run("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::runtime_error&) {
      // The server has gone; its data go with it.
    }
  }
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;

  /// With the core's tables.
  static std::unique_ptr<ScratchDatabase> migrated() {
    auto scratch = std::make_unique<ScratchDatabase>();
    const auto done = migrate(**scratch, migrations());
    if (!done) throw std::runtime_error(done.error().message + " " + done.error().log_detail);
    return scratch;
  }
  /// The folder of the core's migrations: below RAPT_MIGRATIONS_DIR, as ./rapt test sets it, else of this source tree.
  static std::filesystem::path migrations() {
    const char* set = std::getenv("RAPT_MIGRATIONS_DIR");
    if (set != nullptr && *set != '\0') return std::filesystem::path(set) / "core";
    // A compiler cache may have made this relative to the build folder.
    return std::filesystem::path(__FILE__).parent_path() / "../../../../../migrations/core";
  }
  [[nodiscard]] Database::Options options() const {
    const bool uri = url_.starts_with("postgres://") || url_.starts_with("postgresql://");
    const std::string separator = !uri ? " " : url_.find('?') == std::string::npos ? "?" : "&";
    return {.url = url_ + separator + "dbname=" + name_, .connections = 4};
  }
  Database& operator*() { return *database_; }

  /// Several statements without parameters; throws when one fails.
  void script(const std::string& sql) {
    const auto done = database_->transaction_blocking([&sql](Transaction& tx) { return tx.exec_script(sql); });
    if (!done) throw std::runtime_error(done.error().message + " " + done.error().log_detail);
  }

 private:
  static std::string server_url() {
    const char* url = std::getenv("TEST_DATABASE_URL");
    if (url != nullptr && *url != '\0') return url;
    throw std::runtime_error(
        "Set TEST_DATABASE_URL to a PostgreSQL 15 server on which this user may create databases, for example "
        "postgresql:///postgres?host=/run/postgresql. ./rapt test starts one by itself.");
  }
  void run(const std::string& sql) const {
    Database server({.url = url_, .connections = 1});
    const auto done = runtime::run_blocking(server.query({"scratch", sql.c_str()}));
    if (!done) throw std::runtime_error(done.error().message + " " + done.error().log_detail);
  }

  const std::string name_;
  const std::string url_;
  std::unique_ptr<Database> database_;
};

}  // namespace rapt::store
