// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt run route, job, event, panel, export: what a module answers beside hooks, in its sandbox, without a server.
#include <ostream>

#include <nlohmann/json.hpp>

#include "author_commands.hpp"
#include "author_show.hpp"
#include "author_subject.hpp"
#include "author_trial.hpp"
#include "rapt/author/call_run.hpp"
#include "rapt/author/hook_case.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

Result<author::CallCase> read_request(const std::string& file, hooks::Point point, const bundle::Manifest& manifest) {
  const auto text = read_file(file, author::kMaxCaseBytes);
  if (!text) return text.error();
  auto what = author::read_call_case(*text, point, manifest, SystemClock().now());
  if (!what) return in_file(file, what.error());
  return what;
}

json json_of(const bundle::Manifest& manifest, const author::CallCase& what, const author::CallRun& run,
             const AuthorTale& tale) {
  json out = tale_json(manifest, tale);
  out.update({{"call", hooks::name(what.point)},
              {"which", what.what},
              {"time_ms", milliseconds(run.asked.took)},
              {"limit_ms", run.asked.limit.count()}});
  if (what.point == hooks::Point::kExport) {
    out.update({{"pieces", run.pieces}, {"file_bytes", run.file.size()}});
  } else if (run.fault.empty()) {
    out["answer"] = json::parse(run.asked.answer.text);
  }
  if (!run.fault.empty()) out["fault"] = run.fault;
  return out;
}

void show(std::ostream& out, const bundle::Manifest& manifest, const author::CallCase& what, const author::CallRun& run,
          const AuthorTale& tale) {
  out << manifest.name << " " << manifest.version << " at " << hooks::name(what.point) << " " << printable(what.what)
      << "\n";
  if (what.point == hooks::Point::kExport) {
    show_line(out, "file", std::to_string(run.file.size()) + " bytes in " + std::to_string(run.pieces) + " pieces");
    show_line(out, "content", run.file);
  } else if (run.fault.empty()) {
    show_line(out, "answer", run.asked.answer.text);
  }
  show_line(out, "time", time_text(run.asked));
  show_tale(out, manifest, tale);
}

}  // namespace

int run_call(Console& console, const Arguments& arguments, hooks::Point point) {
  if (arguments.has("context")) return usage_fault(console, "--context goes with hooks; say --request FILE.json.");
  if (arguments.has("config"))
    return usage_fault(console, "--config goes with hooks; the file of --request may hold \"settings\".");
  if (!arguments.has("request"))
    return usage_fault(console, "Say what is asked: --request FILE.json, as MODULES.md tells.");
  hush();
  auto settings = workbench_settings(console);
  if (!settings) return report(console, settings.error());
  auto options = trial_options(console, arguments);
  if (!options) return usage_fault(console, options.error().message);
  const auto subject = subject_of(console, arguments, arguments.positional.size() > 1 ? arguments.positional[1] : ".");
  if (!subject) return report(console, subject.error());
  const auto& manifest = subject->bundle.manifest;
  const auto what = read_request(arguments.value("request"), point, manifest);
  if (!what) return report(console, what.error());
  options->settings_json = json::parse(what->input_json)["settings"].dump();
  const auto host = author::TrialHost::open(subject->bundle, *options);
  if (!host) return report(console, host.error());
  settings->services = host->get();
  settings->world = (*host)->world();
  const auto run = author::run_call(*subject, *settings, *what);
  const auto closed = (*host)->close();
  if (!run) return report(console, run.error());
  const auto calls = (*host)->take_calls();
  const AuthorTale tale{calls, run->figures, run->lines, run->start_took, run->memory_kib, (*host)->changes()};
  if (!closed && console.json) return report(console, closed.error());
  if (console.json) {
    print_json(console.out, json_of(manifest, *what, *run, tale));
  } else {
    show(console.out, manifest, *what, *run, tale);
  }
  if (!closed) return report(console, closed.error());
  if (run->fault.empty()) return kOk;
  console.err << "rapt: " << printable(run->fault, 1000) << "\n";
  return kFailed;
}

}  // namespace rapt::cli
