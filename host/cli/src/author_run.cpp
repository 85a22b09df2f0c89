// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt run: one hook of one module, in its sandbox, without a server.
#include <ostream>

#include <nlohmann/json.hpp>

#include "author_commands.hpp"
#include "author_subject.hpp"
#include "print.hpp"
#include "rapt/author/hook_run.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"

namespace rapt::cli {
namespace {

using hooks::Answer;
using nlohmann::json;

constexpr std::size_t kShown = 4000;  ///< of a text, on a terminal

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

double milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
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

json to_json(const bundle::Manifest& manifest, const author::HookRun& run) {
  json out = run.passed ? json{{"passed", run.passed->text}, {"windows", json::array()}} : answer_json(run.asked);
  if (run.passed) {
    for (const auto& window : run.passed->windows) out["windows"].push_back(window_json(window));
    if (!run.passed->block_reason.empty()) out["block_reason"] = run.passed->block_reason;
  } else if (run.point == hooks::Point::kChatOnDelta) {
    out["held_bytes"] = run.asked.answer.held_bytes;
  }
  out.update({{"module", manifest.name},
              {"version", manifest.version},
              {"hook", hooks::name(run.point)},
              {"start_ms", milliseconds(run.start_took)},
              {"memory_limit_mb", manifest.memory_mb},
              {"log", json::array()}});
  out["memory_kib"] = run.memory_kib ? json(*run.memory_kib) : json();
  for (const auto& line : run.lines) out["log"].push_back({{"level", line.level}, {"line", line.text}});
  if (!run.fault.empty()) out["fault"] = run.fault;
  return out;
}

void show_line(std::ostream& out, std::string name, const std::string& text) {
  name.resize(std::max<std::size_t>(name.size() + 1, 13), ' ');
  out << name << printable(text, kShown) << "\n";
}

std::string time_text(const author::Asked& asked) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f ms of %lld ms", milliseconds(asked.took),
                static_cast<long long>(asked.limit.count()));
  return text;
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

void show(std::ostream& out, const bundle::Manifest& manifest, const author::HookRun& run) {
  out << manifest.name << " " << manifest.version << " at " << hooks::name(run.point) << "\n";
  run.passed ? show_stream(out, *run.passed) : show_answer(out, run.asked);
  for (const auto& line : run.lines) show_line(out, "log", line.level + "  " + line.text);
  show_line(out, "memory",
            run.memory_kib ? std::to_string(*run.memory_kib) + " KiB of " + std::to_string(manifest.memory_mb) + " MiB"
                           : "its process has ended");
}

}  // namespace

int run_run(Console& console, const Arguments& arguments) {
  const auto point = hooks::parse_point(arguments.positional[0]);
  if (!point) return usage_fault(console, "There is no hook \"" + printable(arguments.positional[0], 40) + "\".");
  if (!arguments.has("context"))
    return usage_fault(console, "Say what the hook is about: --context FILE.json (`rapt new` makes one).");
  log::set_level(log::Level::kError);
  const auto what = read_case(arguments, *point);
  if (!what) return report(console, what.error());
  const auto settings = workbench_settings(console);
  if (!settings) return report(console, settings.error());
  const auto subject = subject_of(console, arguments, arguments.positional.size() > 1 ? arguments.positional[1] : ".");
  if (!subject) return report(console, subject.error());
  const auto run = author::run_hook(*subject, *settings, *point, *what);
  if (!run) return report(console, run.error());
  if (console.json) {
    print_json(console.out, to_json(subject->bundle.manifest, *run));
  } else {
    show(console.out, subject->bundle.manifest, *run);
  }
  if (run->fault.empty()) return kOk;
  console.err << "rapt: " << printable(run->fault, 1000) << "\n";
  return kFailed;
}

}  // namespace rapt::cli
