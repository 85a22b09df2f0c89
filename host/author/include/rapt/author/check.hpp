// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/author/call_case.hpp"
#include "rapt/author/hook_case.hpp"
#include "rapt/author/workbench.hpp"

namespace rapt::author {

/// How a module is to be held to what the ABI asks of it.
struct CheckOrder {
  Workbench::Settings settings;
  std::map<std::uint32_t, std::filesystem::path> older_hosts{};  ///< runners of hosts of ABI 1.N, by N
  std::uint64_t seed = 1;                                        ///< of the contexts that are made at random
  std::size_t calls = 10'000;                                    ///< for growth of memory
  std::chrono::seconds patience{20};                             ///< then fewer calls have to do
  bool same_answer = false;                                      ///< answers that differ are a fault, not a remark
  std::map<hooks::Point, HookCase> cases{};                      ///< the author's own, instead of the kit's
  std::vector<CallCase> calls_to_ask{};                          ///< likewise, of routes, jobs, events, panels, exports
  std::string config_json = "{}";  ///< where a case has none; where it does not fit, an example that does
};

/// One promise, held or not. Each was tried in a process of its own.
struct CheckResult {
  enum class Kind { kHolds, kBroken, kSkipped } kind = Kind::kHolds;
  std::string promise;   ///< "answers", "huge texts", …
  std::string hook{};    ///< "" when it is about none
  std::string detail{};  ///< what was seen; of a broken one, what to do
  std::chrono::microseconds took{0};
  std::optional<std::size_t> memory_kib{};
};
std::string_view name(CheckResult::Kind kind);  ///< "holds", "broken", "skipped"

struct CheckReport {
  std::vector<CheckResult> results;
  [[nodiscard]] std::size_t count(CheckResult::Kind kind) const;
};

/// Tries everything, one after the other, and tells each result as it comes. The same seed asks the same questions.
/// kInvalid when the configuration does not fit the module's schema: then nothing can be asked.
Result<CheckReport> check_module(const Subject& subject, const CheckOrder& order,
                                 const std::function<void(const CheckResult&)>& told);

}  // namespace rapt::author
