// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/author/sdk.hpp"
#include "rapt/base/result.hpp"
#include "rapt/hooks/hook.hpp"

namespace rapt::author {

/// What a module can have beside hooks.
inline constexpr std::array<std::string_view, 8> kParts{"sql",     "routes", "panels", "jobs",
                                                        "exports", "http",   "events", "auth-provider"};

/// What a new module is to be.
struct NewModule {
  std::string name;
  std::string language;  ///< a folder of templates: "c", "cpp" or "rust"
  std::string publisher;
  std::vector<hooks::Point> points;  ///< each once; at least one, unless `with` has something
  std::filesystem::path folder;      ///< must not exist
  std::set<std::string> with{};      ///< of kParts
};

/// With what its parts bring: "sql", a table, a route and a panel about it; "routes", "panels", "jobs" and "exports"
/// the table.
NewModule completed(NewModule wanted);
/// Whether what it is tried out with needs --database.
bool needs_database(const NewModule& wanted);
/// The command that asks the new module first, in its folder; "" for a login provider alone.
std::string first_run(const NewModule& wanted);
/// Writes the folder of a module that builds, tests and packs, from the templates of the SDK; all of it or nothing. The
/// paths of its files, sorted. kInvalid for names that no host would take, kConflict when the folder exists.
Result<std::vector<std::filesystem::path>> create_module(const Sdk& sdk, const NewModule& wanted);

}  // namespace rapt::author
