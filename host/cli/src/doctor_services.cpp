// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "doctor.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/jobs/queue.hpp"
#include "rapt/marketplace/registry_client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/migrations.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::cli {
namespace {

using State = Finding::State;
using runtime::run_blocking;

constexpr store::Statement kServer{"doctor_server",
                                   "SELECT current_setting('server_version_num')::bigint AS version, now() AS clock, "
                                   "EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'ltree') AS has_ltree"};
constexpr std::int64_t kOldestServer = 150000;
constexpr std::chrono::seconds kMostClockDifference{5};

std::string why(const Error& error) {
  return error.log_detail.empty() ? error.message : error.message + " (" + error.log_detail + ")";
}

void check_clock(TimePoint theirs, Findings& out) {
  const auto difference = std::chrono::duration_cast<std::chrono::seconds>(SystemClock().now() - theirs);
  const bool close = difference < kMostClockDifference && difference > -kMostClockDifference;
  out.push_back({close ? State::kFine : State::kFault, "clock",
                 std::to_string(difference.count()) + " s ahead of the database's",
                 close ? "" : "Let both machines follow a time server: logins and deadlines depend on the clock."});
}

void check_migrations(store::Database& database, const config::Settings& settings, Findings& out) {
  const auto status = store::migration_status(database, settings.migrations_dir / "core");
  if (!status) return out.push_back({State::kFault, "migrations", why(status.error()), "Check RAPT_MIGRATIONS_DIR."});
  const auto missing = std::count_if(status->begin(), status->end(), [](const auto& m) { return !m.applied; });
  if (missing == 0)
    return out.push_back({State::kFine, "migrations", "all " + std::to_string(status->size()) + " applied", ""});
  out.push_back({State::kFault, "migrations", std::to_string(missing) + " missing", "Run: rapt migrate"});
}

constexpr std::chrono::minutes kLongWait{5};

void check_queue(store::Database& database, Findings& out) {
  const auto found = run_blocking(jobs::counts(database));
  if (!found) return out.push_back({State::kFault, "jobs", why(found.error()), "Run: rapt migrate"});
  const auto detail = std::to_string(found->waiting) + " waiting, " + std::to_string(found->running) + " being done, " +
                      std::to_string(found->failed) + " failed";
  if (found->oldest_waiting && SystemClock().now() - *found->oldest_waiting > kLongWait) {
    return out.push_back({State::kWarning, "jobs", detail + "; the oldest has been due for more than five minutes",
                          "Run `rapt serve` without RAPT_WORKER=0, or `rapt worker`; its log says what is wrong."});
  }
  if (found->failed == 0) return out.push_back({State::kFine, "jobs", detail, ""});
  out.push_back({State::kWarning, "jobs", detail,
                 "`rapt jobs list --state failed` says why; `rapt jobs retry ID` tries one again."});
}

void check_database(const config::Settings& settings, Findings& out) {
  store::Database::Options options;
  options.url = settings.database_url;
  options.connections = 1;
  store::Database database(std::move(options));
  const auto rows = run_blocking(database.query(kServer));
  if (!rows)
    return out.push_back({State::kFault, "database", why(rows.error()), "Start PostgreSQL, or correct DATABASE_URL."});
  const auto row = (*rows)[0];
  const auto version = row.integer("version");
  const bool old = version < kOldestServer;
  out.push_back({old ? State::kFault : State::kFine, "database",
                 "PostgreSQL " + std::to_string(version / 10000) + "." + std::to_string(version % 10000),
                 old ? "PostgreSQL 15 or newer is needed." : ""});
  if (!row.boolean("has_ltree"))
    out.push_back({State::kFault, "database ltree", "the extension is not installed",
                   "Install postgresql-contrib on the server."});
  check_clock(row.time("clock"), out);
  check_migrations(database, settings, out);
  check_queue(database, out);
}

void check_redis(const config::Settings& settings, Findings& out) {
  store::Redis redis(settings.redis_url, 1);
  const auto pong = run_blocking(redis.command({"PING"}));
  if (pong) return out.push_back({State::kFine, "Redis", "answers", ""});
  out.push_back({State::kFault, "Redis", why(pong.error()),
                 "Start Redis, or correct REDIS_URL. Nothing is lost without it, but much is slower."});
}

void check_gateway(const config::Settings& settings, Findings& out) {
  http::Client client;
  gateway::OpenAiGateway gateway(client, {.base_url = settings.ai_gateway_url,
                                          .api_key = settings.ai_api_key,
                                          .default_model = settings.ai_default_model});
  const auto checked = run_blocking(gateway.check());
  const std::string kind = settings.demo_model ? " (the demonstration model)" : "";
  if (checked) return out.push_back({State::kFine, "AI gateway", settings.ai_gateway_url + " answers" + kind, ""});
  out.push_back({State::kFault, "AI gateway", why(checked.error()),
                 "Check AI_GATEWAY_URL and AI_API_KEY. Until then no message is answered."});
}

void check_registry(const config::Settings& settings, Findings& out) {
  if (settings.marketplace_url.empty())
    return out.push_back({State::kFine, "registry", "none (MARKETPLACE_URL is not set); modules come from files", ""});
  http::Client client;
  marketplace::RegistryClient registry(client, settings.marketplace_url);
  const auto modules = run_blocking(registry.list());
  if (modules)
    return out.push_back({State::kFine, "registry",
                          settings.marketplace_url + " offers " + std::to_string(modules->size()) + " modules", ""});
  out.push_back({State::kWarning, "registry", why(modules.error()), "Installed modules go on working."});
}

/// Only what the settings say: a letter to find out would be a letter to somebody.
void check_mail(const config::Settings& settings, Findings& out) {
  constexpr const char* kRemedy = "Set MAIL_URL to the school's mail server, smtp://user:password@host, and MAIL_FROM.";
  if (settings.mail_url.empty())
    return out.push_back({State::kWarning, "mail", "nobody can reset a password: no mail is sent", kRemedy});
  const bool folder = settings.mail_url.starts_with("file:");
  if (!folder) return out.push_back({State::kFine, "mail", "goes to a mail server", ""});
  const std::string where = "goes into " + settings.mail_url.substr(5);
  if (settings.production) return out.push_back({State::kWarning, "mail", where + ", where nobody reads it", kRemedy});
  out.push_back({State::kFine, "mail", where + " (development)", ""});
}

}  // namespace

void check_services(const config::Settings& settings, Findings& out) {
  check_database(settings, out);
  check_redis(settings, out);
  check_gateway(settings, out);
  check_registry(settings, out);
  check_mail(settings, out);
}

}  // namespace rapt::cli
