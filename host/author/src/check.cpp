// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/check.hpp"

#include <rapt/abi.h>

#include <algorithm>

#include "checker.hpp"
#include "contexts.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/consent.hpp"
#include "rapt/sandbox/drafts.hpp"
#include "rapt/schema/example.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::author {

using hooks::Answer;
using hooks::Point;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kShutdown{1000};  // rapt/abi.h promises it

std::string in_ms(std::chrono::microseconds time) {
  return std::to_string(time.count() / 1000) + "." + std::to_string(time.count() / 100 % 10) + " ms";
}

/// The author's; or, where nothing was said and nothing is too little, an example that fits the module's schema.
std::string config_for(const Subject& subject, const std::string& config_json) {
  const auto& files = subject.bundle.files;
  const auto file = files.find(subject.bundle.manifest.config_schema_path);
  if (config_json != "{}" || file == files.end()) return config_json;
  const auto schema = schema::JsonSchema::compile(file->second.bytes);
  if (!schema || schema->validate(config_json)) return config_json;
  const auto example = schema::example_of(file->second.bytes);
  return example ? *example : config_json;
}

}  // namespace

std::string_view name(CheckResult::Kind kind) {
  switch (kind) {
    case CheckResult::Kind::kHolds:
      return "holds";
    case CheckResult::Kind::kBroken:
      return "broken";
    case CheckResult::Kind::kSkipped:
      break;
  }
  return "skipped";
}

std::size_t CheckReport::count(CheckResult::Kind kind) const {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [kind](const auto& one) { return one.kind == kind; }));
}

Result<CheckReport> check_module(const Subject& subject, const CheckOrder& order,
                                 const std::function<void(const CheckResult&)>& told) {
  auto with_config = order;
  with_config.config_json = config_for(subject, order.config_json);
  return Checker(subject, with_config, told).run();
}

bool is_answer(const Asked& asked) {
  const auto kind = asked.answer.kind;
  return kind != Answer::Kind::kDead && kind != Answer::Kind::kLate && kind != Answer::Kind::kLying &&
         kind != Answer::Kind::kNotRunning;
}

Result<Asked> ask_fresh(const Subject& subject, const Workbench::Settings& settings, Point point,
                        const hooks::Context& context, const std::string& config_json,
                        std::optional<std::size_t>* memory_kib) {
  for (int tries = 1;; ++tries) {
    auto bench = Workbench::open(subject, settings);
    if (!bench) return bench.error();
    auto asked = (*bench)->ask(point, context, config_json);
    if (memory_kib != nullptr) *memory_kib = (*bench)->memory_kib();
    if (asked.answer.kind != Answer::Kind::kLate || tries == kTries) return asked;
  }
}

void Checker::note(const std::string& promise, const std::string& hook, const std::function<Finding()>& trial) {
  const auto start = Steady::now();
  auto found = trial();
  for (int tries = 1; found.was_late && tries < kTries; ++tries) found = trial();
  CheckResult result{.kind = found.kind,
                     .promise = promise,
                     .hook = hook,
                     .detail = printable(found.detail, 1000),
                     .took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start),
                     .memory_kib = found.memory_kib};
  if (told_) told_(result);
  report_.results.push_back(std::move(result));
}

HookCase Checker::case_of(Point point) const {
  const auto own = order_.cases.find(point);
  if (own != order_.cases.end()) return own->second;
  return {.context = ordinary_context(point), .config_json = order_.config_json};
}

std::vector<Point> Checker::points() const {
  std::vector<Point> out;
  for (const auto& hook : subject_.bundle.manifest.hooks) {
    if (const auto point = hooks::parse_point(hook.point)) out.push_back(*point);
  }
  return out;
}

Result<void> Checker::check_configuration() {
  const auto bench = Workbench::open(subject_, order_.settings);
  if (!bench) return {};  // a finding of its own
  for (const auto point : points()) RAPT_TRY((*bench)->check_config(case_of(point).config_json));
  return (*bench)->check_config(order_.config_json);
}

