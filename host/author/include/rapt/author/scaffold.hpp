// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
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
  std::vector<hooks::Point> points;  ///< at least one, each once
  std::filesystem::path folder;      ///< must not exist
};

/// Writes the folder of a module that builds, tests and packs, from the templates of the SDK; all of it or nothing. The
/// paths of its files, sorted. kInvalid for names that no host would take, kConflict when the folder exists.
Result<std::vector<std::filesystem::path>> create_module(const Sdk& sdk, const NewModule& wanted);

}  // namespace rapt::author
