// SPDX-License-Identifier: AGPL-3.0-or-later
#include "doctor.hpp"
#include "rapt/api/version.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/updates/standing.hpp"

namespace rapt::cli {

using State = Finding::State;

namespace {

/// What the registry warns of.
void check_warnings(store::Database& database, Findings& out) {
  updates::Standings standings(database);
  const auto advisories = runtime::run_blocking(standings.advisories(api::version()));
  const auto all = runtime::run_blocking(standings.all());
  if (!advisories || !all)
    return out.push_back({State::kFault, "advisories", (advisories ? all.error() : advisories.error()).message,
                          "See the database's finding above."});
  for (const auto& [advisory, version] : *advisories) {
    const auto what = advisory.module.empty() ? "the platform" : advisory.module;
    const auto remedy = advisory.fixed.empty() ? "No version mends it yet; disable it if it can be done without."
                                               : "Update it to " + printable(advisory.fixed, 64) + ".";
    out.push_back({State::kWarning, "advisory " + printable(advisory.id, 64),
                   what + " " + version + " (" + advisory.severity + "): " + printable(advisory.title, 300), remedy});
  }
  for (const auto& [name, standing] : *all)
    if (!standing.yanked.empty())
      out.push_back({State::kWarning, "module " + name,
                     standing.installed_version + " was withdrawn: " + printable(standing.yanked, 300),
                     "Install another version, or go back: rapt module rollback " + name});
}

}  // namespace

void check_modules(const config::Settings& settings, Findings& out) {
  const auto trust = bundle::TrustStore::load(settings.var_dir / "trust");
  if (!trust)
    return out.push_back({State::kFault, "trust store", trust.error().message,
                          "Mend or remove that file; `rapt trust add` writes it anew."});
  out.push_back({State::kFine, "trust store", (settings.var_dir / "trust").string(), ""});
  if (settings.development_modules)
    out.push_back({State::kWarning, "development mode", "unsigned modules may be installed",
                   "Unset RAPT_DEVELOPMENT_MODULES before students come."});
  const auto policy =
      settings.development_modules ? bundle::SignaturePolicy::kDevelopmentMayLack : bundle::SignaturePolicy::kRequired;
  store::Database::Options options;
  options.url = settings.database_url;
  options.connections = 1;
  store::Database database(std::move(options));
  install::Installer installer(database, settings.var_dir, *trust, policy);
  const auto records = runtime::run_blocking(installer.list());
  if (!records)
    return out.push_back({State::kFault, "modules", records.error().message, "See the database's finding above."});
  if (records->empty()) out.push_back({State::kFine, "modules", "none is installed", ""});
  for (const auto& record : *records) {
    const auto checked = check_installed(record, *trust, policy);
    out.push_back({checked ? State::kFine : State::kFault, "module " + record.name,
                   checked ? record.version + ", sound" : checked.error().message, ""});
  }
  check_warnings(database, out);
}

}  // namespace rapt::cli
