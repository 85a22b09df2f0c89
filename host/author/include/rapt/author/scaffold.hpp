// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "rapt/author/sdk.hpp"
#include "rapt/base/result.hpp"
#include "rapt/hooks/hook.hpp"

namespace rapt::author {

/// What a new module is to be.
struct NewModule {
  std::string name;
  std::string language;  ///< a folder of templates: "c", "cpp" or "rust"
  std::string publisher;
  std::vector<hooks::Point> points;  ///< each once; at least one, unless `with` has what the host asks for
  std::filesystem::path folder;      ///< must not exist
  /// "sql"; "routes", "jobs" and "panels", which are about a table of its own and bring it; not in C. "http" and
  /// "auth-provider": in C++.
  std::set<std::string> with{};
};

/// Whether what it is tried out with needs --database.
bool needs_database(const NewModule& wanted);
/// The command that asks the new module first, in its folder; "" for a login provider alone.
std::string first_run(const NewModule& wanted);
/// Writes the folder of a module that builds, tests and packs, from the templates of the SDK; all of it or nothing. The
/// paths of its files, sorted. kInvalid for names that no host would take, kConflict when the folder exists.
Result<std::vector<std::filesystem::path>> create_module(const Sdk& sdk, const NewModule& wanted);

}  // namespace rapt::author
