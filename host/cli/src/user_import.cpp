// SPDX-License-Identifier: AGPL-3.0-or-later
// `rapt user import`: the work of the job users.import, done here and told as it goes.
#include <ostream>

#include <nlohmann/json.hpp>

#include "people.hpp"
#include "rapt/api/documents.hpp"
#include "rapt/base/file.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/users/import_service.hpp"
#include "user_commands.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

constexpr int kLinesPage = 100;

/// Tells how far it is whenever another tenth is done.
class Progress {
 public:
  explicit Progress(std::ostream& out) : out_(out) {}
  void tell(const users::Import& import) {
    const auto tenth = import.total == 0 ? 10 : 10 * import.done / import.total;
    if (tenth == told_) return;
    told_ = tenth;
    out_ << import.done << " of " << import.total << " lines done\n" << std::flush;
  }

 private:
  std::ostream& out_;
  std::int64_t told_ = -1;
};

/// A host's worker may do batches of the same import meanwhile: each is done once, and this follows until the last.
Result<users::Import> finish(Console& console, People& people, users::ImportService& imports,
                             const users::ImportId& id) {
  Progress progress(console.err);
  for (;;) {
    const auto ended = run_blocking(users::run_import_batch(people.database, people.clock, people.accounts, id));
    if (!ended) return ended.error();
    auto import = run_blocking(imports.get(people.machine, id));
    if (!import) return import.error();
    progress.tell(*import);
    if (*ended) return import;
  }
}

Result<std::vector<users::ImportLine>> report_of(People& people, users::ImportService& imports,
                                                 const users::ImportId& id, const std::string& outcome) {
  std::vector<users::ImportLine> out;
  std::string cursor;
  do {
    auto page = run_blocking(imports.lines(people.machine, id, outcome, kLinesPage, cursor));
    if (!page) return page.error();
    for (auto& line : page->items) out.push_back(std::move(line));
    cursor = page->next_cursor.value_or("");
  } while (!cursor.empty());
  return out;
}

std::string faults_of(const users::ImportLine& line) {
  std::string out;
  for (const auto& fault : line.faults)
    out += (out.empty() ? "" : "; ") + (fault.path.empty() ? "" : fault.path + " ") + fault.message;
  return out;
}

void show(std::ostream& out, const users::Import& import, const std::vector<users::ImportLine>& lines) {
  if (!lines.empty()) {
    Table table({"LINE", "OUTCOME", "ADDRESS", "WHAT IS WRONG"});
    for (const auto& line : lines) table.add({std::to_string(line.line), line.outcome, line.email, faults_of(line)});
    table.print(out);
    out << "\n";
  }
  out << import.total << " lines: " << import.created << " created, " << import.updated << " updated, "
      << import.unchanged << " unchanged, " << import.faulty << " faulty."
      << (import.dry_run ? " Nothing was changed: this was a trial.\n" : "\n");
}

int tell(Console& console, const users::Import& import, const std::vector<users::ImportLine>& lines) {
  if (console.json) {
    json list = json::array();
    for (const auto& line : lines) list.push_back(json::parse(api::document_of(line)));
    print_json(console.out, {{"import", json::parse(api::document_of(import))}, {"lines", std::move(list)}});
  } else {
    show(console.out, import, lines);
    if (!import.error.empty()) console.err << "rapt: " << import.error << "\n";
  }
  return import.state == "complete" && import.faulty == 0 ? kOk : kFailed;
}

}  // namespace

int run_user_import(Console& console, const Arguments& arguments) {
  users::NewImport wanted;
  wanted.dry_run = arguments.has("dry-run");
  wanted.invite = arguments.has("invite");
  auto file = read_file(arguments.positional[0], users::kMaxImportBytes);
  if (!file) return report(console, file.error());
  wanted.csv = std::move(*file);
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  users::ImportService imports((*people)->database, (*people)->clock);
  const auto ordered = run_blocking(imports.order((*people)->machine, std::move(wanted)));
  if (!ordered) return report(console, ordered.error());
  console.err << "Import " << ordered->id.str() << ". If this is interrupted, a running host goes on with it.\n";
  if (ordered->invite && !ordered->dry_run) warn_without_mail(console, **people);
  const auto import = finish(console, **people, imports, ordered->id);
  if (!import) return report(console, import.error());
  const bool all = console.json || arguments.has("all");
  const auto lines = report_of(**people, imports, import->id, all ? "" : "faulty");
  if (!lines) return report(console, lines.error());
  return tell(console, *import, *lines);
}

}  // namespace rapt::cli
