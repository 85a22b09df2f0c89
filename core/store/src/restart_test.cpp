// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "rapt/base/ids.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"

namespace rapt::store {
namespace {

namespace fs = std::filesystem;

std::string postgres_programs() {
  const char* given = std::getenv("TEST_PG_BINDIR");
  return given != nullptr && *given != '\0' ? given : "/usr/lib/postgresql/15/bin";
}

/// A cluster of the test's own, on a socket; as the user postgres when the test runs as root, which PostgreSQL refuses.
class OwnCluster {
 public:
  OwnCluster() {
    fs::create_directories(directory_);
    if (::geteuid() == 0) shell("chown postgres '" + directory_.string() + "'");
    run("initdb", "-A trust -U postgres -N");
  }
  ~OwnCluster() {
    if (running_) stop();
    fs::remove_all(directory_);
  }
  void start() {
    run("pg_ctl", "-w -o \"-c listen_addresses='' -c fsync=off -k " + directory_.string() + "\" -l " +
                      (directory_ / "log").string() + " start");
    running_ = true;
  }
  void stop() {
    run("pg_ctl", "-w -m fast stop");
    running_ = false;
  }
  [[nodiscard]] Database::Options options() const {
    return {.url = "host=" + directory_.string() + " user=postgres dbname=postgres",
            .connections = 2,
            .connect_timeout_seconds = 60};
  }

 private:
  static void shell(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }
  void run(const std::string& program, const std::string& words) const {
    const std::string as = ::geteuid() == 0 ? "runuser -u postgres -- " : "";
    shell("cd / && " + as + postgres_programs() + "/" + program + " -D " + (directory_ / "data").string() + " " +
          words + " >/dev/null");
  }
  const fs::path directory_ = fs::temp_directory_path() / ("rapt-pg-" + new_uuid());
  bool running_ = false;
};

TEST(DatabaseRestart, AnswersUnavailableWhileTheServerIsAwayAndServesOnceItIsBack) {
  OwnCluster cluster;
  cluster.start();
  Database database(cluster.options());
  const auto ask = [&] { return runtime::run_blocking(database.query({"one", "SELECT 1 AS n"})); };
  const auto work = [](Transaction& tx) -> Result<std::int64_t> {
    auto rows = tx.exec({"two", "SELECT 2 AS n"});
    if (!rows) return rows.error();
    return (*rows)[0].integer("n");
  };
  ASSERT_TRUE(ask());
  cluster.stop();
  EXPECT_EQ(ask().error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(runtime::run_blocking(database.transaction(work)).error().kind, ErrorKind::kUnavailable);
  cluster.start();
  EXPECT_TRUE(ask());
  EXPECT_EQ(*runtime::run_blocking(database.transaction(work)), 2);
  cluster.stop();
  cluster.start();
  EXPECT_EQ(*runtime::run_blocking(database.transaction(work)), 2);
}

}  // namespace
}  // namespace rapt::store
