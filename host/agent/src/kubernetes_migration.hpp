// SPDX-License-Identifier: AGPL-3.0-or-later
// The Job that migrates the database with the new image, before any deployment changes.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "kubernetes_api.hpp"

namespace rapt::agent::kubernetes {

/// "raptscallions-migrate-1-2-0".
std::string migration_name(const std::string& deployment, const std::string& version);

/// One container of the deployment's pod template, with the new image, whose entry point is `rapt`, and `migrate`:
/// without its labels, so that no service sends it requests, and without its neighbours, which would not end.
std::string migration_job(const nlohmann::json& deployment, const std::string& container, const std::string& image,
                          const std::string& version, std::chrono::seconds deadline);

class Migration {
 public:
  Migration(Api& api, std::string job) : api_(api), job_(std::move(job)) {}
  /// Runs it to its end. One of an earlier try makes room; one that still runs is waited for. An Error whose sentence
  /// tells the last lines of its log.
  Task<Result<void>> run(std::string object, std::string container, std::string image, Progress& progress);
  /// After a kill: waits for the end of one that runs, whatever comes of it. Nothing migrates any more afterwards.
  Task<Result<void>> settle(Progress& progress);

 private:
  Task<Result<void>> make(std::string object);
  Task<Result<void>> follow(std::string container, std::string image, Progress& progress);
  /// Why it cannot go on, "" when it may.
  Task<Result<std::string>> trouble(std::string container, std::string image);
  Task<Result<void>> failed(std::string why, std::string container);

  Api& api_;
  const std::string job_;
};

}  // namespace rapt::agent::kubernetes
