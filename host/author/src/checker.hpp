// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "awkward_host.hpp"
#include "rapt/author/check.hpp"

namespace rapt::author {

/// Tries the promises of one module, each in a process of its own.
class Checker {
 public:
  using Kind = CheckResult::Kind;
  /// What one trial found.
  struct Finding {
    Kind kind = Kind::kHolds;
    std::string detail{};
    std::optional<std::size_t> memory_kib{};
    bool was_late = false;  ///< an answer was, and that decided it: it is tried again
  };

  Checker(const Subject& subject, const CheckOrder& order, const std::function<void(const CheckResult&)>& told)
      : subject_(subject), order_(order), told_(told) {}
  Result<CheckReport> run();

 private:
  void note(const std::string& promise, const std::string& hook, const std::function<Finding()>& trial);
  [[nodiscard]] HookCase case_of(hooks::Point point) const;
  [[nodiscard]] std::vector<hooks::Point> points() const;
  Result<void> check_configuration();

  void check_life();
  Finding asks_for_what_there_is();
  Finding names_no_old_drafts();
  Finding starts();
  Finding ends();
  void check_hook(hooks::Point point);
  Finding answers(hooks::Point point, const Workbench::Settings& settings);
  Finding bears(hooks::Point point, const hooks::Context& context, const std::string& config_json);
  Finding bears_random(hooks::Point point);
  Finding keeps_memory(hooks::Point point);
  Finding repeats_itself(hooks::Point point);
  Finding findings_are_as_declared(hooks::Point point);
  Finding cuts_do_not_matter();
  void check_older_hosts();
  [[nodiscard]] bool asks_its_host() const;
  void check_services(hooks::Point point);
  void check_calls();
  [[nodiscard]] std::vector<CallCase> calls_to_try() const;
  Finding answers_call(const CallCase& what, const Workbench::Settings& settings, bool may_fail);
  [[nodiscard]] std::size_t most_body(const CallCase& what) const;
  Finding bears_random_calls(const CallCase& what);
  Finding keeps_memory_of(const CallCase& what);
  Finding bears_host(hooks::Point point, AwkwardHost::Way way);

  const Subject& subject_;
  const CheckOrder& order_;
  const std::function<void(const CheckResult&)>& told_;
  CheckReport report_;
};

inline constexpr int kTries = 3;  ///< of what may have come late because the machine was busy

/// Asks in a fresh process; one that came late is asked again in another, because a machine may have been busy.
Result<Asked> ask_fresh(const Subject& subject, const Workbench::Settings& settings, hooks::Point point,
                        const hooks::Context& context, const std::string& config_json,
                        std::optional<std::size_t>* memory_kib = nullptr);
/// At chat:on_delta a context needs a window to be about.
hooks::Context as_window(hooks::Context context, hooks::Point point, bool last = true);
/// Whether a host could use it: decided, or the honest "could not decide".
bool is_answer(const Asked& asked);

}  // namespace rapt::author
