// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/author/subject.hpp"
#include "rapt/hooks/module_caller.hpp"
#include "rapt/host/supervisor.hpp"

namespace rapt::author {

class World;

/// One question and what came of it.
struct Asked {
  hooks::Answer answer;
  std::chrono::microseconds took{0};   ///< as the caller waited
  std::string window{};                ///< chat:on_delta: what it was asked about
  bool last = false;                   ///< chat:on_delta: it was the last window
  std::chrono::milliseconds limit{0};  ///< in force
};

/// What an answer became behind a module's chat:on_delta.
struct Passed {
  std::string text;          ///< what the reader sees
  std::string block_reason;  ///< when it was cut off
  std::string fault;         ///< a sentence, when a host would take one of the answers for a failure
  std::vector<Asked> windows;
};

/// One module in its real sandbox, with a fork server of its own and nothing behind it but `services`: the
/// supervisor of a host, on an event loop that runs while a function here does. One thread.
class Workbench {
 public:
  struct Settings {
    std::filesystem::path runner;           ///< rapt-runner, or the one of an older host
    host::ServiceHost* services = nullptr;  ///< whom it may ask; null: nobody. Outlives the workbench
    const World* world = nullptr;           ///< by whose names contexts say what they are about; likewise
  };
  /// Starts it and waits until it is ready, self-test included. The sentence why it never will be: kForbidden when it
  /// was refused, kUnavailable when it ended.
  static Result<std::unique_ptr<Workbench>> open(const Subject& subject, const Settings& settings);
  ~Workbench();
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;

  /// Against the schema of the module; kInvalid with paths.
  Result<void> check_config(const std::string& config_json) const;
  /// The manifest's time limit counts, or `limit` when that is shorter.
  Asked ask(hooks::Point point, const hooks::Context& context, const std::string& config_json,
            std::optional<std::chrono::milliseconds> limit = {});
  /// Feeds an answer to chat:on_delta as a host does, in these pieces. The words are `context.current`'s no matter what
  /// it holds.
  Passed pass(const std::vector<std::string>& pieces, const hooks::Context& context, const std::string& config_json,
              std::optional<std::chrono::milliseconds> limit = {});

  /// The declaration of a hook in force; nullopt without it.
  [[nodiscard]] std::optional<hooks::HookDeclaration> declaration(hooks::Point point) const;
  /// What it has logged since the last call.
  std::vector<host::ModuleLine> take_lines();
  /// How many findings a host has left out of its answers: not declared, or declared otherwise.
  [[nodiscard]] std::uint64_t findings_refused() const;
  /// What it has counted of itself, as an admin would see it.
  [[nodiscard]] std::vector<host::MetricStatus> figures() const;
  /// Memory that its process has for itself, in KiB; nullopt when the process is gone.
  [[nodiscard]] std::optional<std::size_t> memory_kib() const;
  /// A clause on how its process ended last ("it was killed (SIGKILL)"); "" when it has not.
  [[nodiscard]] std::string last_end() const;
  /// How long it took until it was ready.
  [[nodiscard]] std::chrono::microseconds start_took() const;
  /// Asks it to end in good order, and waits. How long that took.
  std::chrono::microseconds close();

 private:
  Workbench();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What an admin would see as "failed": a sentence. Empty when the module has decided.
std::string failure_of(const hooks::Answer& answer);
/// "continue", "replace", "block", "defer", "error", "dead", "late", "lying" or "not_running".
std::string_view name(hooks::Answer::Kind kind);

}  // namespace rapt::author
