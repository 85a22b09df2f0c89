// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt run: one hook of one module, in its sandbox, without a server.
#include <ostream>

#include <nlohmann/json.hpp>

#include "author_commands.hpp"
#include "author_show.hpp"
#include "author_subject.hpp"
#include "author_trial.hpp"
#include "rapt/author/call_case.hpp"
#include "rapt/author/hook_run.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"

namespace rapt::cli {
namespace {

using hooks::Answer;
using nlohmann::json;

Result<author::HookCase> read_case(const Arguments& arguments, hooks::Point point) {
  const auto file = arguments.value("context");
  const auto text = read_file(file, author::kMaxCaseBytes);
  if (!text) return text.error();
  auto what = author::read_hook_case(*text, point);
  if (!what) return in_file(file, what.error());
  if (!arguments.has("config")) return what;
  auto config = config_of_file(arguments.value("config"));
  if (!config) return config.error();
  what->config_json = std::move(*config);
  return what;
}

json answer_json(const author::Asked& asked) {
  const auto& answer = asked.answer;
  json out = {{"verdict", author::name(answer.kind)},
              {"time_ms", milliseconds(asked.took)},
              {"limit_ms", asked.limit.count()},
              {"instructions", answer.instructions},
              {"findings", json::array()}};
  for (const auto& finding : answer.extractions)
    out["findings"].push_back({{"type", finding.type}, {"data", json::parse(finding.data_json)}});
  if (answer.kind == Answer::Kind::kReplace) out["replacement"] = answer.text;
  if (answer.kind == Answer::Kind::kBlock) out["block_reason"] = answer.text;
  return out;
}

json window_json(const author::Asked& asked) {
  auto out = answer_json(asked);
  out.erase("instructions");
  out.update({{"window", asked.window}, {"last", asked.last}, {"held_bytes", asked.answer.held_bytes}});
  return out;
}

json json_of(const bundle::Manifest& manifest, const author::HookRun& run, const AuthorTale& tale) {
  json out = run.passed ? json{{"passed", run.passed->text}, {"windows", json::array()}} : answer_json(run.asked);
  if (run.passed) {
    for (const auto& window : run.passed->windows) out["windows"].push_back(window_json(window));
    if (!run.passed->block_reason.empty()) out["block_reason"] = run.passed->block_reason;
  } else if (run.point == hooks::Point::kChatOnDelta) {
    out["held_bytes"] = run.asked.answer.held_bytes;
  }
  out.update(tale_json(manifest, tale));
  out["hook"] = hooks::name(run.point);
  if (!run.fault.empty()) out["fault"] = run.fault;
  return out;
}

void show_answer(std::ostream& out, const author::Asked& asked) {
  const auto& answer = asked.answer;
  show_line(out, "verdict", std::string(author::name(answer.kind)));
  if (answer.kind == Answer::Kind::kReplace) show_line(out, "replacement", answer.text);
  if (answer.kind == Answer::Kind::kBlock) show_line(out, "reason", answer.text);
  for (const auto& instruction : answer.instructions) show_line(out, "instruction", instruction);
  for (const auto& finding : answer.extractions) show_line(out, "finding", finding.type + " " + finding.data_json);
  if (answer.held_bytes != 0) show_line(out, "held back", std::to_string(answer.held_bytes) + " bytes");
  show_line(out, "time", time_text(asked));
}

void show_stream(std::ostream& out, const author::Passed& passed) {
  Table table({"window", "verdict", "held back", "time", "text"});
  std::size_t number = 0;
  for (const auto& one : passed.windows) {
    table.add({std::to_string(++number) + (one.last ? " (last)" : ""), std::string(author::name(one.answer.kind)),
               std::to_string(one.answer.held_bytes), time_text(one), one.window});
  }
  table.print(out);
  for (const auto& one : passed.windows) {
    for (const auto& finding : one.answer.extractions)
      show_line(out, "finding", finding.type + " " + finding.data_json);
  }
  show_line(out, "reader sees", passed.text);
  if (!passed.block_reason.empty()) show_line(out, "cut off", passed.block_reason);
}

void show(std::ostream& out, const bundle::Manifest& manifest, const author::HookRun& run, const AuthorTale& tale) {
  out << manifest.name << " " << manifest.version << " at " << hooks::name(run.point) << "\n";
  run.passed ? show_stream(out, *run.passed) : show_answer(out, run.asked);
  show_tale(out, manifest, tale);
}

}  // namespace

int run_run(Console& console, const Arguments& arguments) {
  if (const auto call = author::parse_call(arguments.positional[0])) return run_call(console, arguments, *call);
  if (arguments.has("request")) return usage_fault(console, "--request goes with route, job, event, panel and export.");
  const auto point = hooks::parse_point(arguments.positional[0]);
  if (!point) return usage_fault(console, "There is no hook \"" + printable(arguments.positional[0], 40) + "\".");
  if (!arguments.has("context"))
    return usage_fault(console, "Say what the hook is about: --context FILE.json (`rapt new` makes one).");
  hush();
  const auto what = read_case(arguments, *point);
  if (!what) return report(console, what.error());
  auto settings = workbench_settings(console);
  if (!settings) return report(console, settings.error());
  const auto options = trial_options(console, arguments);
  if (!options) return usage_fault(console, options.error().message);
  const auto subject = subject_of(console, arguments, arguments.positional.size() > 1 ? arguments.positional[1] : ".");
  if (!subject) return report(console, subject.error());
  const auto host = author::TrialHost::open(subject->bundle, *options);
  if (!host) return report(console, host.error());
  settings->services = host->get();
  settings->world = (*host)->world();
  const auto run = author::run_hook(*subject, *settings, *point, *what);
  const auto closed = (*host)->close();
  if (!run) return report(console, run.error());
  const auto calls = (*host)->take_calls();
  const AuthorTale tale{calls, run->figures, run->lines, run->start_took, run->memory_kib, (*host)->changes()};
  if (!closed && console.json) return report(console, closed.error());
  if (console.json) {
    print_json(console.out, json_of(subject->bundle.manifest, *run, tale));
  } else {
    show(console.out, subject->bundle.manifest, *run, tale);
  }
  if (!closed) return report(console, closed.error());
  if (run->fault.empty()) return kOk;
  console.err << "rapt: " << printable(run->fault, 1000) << "\n";
  return kFailed;
}

}  // namespace rapt::cli
