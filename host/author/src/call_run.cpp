// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/call_run.hpp"

#include <algorithm>

#include "json_fields.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::author {

using hooks::Answer;
using hooks::Point;
using nlohmann::json;

namespace {

constexpr std::size_t kMostPieces = 10'000, kMostMemo = std::size_t{8} << 10, kMostPiece = std::size_t{1} << 20;

std::optional<std::string> unbase64(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  const auto bytes = security::from_base64url(text);
  return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
}

std::optional<std::string> text_of(const json& answer, const char* name) {
  const auto found = answer.find(name);
  if (found == answer.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// One piece of a file. The next memo, or nullopt when it was the last one; a sentence in `fault` when it is neither.
std::optional<std::string> take_piece(const json& answer, std::string& file, std::string& fault) {
  const auto text = text_of(answer, "text"), coded = text_of(answer, "base64");
  if (text.has_value() == coded.has_value()) {
    fault = "A piece is either \"text\" or \"base64\".";
    return std::nullopt;
  }
  const auto bytes = text ? text : unbase64(*coded);
  if (!bytes || bytes->size() > kMostPiece) {
    fault = bytes ? "A piece holds at most 1 MiB." : "Its \"base64\" is none.";
    return std::nullopt;
  }
  file += *bytes;
  if (const auto done = answer.find("done"); done != answer.end() && *done == true) return std::nullopt;
  auto memo = text_of(answer, "memo");
  if (!memo || memo->size() > kMostMemo) {
    fault = memo ? "Its \"memo\" has more than 8 KiB." : "A piece says \"done\": true, or gives a \"memo\" for the next.";
    return std::nullopt;
  }
  return memo;
}

Asked ask_once(Workbench& bench, const CallCase& what, const std::string& input) {
  auto about = what.about;
  about.input_json = input;
  return bench.ask(what.point, about, "{}", what.deadline);
}

void ask_for_file(Workbench& bench, const CallCase& what, CallRun& out) {
  auto input = json::parse(what.input_json);
  for (;;) {
    out.asked = ask_once(bench, what, input.dump());
    ++out.pieces;
    out.fault = failure_of(out.asked.answer);
    if (!out.fault.empty()) return;
    const auto memo = take_piece(json::parse(out.asked.answer.text), out.file, out.fault);
    if (!memo) return;
    if (out.pieces == kMostPieces) {
      out.fault = "It does not end: a file has at most 10,000 pieces.";
      return;
    }
    input["piece"] = out.pieces;
    input["memo"] = *memo;
  }
}

}  // namespace

CallRun run_call_on(Workbench& bench, const CallCase& what) {
  CallRun out;
  if (what.point == Point::kExport) {
    ask_for_file(bench, what, out);
  } else {
    out.asked = ask_once(bench, what, what.input_json);
    out.fault = failure_of(out.asked.answer);
  }
  out.memory_kib = bench.memory_kib();
  return out;
}

Result<CallRun> run_call(const Subject& subject, const Workbench::Settings& settings, const CallCase& what) {
  auto opened = Workbench::open(subject, settings);
  if (!opened) return opened.error();
  auto& bench = **opened;
  auto out = run_call_on(bench, what);
  out.start_took = bench.start_took();
  out.figures = bench.figures();
  bench.close();
  out.lines = bench.take_lines();
  return out;
}

}  // namespace rapt::author
