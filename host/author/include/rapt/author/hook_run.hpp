// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/author/hook_case.hpp"
#include "rapt/author/workbench.hpp"

namespace rapt::author {

/// What `rapt run` tells: one hook of one module, asked once, in its sandbox.
struct HookRun {
  hooks::Point point{};
  Asked asked{};                   ///< but for a whole stream
  std::optional<Passed> passed{};  ///< chat:on_delta without "stream": the whole answer
  std::string fault{};             ///< a sentence, when a host would take it for a failure
  std::vector<host::ModuleLine> lines{};
  std::vector<host::MetricStatus> figures{};
  std::chrono::microseconds start_took{0};
  std::optional<std::size_t> memory_kib{};  ///< nullopt when the process has ended
};

/// Asks the module about the case. kInvalid when the manifest does not declare the hook, or the configuration does not
/// fit its schema; otherwise as Workbench::open().
Result<HookRun> run_hook(const Subject& subject, const Workbench::Settings& settings, hooks::Point point,
                         const HookCase& what);

/// An answer in pieces as a gateway may send it: word by word.
std::vector<std::string> words_of(std::string_view text);

}  // namespace rapt::author
