// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/journal/module_journal.hpp"

#include <algorithm>
#include <utility>

#include "rapt/store/database.hpp"
#include "statements.hpp"

namespace rapt::journal {
namespace {

using store::params;
using store::Params;
using store::Transaction;

/// The values of one member of all items, as PostgreSQL takes them.
template <class Item, class Read>
std::vector<std::string> column(const std::vector<Item>& items, Read read) {
  std::vector<std::string> out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(read(item));
  return out;
}

template <class Item, class Read>
std::vector<Item> all(const store::Rows& rows, Read read) {
  std::vector<Item> out;
  out.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(read(rows[i]));
  return out;
}

Report to_report(const store::Row& row) {
  return {row.text("module"), row.text("host"), row.text("status"), row.time("reported_at")};
}

Health to_health(const store::Row& row) {
  return {row.text("module"), row.text("health"), row.optional_time("released_at")};
}

Line to_line(const store::Row& row) {
  return {row.integer("id"), row.text("module"), row.text("host"),
          row.text("level"), row.text("line"),   row.time("logged_at")};
}

/// The same order everywhere, so that two hosts that write at once wait for each other instead of dying.
template <class Item>
void sort_by_module(std::vector<Item>& items) {
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.module < b.module; });
}

}  // namespace

Task<Result<void>> ModuleJournal::report(std::string host, std::vector<Report> reports) {
  sort_by_module(reports);
  auto modules = column(reports, [](const Report& report) { return report.module; });
  auto statuses = column(reports, [](const Report& report) { return report.status_json; });
  auto work = [host = std::move(host), modules = std::move(modules),
               statuses = std::move(statuses)](Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec(kForget, params(host).add_array(modules)));
    RAPT_TRY(tx.exec(kReport, params(host).add_array(modules).add_array(statuses)));
    RAPT_TRY(tx.exec(kForgetSilent));
    return {};
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::vector<Report>>> ModuleJournal::reports(std::string module) {
  auto rows = co_await database_.query(kReports, params(module));
  if (!rows) co_return rows.error();
  co_return all<Report>(*rows, to_report);
}

Task<Result<void>> ModuleJournal::keep_health(std::vector<Health> health) {
  if (health.empty()) co_return Result<void>();
  sort_by_module(health);
  Params values;
  values.add_array(column(health, [](const Health& one) { return one.module; }));
  values.add_array(column(health, [](const Health& one) { return one.health_json; }));
  auto kept = co_await database_.query(kKeepHealth, std::move(values));
  if (!kept) co_return kept.error();
  co_return Result<void>();
}

Task<Result<std::vector<Health>>> ModuleJournal::health() {
  auto rows = co_await database_.query(kHealth);
  if (!rows) co_return rows.error();
  co_return all<Health>(*rows, to_health);
}

Task<Result<void>> ModuleJournal::release(std::string module) {
  auto rows = co_await database_.query(kRelease, params(module));
  if (!rows) co_return rows.error();
  if (rows->affected() == 0) co_return Error::not_found("installed module");
  co_return Result<void>();
}

Task<Result<void>> ModuleJournal::add_lines(std::vector<Line> lines) {
  if (lines.empty()) co_return Result<void>();
  auto modules = column(lines, [](const Line& line) { return line.module; });
  Params values;
  values.add_array(modules);
  values.add_array(column(lines, [](const Line& line) { return line.host; }));
  values.add_array(column(lines, [](const Line& line) { return line.level; }));
  values.add_array(column(lines, [](const Line& line) { return line.text; }));
  values.add_array(column(lines, [](const Line& line) { return to_rfc3339(line.at); }));
  std::sort(modules.begin(), modules.end());
  modules.erase(std::unique(modules.begin(), modules.end()), modules.end());
  auto work = [values = std::move(values), modules = std::move(modules)](Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec(kLockLines));
    RAPT_TRY(tx.exec(kAddLines, values));
    RAPT_TRY(tx.exec(kTrimLines, Params().add_array(modules).add(kLinesKept)));
    return {};
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::vector<Line>>> ModuleJournal::lines(std::string module, int limit, std::int64_t after) {
  auto values = module.empty() ? params(after, limit) : params(after, limit, module);
  auto rows = co_await database_.query(module.empty() ? kLines : kLinesOfModule, std::move(values));
  if (!rows) co_return rows.error();
  co_return all<Line>(*rows, to_line);
}

}  // namespace rapt::journal
