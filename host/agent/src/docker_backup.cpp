// SPDX-License-Identifier: AGPL-3.0-or-later
#include <chrono>
#include <memory>
#include <utility>

#include "bare_backup.hpp"
#include "rapt/agent/docker.hpp"
#include "rapt/base/file.hpp"
#include "rapt/runtime/blocking_pool.hpp"

namespace rapt::agent {

namespace {

/// The copies, and the thread that makes them.
struct Copier {
  Copier(std::filesystem::path root, std::string database_url)
      : folder(std::move(root)),
        home(folder, nullptr),
        tools(nullptr, [] { return true; }),
        backups(home, std::move(database_url), tools, nullptr) {}

  Result<void> copy(const std::string& version, int keep) {
    std::error_code fault;
    std::filesystem::create_directories(home.backups(), fault);
    if (!fault) std::filesystem::permissions(home.backups(), std::filesystem::perms::owner_all, fault);
    if (fault) return disk_error(home.backups(), "make", fault.value());
    RAPT_TRY(backups.check_programs());
    const auto now = std::chrono::time_point_cast<TimePoint::duration>(std::chrono::system_clock::now());
    auto name = backups.make(version, now);
    if (!name) return name.error();
    return backups.prune(keep, *name);
  }

  const std::filesystem::path folder;
  const Home home;
  const Tools tools;
  Backups backups;
  runtime::BlockingPool pool{{"docker-backup", 1, 4}};
};

Task<Result<void>> copy_on_thread(std::shared_ptr<Copier> copier, std::string version, int keep) {
  auto work = [copier, version = std::move(version), keep] { return copier->copy(version, keep); };
  co_return co_await copier->pool.run(std::move(work));
}

}  // namespace

std::function<Task<Result<void>>(std::string version)> backup_into(std::filesystem::path folder,
                                                                   std::string database_url, int keep) {
  auto copier = std::make_shared<Copier>(std::move(folder), std::move(database_url));
  return [copier, keep](std::string version) { return copy_on_thread(copier, std::move(version), keep); };
}

}  // namespace rapt::agent
