// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/author/sdk.hpp"
#include "rapt/base/result.hpp"

namespace rapt::author {

/// How a variable of the environment is looked up.
using Environment = std::function<std::optional<std::string>(std::string_view)>;

struct BuildOrder {
  std::filesystem::path source;  ///< holds manifest.json and CMakeLists.txt
  std::filesystem::path out{};   ///< otherwise `source`/build
  Sdk sdk;
  bool tests = false;  ///< builds and runs the module's own tests, too
};

struct Built {
  std::string name, version;
  std::filesystem::path stage;  ///< what `rapt pack` takes
  bool tested = false;          ///< it has tests, and they passed
  std::chrono::milliseconds took{0};
};

/// True for a folder with the sources of a module, as opposed to a staged one.
bool is_source_folder(const std::filesystem::path& folder);

/// Configures when needed, builds, stages. kUnavailable when a tool is missing, with the package that brings it;
/// kInvalid with the compiler's words when the sources are at fault; nothing is thrown away that was staged before
/// then.
Result<Built> build_module(const BuildOrder& order, const Environment& environment);

}  // namespace rapt::author
