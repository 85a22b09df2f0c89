// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/hook_run.hpp"

namespace rapt::author {
namespace {

Error no_such_hook(const bundle::Manifest& manifest, hooks::Point point) {
  std::string declared;
  for (const auto& hook : manifest.hooks) declared += (declared.empty() ? "" : ", ") + hook.point;
  return Error::invalid("hook", "The manifest of " + manifest.name + " does not declare " +
                                    std::string(hooks::name(point)) + "; it has " +
                                    (declared.empty() ? "no hook" : declared) + ".");
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = text.find_first_not_of(" \n\t", text.find_first_of(" \n\t"));
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size()));
  }
  return words;
}

Result<HookRun> run_hook(const Subject& subject, const Workbench::Settings& settings, hooks::Point point,
                         const HookCase& what) {
  auto opened = Workbench::open(subject, settings);
  if (!opened) return opened.error();
  auto& bench = **opened;
  if (!bench.declaration(point)) return no_such_hook(subject.bundle.manifest, point);
  RAPT_TRY(bench.check_config(what.config_json));
  HookRun out{.point = point};
  out.start_took = bench.start_took();
  if (point == hooks::Point::kChatOnDelta && !what.context.stream) {
    out.passed = bench.pass(words_of(what.context.current->content), what.context, what.config_json, what.deadline);
    out.fault = out.passed->fault;
  } else {
    out.asked = bench.ask(point, what.context, what.config_json, what.deadline);
    out.fault = failure_of(out.asked.answer);
  }
  out.memory_kib = bench.memory_kib();
  out.figures = bench.figures();
  bench.close();
  out.lines = bench.take_lines();
  return out;
}

}  // namespace rapt::author