Result<CheckReport> Checker::run() {
  RAPT_TRY(check_configuration());
  note("bundle", "", [this] {
    return Finding{Kind::kHolds, std::to_string(subject_.archive.size() >> 10U) +
                                     " KiB; papers and library are as a host wants them"};
  });
  note("permissions", "", [this] { return asks_for_what_there_is(); });
  note("drafts", "", [this] { return names_no_old_drafts(); });
  note("starts", "", [this] { return starts(); });
  if (report_.results.back().kind == Kind::kBroken) return std::move(report_);
  note("ends", "", [this] { return ends(); });
  for (const auto point : points()) check_hook(point);
  check_calls();
  check_older_hosts();
  return std::move(report_);
}

Checker::Finding Checker::asks_for_what_there_is() {
  const auto& asked = subject_.bundle.manifest.permissions;
  for (const auto& permission : asked) {
    if (!bundle::consent_to(permission).offered)
      return {Kind::kBroken,
              "it asks for \"" + permission.name + "\", which this host does not offer yet: no host installs it"};
  }
  return {Kind::kHolds, asked.empty() ? "it asks for none" : "a host offers what it asks for"};
}

/// Ids stand in a library as they are written.
Checker::Finding Checker::names_no_old_drafts() {
  const std::string_view bytes = subject_.bundle.library()->bytes;
  std::string found;
  for (const auto& one : sandbox::kReleasedDrafts) {
    if (bytes.find(one.draft) == std::string_view::npos) continue;
    found += (found.empty() ? "" : "; ") + std::string(one.draft) + ", " + sandbox::what_became_of(one);
  }
  if (found.empty()) return {Kind::kHolds, "it was built for none that hosts do not have any more"};
  return {Kind::kBroken, "it asks for drafts that no host has any more, and gets NULL: " + found};
}

Checker::Finding Checker::starts() {
  const auto bench = Workbench::open(subject_, order_.settings);
  if (!bench) return {Kind::kBroken, bench.error().message};
  return {Kind::kHolds, "loaded, initialized and tested itself in " + in_ms((*bench)->start_took()),
          (*bench)->memory_kib()};
}

Checker::Finding Checker::ends() {
  std::chrono::microseconds took{0};
  for (int tries = 0; tries < kTries; ++tries) {
    const auto bench = Workbench::open(subject_, order_.settings);
    if (!bench) return {Kind::kBroken, bench.error().message};
    took = (*bench)->close();
    if (took < kShutdown) return {Kind::kHolds, "in " + in_ms(took)};
  }
  return {Kind::kBroken, "shutdown does not return within a second; the host has to kill the process"};
}

void Checker::check_hook(Point point) {
  const std::string hook(hooks::name(point));
  note("answers", hook, [&] { return answers(point, order_.settings); });
  if (report_.results.back().kind == Kind::kBroken) return;
  const auto config = case_of(point).config_json;
  for (const auto& [what, context] : hostile_contexts(point))
    note(what, hook, [&, &asked = context] { return bears(point, asked, config); });
  note("random contexts", hook, [&] { return bears_random(point); });
  if (point == Point::kChatOnDelta) note("every cutting", hook, [&] { return cuts_do_not_matter(); });
  if (!subject_.bundle.manifest.extractions.empty())
    note("findings", hook, [&] { return findings_are_as_declared(point); });
  check_services(point);
  note("same answer", hook, [&] { return repeats_itself(point); });
  note("keeps its memory", hook, [&] { return keeps_memory(point); });
}

void Checker::check_older_hosts() {
  const auto& manifest = subject_.bundle.manifest;
  for (std::uint32_t minor = 0; minor < RAPT_ABI_MINOR; ++minor) {
    const auto host = "a host of ABI 1." + std::to_string(minor);
    const auto runner = order_.older_hosts.find(minor);
    for (const auto point : points()) {
      const std::string hook(hooks::name(point));
      if (minor < manifest.abi_minor) {
        note(host, hook, [&] {
          return Finding{Kind::kSkipped, "its manifest asks for ABI 1." + std::to_string(manifest.abi_minor)};
        });
      } else if (point == Point::kChatOnDelta && minor == 0) {
        note(host, hook, [] { return Finding{Kind::kSkipped, "such a host has no streams"}; });
      } else if (runner == order_.older_hosts.end()) {
        note(host, hook, [&] {
          return Finding{Kind::kSkipped, "there is no rapt-runner-1-" + std::to_string(minor) + " beside rapt-runner"};
        });
      } else {
        note(host, hook, [&] {
          return answers(point, {runner->second, order_.settings.services, order_.settings.world});
        });
      }
    }
  }
}

}  // namespace rapt::author
