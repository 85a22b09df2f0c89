// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/call_run.hpp"

#include "json_fields.hpp"
#include "rapt/host/export_piece.hpp"

namespace rapt::author {

using hooks::Point;
using nlohmann::json;

namespace {

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
    const auto piece = host::read_export_piece(out.asked.answer.text);
    if (!piece) {
      out.fault = "Its piece is none: " + piece.error().message + ".";
      return;
    }
    out.file += piece->bytes;
    if (piece->last) return;
    if (out.pieces == host::kMostExportPieces) {
      out.fault = "It does not end: a file has at most 10,000 pieces.";
      return;
    }
    input["piece"] = out.pieces;
    input["memo"] = piece->memo;
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
