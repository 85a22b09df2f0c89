// SPDX-License-Identifier: AGPL-3.0-or-later
#include "system_commands.hpp"

#include <charconv>
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/api/serve.hpp"
#include "rapt/api/version.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/base/file.hpp"
#include "rapt/demo/model.hpp"
#include "rapt/demo/seed.hpp"
#include "rapt/store/migrations.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kShortestPassword = 12;

store::Database::Options database_options(const config::Settings& settings) {
  store::Database::Options out;
  out.url = settings.database_url;
  out.connections = 1;
  // A migration may rewrite a table.
  out.statement_timeout_ms = 600000;
  return out;
}

void tell(Console& console, const std::vector<store::Migration>& migrations, std::string_view applied,
          std::string_view missing) {
  if (console.json) {
    json list = json::array();
    for (const auto& m : migrations)
      list.push_back({{"number", m.number}, {"name", m.name}, {"checksum", m.checksum}, {"applied", m.applied}});
    console.out << json{{"migrations", list}} << "\n";
    return;
  }
  for (const auto& m : migrations) {
    console.out << m.number << " " << m.name << "  " << (m.applied ? applied : missing) << "\n";
  }
}

}  // namespace

int run_version(Console& console, const Arguments&) {
  if (console.json) {
    console.out << json{{"version", api::version()}} << "\n";
  } else {
    console.out << "rapt " << api::version() << "\n";
  }
  return kOk;
}

int run_config(Console& console, const Arguments&) {
  if (console.json)
    return usage_fault(console, "`rapt config` has no --json; `rapt doctor --json` tells the faults of the settings.");
  console.out << config::describe();
  return kOk;
}

int run_serve(Console& console, const Arguments&) {
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  return api::serve(*settings);
}

int run_migrate(Console& console, const Arguments& arguments) {
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  store::Database database(database_options(*settings));
  const auto folder = settings->migrations_dir / "core";
  auto status = store::migration_status(database, folder);
  if (!status && status.error().code == store::kNewerDatabase && arguments.has("newer-is-fine")) {
    if (!console.json) console.out << "The database is newer, and has all that this program knows.\n";
    return kOk;
  }
  if (!status) return report(console, status.error());
  if (arguments.has("status")) {
    tell(console, *status, "applied", "missing");
    return kOk;
  }
  if (arguments.has("dry-run")) {
    std::erase_if(*status, [](const auto& m) { return m.applied; });
    tell(console, *status, "", "would be applied");
    if (!console.json && status->empty()) console.out << "Nothing is missing.\n";
    return kOk;
  }
  auto applied = store::migrate(database, folder);
  if (!applied) return report(console, applied.error());
  for (auto& migration : *applied) migration.applied = true;
  tell(console, *applied, "applied now", "");
  if (!console.json && applied->empty()) console.out << "The database is up to date.\n";
  return kOk;
}

int run_demo_seed(Console& console, const Arguments& arguments) {
  if (!arguments.has("password-file"))
    return usage_fault(console, "Give --password-file FILE with the demonstration accounts' password.");
  auto password = read_file(arguments.value("password-file"), 1024);
  if (!password) return report(console, password.error());
  while (!password->empty() && (password->back() == '\n' || password->back() == '\r')) password->pop_back();
  if (password->size() < kShortestPassword)
    return report(console, Error::invalid("password-file", "The password must have at least 12 characters."));
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  store::Database database(database_options(*settings));
  const auto seeded = demo::seed_demo(database, SystemClock(), *password, settings->demo_model);
  if (!seeded) return report(console, seeded.error());
  console.out << (console.json ? *seeded
                               : "The demonstration data is there; all its accounts have the password of that file.")
              << "\n";
  return kOk;
}

int run_demo_model_command(Console& console, const Arguments& arguments) {
  const auto text = arguments.value("port", "0");
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc() || end != text.data() + text.size())
    return usage_fault(console, "--port must be a number from 0 to 65535.");
  return demo::run_demo_model(port, arguments.has("scenarios"), arguments.value("book", ""));
}

}  // namespace rapt::cli
