// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "rapt/store/database.hpp"
#include "rapt/store/migrations.hpp"

namespace rapt::store {

/// A schema of its own in the test database, migrated, and dropped at the end: for the tests of every room.
class ScratchSchema {
 public:
  explicit ScratchSchema(const std::filesystem::path& migrations) : name_(unique_name()) {
    run("SELECT pg_advisory_xact_lock(7265707); CREATE EXTENSION IF NOT EXISTS ltree WITH SCHEMA public; "
        "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public; CREATE "
        "SCHEMA " +
        name_);
    Database database({.url = url(), .connections = 1});
    if (const auto migrated = migrate(database, migrations); !migrated) fail(migrated.error());
  }
  ~ScratchSchema() { run("DROP SCHEMA " + name_ + " CASCADE"); }
  ScratchSchema(const ScratchSchema&) = delete;
  ScratchSchema& operator=(const ScratchSchema&) = delete;

  /// A connection string whose search path is the schema.
  [[nodiscard]] std::string url() const {
    const auto base = base_url();
    if (base.find("://") == std::string::npos) return base + " options='-c search_path=" + name_ + ",public'";
    return base + (base.find('?') == std::string::npos ? '?' : '&') + "options=-csearch_path%3D" + name_ + "%2Cpublic";
  }

 private:
  static std::string base_url() {
    const char* url = std::getenv("TEST_DATABASE_URL");
    if (url == nullptr || *url == '\0') {
      throw std::runtime_error(
          "TEST_DATABASE_URL is not set: run the tests with ./rapt test, or set it to a PostgreSQL database of your "
          "own.");
    }
    return url;
  }
  static std::string unique_name() {
    auto id = new_uuid();
    id.erase(std::remove(id.begin(), id.end(), '-'), id.end());
    return "test_" + id;
  }
  static void run(const std::string& sql) {
    Database database({.url = base_url(), .connections = 1});
    const auto done = database.transaction_blocking([&](Transaction& tx) { return tx.exec_script(sql); });
    if (!done) fail(done.error());
  }
  [[noreturn]] static void fail(const Error& error) {
    throw std::runtime_error(error.message + " " + error.log_detail);
  }

  std::string name_;
};

}  // namespace rapt::store
