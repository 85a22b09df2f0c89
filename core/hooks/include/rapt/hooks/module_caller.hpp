// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "rapt/hooks/hook.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::hooks {

/// What an installed module declares for one hook point.
struct HookDeclaration {
  Point point{};
  int priority = 100;  ///< smaller runs first; equal ones in the order of the tool's list
  std::chrono::milliseconds time_limit{200};
  FailPolicy on_failure = FailPolicy::kOpen;
  bool asynchronous = false;  ///< asked by a job after the request has committed, never within it
  Window window{};            ///< chat:on_delta alone
  /// How many of the messages before the current one it is given, the last ones; absent: all.
  std::optional<std::size_t> history{};
};

/// The answer of one module to one hook. A closed sum; kDead, kLate, kLying and kNotRunning are the host's findings,
/// never an answer of the module. kNotRunning also says that the host did not ask: the module is being restarted or
/// busy with other calls, its circuit is open, or it is in quarantine.
struct Answer {
  enum class Kind {
    kContinue,
    kReplace,
    kBlock,
    kDefer,
    kError,
    kDead,
    kLate,
    kLying,
    kNotRunning
  } kind = Kind::kContinue;
  std::string
      text{};  ///< kReplace: the new content; kBlock: the reason for the reader; failures: the sentence for the admin
  std::vector<std::string> instructions{};
  std::vector<Extraction> extractions{};
  std::size_t held_bytes = 0;  ///< chat:on_delta: the end of the window that comes again with the next one
};

/// How education asks modules. The host implements it with sandboxed processes, tests in memory. Thread-safe.
class ModuleCaller {
 public:
  virtual ~ModuleCaller() = default;
  /// The declaration of an installed module for a point; nullopt when the module has no such hook. kNotFound when it is
  /// not installed.
  virtual Result<std::optional<HookDeclaration>> declaration(const std::string& module, Point point) const = 0;
  /// True when the module is installed, under its current version.
  virtual bool installed(const std::string& module) const = 0;
  /// Asks. Never fails: what goes wrong is a kind of answer. `context` must outlive the call.
  virtual Task<Answer> call(const std::string& module, Point point, const Context& context,
                            const std::string& config_json, std::chrono::milliseconds time_limit) = 0;
};

}  // namespace rapt::hooks
