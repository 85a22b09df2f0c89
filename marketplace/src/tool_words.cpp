// SPDX-License-Identifier: AGPL-3.0-or-later
// The words `tool …`: what an operator does with tools that publishers have handed in.
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

using cli::Arguments;
using cli::Console;
using nlohmann::json;

constexpr store::Statement kListToolsWord{
    "tool_words.list",
    "SELECT id, publisher, name, type, state, created_at FROM community_tools WHERE state = "
    "$1 ORDER BY created_at LIMIT 200"};
constexpr store::Statement kShowTool{"tool_words.show", "SELECT yaml FROM community_tools WHERE id = $1::uuid"};
constexpr store::Statement kJudge{
    "tool_words.judge",
    "UPDATE community_tools SET state = $2, review_note = $3, updated_at = now() WHERE id = $1::uuid"};

Result<store::Rows> ask_tools(Console& console, const Arguments& arguments, const store::Statement& statement,
                              store::Params params) {
  const auto url = database_url(console, arguments);
  if (!url) return url.error();
  store::Database database({.url = *url, .connections = 1});
  return runtime::run_blocking(database.query(statement, std::move(params)));
}

Result<std::string> id_of(const Arguments& arguments) {
  auto id = canonical_uuid(arguments.positional[0]);
  if (!id) return Error::invalid("ID", "must be an id that `rapt-marketplace tool list` shows");
  return std::move(*id);
}

int run_tool_list(Console& console, const Arguments& arguments) {
  const auto state = arguments.value("state", "review");
  if (state != "review" && state != "published" && state != "rejected")
    return cli::usage_fault(console, "--state must be review, published or rejected.");
  const auto rows = ask_tools(console, arguments, kListToolsWord, store::params(state));
  if (!rows) return cli::report(console, rows.error());
  json all = json::array();
  cli::Table table({"ID", "PUBLISHER", "NAME", "TYPE", "SINCE"});
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto since = to_rfc3339(row.time("created_at"));
    all.push_back({{"id", row.text("id")},
                   {"publisher", row.text("publisher")},
                   {"name", row.text("name")},
                   {"type", row.text("type")},
                   {"state", row.text("state")},
                   {"created_at", since}});
    table.add({row.text("id"), row.text("publisher"), row.text("name"), row.text("type"), since});
  }
  if (console.json) {
    cli::print_json(console.out, all);
  } else if (rows->empty()) {
    console.out << "There is none.\n";
  } else {
    table.print(console.out);
  }
  return cli::kOk;
}

int run_show(Console& console, const Arguments& arguments) {
  const auto id = id_of(arguments);
  if (!id) return cli::report(console, id.error());
  const auto rows = ask_tools(console, arguments, kShowTool, store::params(*id));
  if (!rows) return cli::report(console, rows.error());
  if (rows->empty()) return cli::report(console, Error::not_found("tool " + *id));
  const auto yaml = (*rows)[0].text("yaml");
  if (console.json) {
    cli::print_json(console.out, {{"id", *id}, {"yaml", yaml}});
    return cli::kOk;
  }
  // A stranger's text on an operator's terminal: line by line, so that it cannot play with it.
  for (std::size_t at = 0; at < yaml.size();) {
    const auto end = std::min(yaml.find('\n', at), yaml.size());
    console.out << printable(std::string_view(yaml).substr(at, end - at), 2000) << "\n";
    at = end + 1;
  }
  return cli::kOk;
}

int judge(Console& console, const Arguments& arguments, const char* state, const std::string& note) {
  const auto id = id_of(arguments);
  if (!id) return cli::report(console, id.error());
  const auto done = ask_tools(console, arguments, kJudge, store::params(*id, state, note));
  if (!done) return cli::report(console, done.error());
  if (done->affected() == 0) return cli::report(console, Error::not_found("tool " + *id));
  if (console.json) {
    cli::print_json(console.out, {{"id", *id}, {"state", state}});
  } else {
    console.out << "The tool is " << state << ".\n";
  }
  return cli::kOk;
}

int run_approve(Console& console, const Arguments& arguments) {
  return judge(console, arguments, "published", "");
}

int run_reject(Console& console, const Arguments& arguments) {
  const auto because = arguments.value("because");
  if (because.empty()) return cli::usage_fault(console, "Say why: --because \"a sentence\".");
  return judge(console, arguments, "rejected", because);
}

}  // namespace

std::vector<cli::Command> tool_words() {
  return {
      {"tool list",
       "",
       0,
       0,
       "Shows the tools that wait for a review.",
       "rapt-marketplace tool list --state published",
       {kDatabaseOption, {"state", "STATE", "instead those that are published or rejected"}},
       run_tool_list},
      {"tool show",
       "ID",
       1,
       1,
       "Shows a tool's definition.",
       "rapt-marketplace tool show 01890000-0000-7000-8000-000000000000",
       {kDatabaseOption},
       run_show},
      {"tool approve",
       "ID",
       1,
       1,
       "Offers a tool to all.",
       "rapt-marketplace tool approve 01890000-0000-7000-8000-000000000000",
       {kDatabaseOption},
       run_approve},
      {"tool reject",
       "ID",
       1,
       1,
       "Refuses a tool, or withdraws it.",
       "rapt-marketplace tool reject 01890000-0000-7000-8000-000000000000 --because \"It asks for names.\"",
       {kDatabaseOption, {"because", "SENTENCE", "why"}},
       run_reject},
  };
}

}  // namespace rapt::marketplace
