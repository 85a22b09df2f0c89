// SPDX-License-Identifier: AGPL-3.0-or-later
// Whether what a reader sees depends on how an answer was cut.
#include "checker.hpp"
#include "contexts.hpp"
#include "rapt/author/hook_run.hpp"
#include "rapt/base/text.hpp"

namespace rapt::author {

using hooks::Point;

namespace {

constexpr std::size_t kMostCut = 600;  // bytes of an answer that is cut everywhere

/// Ways to cut a text: in two at every byte, and in equal pieces.
std::vector<std::vector<std::string>> cuttings(const std::string& text) {
  std::vector<std::vector<std::string>> all = {words_of(text)};
  for (std::size_t at = 1; at < text.size(); ++at) all.push_back({text.substr(0, at), text.substr(at)});
  for (std::size_t size = 1; size < 8; ++size) {
    all.emplace_back();
    for (std::size_t at = 0; at < text.size(); at += size) all.back().push_back(text.substr(at, size));
  }
  return all;
}

/// The beginning of a text, whole characters.
std::string beginning(std::string text) {
  if (text.size() > kMostCut) text.resize(kMostCut);
  while (!is_utf8(text)) text.pop_back();
  return text;
}

/// What passes; a fault that does not come again in a fresh process was the machine's.
Result<Passed> pass_surely(std::unique_ptr<Workbench>& bench, const Subject& subject,
                           const Workbench::Settings& settings, const std::vector<std::string>& pieces,
                           const HookCase& what) {
  auto passed = bench->pass(pieces, what.context, what.config_json);
  if (passed.fault.empty()) return passed;
  auto fresh = Workbench::open(subject, settings);
  if (!fresh) return fresh.error();
  bench = std::move(*fresh);
  return bench->pass(pieces, what.context, what.config_json);
}

std::string shown(const std::vector<std::string>& pieces) {
  std::string out;
  for (const auto& piece : pieces) out += (out.empty() ? "\"" : "|") + printable(piece, 300);
  return out.substr(0, 300) + "\"";
}

}  // namespace

Checker::Finding Checker::cuts_do_not_matter() {
  const auto what = case_of(Point::kChatOnDelta);
  auto opened = Workbench::open(subject_, order_.settings);
  if (!opened) return {Kind::kBroken, opened.error().message};
  auto bench = std::move(*opened);
  const auto pass = [&](const std::vector<std::string>& pieces) {
    return pass_surely(bench, subject_, order_.settings, pieces, what);
  };
  std::vector<std::string> answers = {answer_to_cut()};
  if (what.context.current && order_.cases.contains(Point::kChatOnDelta))
    answers.push_back(beginning(what.context.current->content));
  std::size_t tried = 0;
  for (const auto& answer : answers) {
    const auto whole = pass({answer});
    if (!whole) return {Kind::kBroken, whole.error().message};
    if (!whole->fault.empty()) return {Kind::kBroken, whole->fault};
    for (const auto& pieces : cuttings(answer)) {
      const auto passed = pass(pieces);
      ++tried;
      if (!passed) return {Kind::kBroken, passed.error().message};
      if (!passed->fault.empty()) return {Kind::kBroken, "cut as " + shown(pieces) + ": " + passed->fault};
      const bool same =
          passed->block_reason == whole->block_reason && (passed->text == whole->text || !whole->block_reason.empty());
      if (!same)
        return {Kind::kBroken, "cut as " + shown(pieces) + " the reader sees \"" + printable(passed->text, 300) +
                                   "\", uncut \"" + printable(whole->text, 300) +
                                   "\". Hold back what may be the beginning of what you look for."};
    }
  }
  return {Kind::kHolds, std::to_string(tried) + " cuttings, the reader always sees the same", bench->memory_kib()};
}

}  // namespace rapt::author
