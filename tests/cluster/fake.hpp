// SPDX-License-Identifier: AGPL-3.0-or-later
// A server of these tests in a process of its own, and the ways to run a strategy against it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/agent/strategy.hpp"
#include "rapt/base/file.hpp"

namespace rapt::agent::testing {

/// `node SCRIPT FOLDER`, which is told commands and ends with this.
class Fake {
 public:
  explicit Fake(const std::string& script);
  ~Fake();
  Fake(const Fake&) = delete;
  Fake& operator=(const Fake&) = delete;
  /// Its answer. Throws when it has none, or says that the command failed.
  nlohmann::json tell(const std::string& command, nlohmann::json arguments = nlohmann::json::object());
  [[nodiscard]] std::string url() const { return url_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::string line();
  std::filesystem::path folder_;
  UniqueFd to_, from_;
  pid_t process_ = -1;
  std::string buffer_, url_;
};

/// Keeps what it is told.
class Notes final : public Progress {
 public:
  Task<void> at(Phase phase, std::string detail) override;
  std::vector<Phase> phases;  ///< without repetitions
  std::string last;
};

/// Runs the work until it ends (true) or a request of it hangs in the fake; then the loop it runs on is no more, and
/// with it the work, wherever it was.
bool run_or_kill(Fake& fake, const std::function<Task<void>()>& work);

/// Whether `said` holds within a minute.
bool comes_true(const std::function<bool()>& said);

}  // namespace rapt::agent::testing
