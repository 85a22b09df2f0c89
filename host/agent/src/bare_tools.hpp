// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rapt/agent/bare.hpp"
#include "rapt/base/result.hpp"

namespace rapt::agent {

/// Starts other programs: PostgreSQL's own, and those of releases. They end when this process does. Blocks.
class Tools {
 public:
  /// `alive`: false from it ends what runs.
  Tools(StepObserver* observer, std::function<bool()> alive) : observer_(observer), alive_(std::move(alive)) {}

  struct Run {
    std::string what;  ///< for errors: "The backup of the database"
    std::vector<std::string> words;
    std::vector<std::string> environment;
    std::chrono::seconds time{std::chrono::hours(12)};
  };
  /// What it printed. kUnavailable with its last words when it does not end well.
  [[nodiscard]] Result<std::string> run(const Run& run) const;

 private:
  StepObserver* observer_;
  std::function<bool()> alive_;
};

/// This process's environment, with those in place of their like ("NAME=value").
std::vector<std::string> environment_with(const std::vector<std::string>& set);
/// The address taken apart into PGHOST, PGPASSWORD and the like, as libpq reads it, so that no argument holds a
/// password. kInvalid for one that libpq does not read; it is not repeated.
Result<std::vector<std::string>> postgres_environment(const std::string& url);
/// Where PATH has the program; kNotFound.
Result<std::string> find_program(std::string_view name);

}  // namespace rapt::agent
