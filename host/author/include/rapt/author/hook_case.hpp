// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/hooks/hook.hpp"

namespace rapt::author {

/// The most that a file with a context may hold, in bytes: what the host can hand to a module at once.
inline constexpr std::size_t kMaxCaseBytes = std::size_t{4} << 20;

/// What a hook is to be asked about.
struct HookCase {
  hooks::Context context;
  std::string config_json = "{}";
  std::optional<std::chrono::milliseconds> deadline{};  ///< narrows the manifest's time limit
};

/// Reads the JSON object that sdk/include/rapt/context.h documents for rapt_context_1.json; what a module has printed
/// of a context can be asked about again. Every member may be missing. `now_ms` is taken and not used: the host says
/// what time it is. At chat:on_delta, "current" is the whole answer, which is cut as the manifest asks; with "stream"
/// it is that one window. kInvalid with every fault at once, each with its path.
Result<HookCase> read_hook_case(std::string_view json, hooks::Point point);

/// Checks that it is a JSON object, and gives it back as it is. For a configuration in a file of its own.
Result<std::string> read_config(std::string_view json);

}  // namespace rapt::author
