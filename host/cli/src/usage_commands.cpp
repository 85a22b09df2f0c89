// SPDX-License-Identifier: AGPL-3.0-or-later
// What AI was used for, for whoever runs the machine.
#include "usage_commands.hpp"

#include <algorithm>
#include <charconv>
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/clock.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"
#include "rapt/usage/reports.hpp"
#include "rapt/users/user_service.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;
using usage::Dimension;

constexpr int kUsualUsages = 50, kMostUsages = 10'000, kUsagePage = 100;

json as_json(const usage::Figures& figures) {
  return {
      {"requests", figures.requests}, {"unanswered", figures.unanswered},     {"estimated", figures.estimated},
      {"unpriced", figures.unpriced}, {"input_tokens", figures.input_tokens}, {"output_tokens", figures.output_tokens},
      {"cost", figures.cost},         {"latency_ms", figures.latency_ms}};
}

/// "12.34000000" as "12.34": what a person reads.
std::string dollars(std::string cost) {
  const auto point = cost.find('.');
  if (point == std::string::npos) return cost;
  const auto last = cost.find_last_not_of('0');
  cost.resize(std::max(last + 1, std::min(point + 3, cost.size())));
  return cost;
}

std::vector<std::string> cells(const usage::Figures& figures) {
  return {std::to_string(figures.requests),
          std::to_string(figures.unanswered),
          std::to_string(figures.input_tokens),
          std::to_string(figures.output_tokens),
          dollars(figures.cost),
          std::to_string(figures.unpriced),
          std::to_string(figures.latency_ms)};
}

void add_row(Table& table, std::vector<std::string> first, const usage::Figures& figures) {
  for (auto& cell : cells(figures)) first.push_back(std::move(cell));
  table.add(std::move(first));
}

std::vector<std::string> titles(std::vector<std::string> first) {
  for (const char* title : {"REQUESTS", "UNANSWERED", "INPUT", "OUTPUT", "US$", "UNPRICED", "MS"})
    first.emplace_back(title);
  return first;
}

Result<int> limit_of(const Arguments& arguments) {
  if (!arguments.has("limit")) return kUsualUsages;
  const auto text = arguments.value("limit");
  int limit = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (fault == std::errc() && end == text.data() + text.size() && limit >= 1 && limit <= kMostUsages) return limit;
  return Error::invalid("", "--limit must be a number from 1 to " + std::to_string(kMostUsages) + ".");
}

Result<std::vector<usage::Share>> shares_of(usage::Reports& reports, Dimension dimension, const usage::Days& days,
                                            int limit) {
  std::vector<usage::Share> out;
  std::string cursor;
  do {
    const int wanted = std::min(limit - static_cast<int>(out.size()), kUsagePage);
    auto page = run_blocking(reports.by(users::machine_administrator(), dimension, {.days = days}, wanted, cursor));
    if (!page) return page.error();
    for (auto& share : page->items) out.push_back(std::move(share));
    cursor = page->next_cursor.value_or("");
  } while (!cursor.empty() && static_cast<int>(out.size()) < limit);
  return out;
}

void show(Console& console, const usage::Days& days, const std::vector<usage::Share>& shares, const char* key) {
  if (console.json) {
    json list = json::array();
    for (const auto& share : shares) {
      auto one = as_json(share.figures);
      one[key] = share.key.empty() ? json(nullptr) : json(share.key);
      one["name"] = share.name ? json(*share.name) : json(nullptr);
      list.push_back(std::move(one));
    }
    print_json(console.out, {{"from", days.from}, {"to", days.to}, {"usage", std::move(list)}});
    return;
  }
  if (shares.empty()) {
    console.out << "Nothing was used from " << days.from << " to " << days.to << ".\n";
    return;
  }
  Table table(titles({"NAME", "KEY"}));
  for (const auto& share : shares)
    add_row(table, {share.name.value_or("-"), share.key.empty() ? "-" : share.key}, share.figures);
  table.print(console.out);
}

/// Parses the days and opens the database, and does the rest with them.
template <class Work>
int with_reports(Console& console, const Arguments& arguments, Work work) {
  const SystemClock clock;
  const auto days = usage::parse_days(arguments.value("from"), arguments.value("to"), clock.now());
  if (!days)
    return usage_fault(console, "--" + days.error().fields[0].path + " " + days.error().fields[0].message + ".");
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  store::Database database({.url = settings->database_url, .connections = 1});
  usage::Reports reports(database, clock);
  return work(reports, *days);
}

int by(Console& console, const Arguments& arguments, Dimension dimension, const char* key) {
  const auto limit = limit_of(arguments);
  if (!limit) return usage_fault(console, limit.error().fields[0].message);
  return with_reports(console, arguments, [&](usage::Reports& reports, const usage::Days& days) {
    const auto found = shares_of(reports, dimension, days, *limit);
    if (!found) return report(console, found.error());
    show(console, days, *found, key);
    return kOk;
  });
}

}  // namespace

const std::vector<Option>& usage_days() {
  static const std::vector<Option> options{
      {"from", "DAY", "the first day, like 2026-11-01; otherwise the first of this month"},
      {"to", "DAY", "the last day; otherwise today"}};
  return options;
}

const std::vector<Option>& usage_list() {
  static const std::vector<Option> options = [] {
    auto all = usage_days();
    all.push_back({"limit", "N", "so many at most, 1 to 10000; otherwise 50"});
    return all;
  }();
  return options;
}

int run_usage_summary(Console& console, const Arguments& arguments) {
  return with_reports(console, arguments, [&](usage::Reports& reports, const usage::Days& days) {
    const auto found = run_blocking(reports.summary(users::machine_administrator(), {.days = days}));
    if (!found) return report(console, found.error());
    if (console.json) {
      auto document = as_json(found->figures);
      document["from"] = days.from, document["to"] = days.to;
      document["before"] = as_json(found->before);
      document["before"]["from"] = found->before_days.from, document["before"]["to"] = found->before_days.to;
      print_json(console.out, document);
      return kOk;
    }
    Table table(titles({"FROM", "TO"}));
    add_row(table, {days.from, days.to}, found->figures);
    add_row(table, {found->before_days.from, found->before_days.to}, found->before);
    table.print(console.out);
    return kOk;
  });
}

int run_usage_by_group(Console& console, const Arguments& arguments) {
  return by(console, arguments, Dimension::kGroup, "group_id");
}
int run_usage_by_user(Console& console, const Arguments& arguments) {
  return by(console, arguments, Dimension::kUser, "user_id");
}
int run_usage_by_model(Console& console, const Arguments& arguments) {
  return by(console, arguments, Dimension::kModel, "model");
}
int run_usage_by_tool(Console& console, const Arguments& arguments) {
  return by(console, arguments, Dimension::kTool, "tool_id");
}
int run_usage_by_module(Console& console, const Arguments& arguments) {
  return by(console, arguments, Dimension::kModule, "module");
}
int run_usage_by_day(Console& console, const Arguments& arguments) {
  return by(console, arguments, Dimension::kDay, "day");
}

}  // namespace rapt::cli
