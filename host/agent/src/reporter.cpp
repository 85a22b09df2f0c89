// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/reporter.hpp"

namespace rapt::agent {
namespace {

using store::params;

constexpr const char* kAbout = "platform-instance";  // what the sealed token is

constexpr store::Statement kReported{"report_known", R"(
  SELECT instance_id::text AS id, convert_from(token_sealed, 'UTF8') AS token FROM platform_instance
   WHERE registry = $1 AND instance_id IS NOT NULL AND token_sealed IS NOT NULL)"};
constexpr store::Statement kRegistered{"report_registered", R"(
  INSERT INTO platform_instance (rollout_id, registry, instance_id, token_sealed)
  VALUES (gen_random_uuid(), $1, $2::uuid, convert_to($3, 'UTF8'))
  ON CONFLICT (one) DO UPDATE SET registry = excluded.registry, instance_id = excluded.instance_id,
    token_sealed = excluded.token_sealed)"};
// Claimed before it is told, so that one agent tells it; an hour later again, unless it is said that it was told.
constexpr store::Statement kClaim{"report_claim", R"(
  UPDATE platform_instance SET reported_at = now() - interval '23 hours'
   WHERE reported_at IS NULL OR reported_at < now() - interval '1 day')"};
constexpr store::Statement kReportTold{"report_told", "UPDATE platform_instance SET reported_at = now()"};
constexpr store::Statement kModules{"report_modules", "SELECT name, version FROM modules ORDER BY name LIMIT 500"};
// What could not even begin, or was abandoned, says nothing about the release.
constexpr store::Statement kLast{"report_last", R"(
  SELECT to_version, CASE state WHEN 'updated' THEN 'healthy' WHEN 'rolled_back' THEN 'rolled_back' ELSE 'failed' END
         AS state
    FROM platform_updates
   WHERE kind = 'update' AND state IN ('updated', 'rolled_back', 'failed', 'broken') AND NOT abandoned
     AND (state <> 'failed' OR phase NOT IN ('', 'downloading', 'unpacking', 'backing_up'))
   ORDER BY ended_at DESC LIMIT 1)"};

}  // namespace

Reporter::Reporter(store::Database& database, const security::SecretBox& box, http::Client& client, Options options)
    : database_(database), box_(box), desk_(client, options.url), options_(std::move(options)) {}

Task<Result<marketplace::InstanceKey>> Reporter::key(bool anew) {
  if (!anew) {
    const auto rows = co_await database_.query(kReported, params(options_.url));
    if (!rows) co_return rows.error();
    if (!rows->empty()) {
      // Sealed with a key that this host does not have: the instance is made known anew.
      auto token = box_.open((*rows)[0].text("token"), kAbout);
      if (token) co_return marketplace::InstanceKey{(*rows)[0].text("id"), std::move(*token)};
    }
  }
  auto made = co_await desk_.register_instance();
  if (!made) co_return made.error();
  const auto sealed = box_.seal(made->token, kAbout);
  RAPT_CO_TRY(co_await database_.query(kRegistered, params(options_.url, made->id, sealed)));
  co_return std::move(*made);
}

Task<Result<marketplace::InstanceReport>> Reporter::report(std::string version, std::string updating) {
  marketplace::InstanceReport out;
  out.version = std::move(version);
  out.channel = options_.channel;
  out.deployment_type = options_.deployment;
  const auto modules = co_await database_.query(kModules);
  if (!modules) co_return modules.error();
  for (std::size_t i = 0; i < modules->size(); ++i)
    out.modules[(*modules)[i].text("name")] = (*modules)[i].text("version");
  if (!updating.empty()) {
    out.update_state = "updating";
    out.update_version = std::move(updating);
    co_return out;
  }
  const auto last = co_await database_.query(kLast);
  if (!last) co_return last.error();
  if (last->empty()) co_return out;
  out.update_state = (*last)[0].text("state");
  out.update_version = (*last)[0].text("to_version");
  co_return out;
}

Task<Result<void>> Reporter::tell(std::string version, std::string updating) {
  auto what = co_await report(std::move(version), std::move(updating));
  if (!what) co_return what.error();
  auto who = co_await key(false);
  if (!who) co_return who.error();
  auto told = co_await desk_.tell(*who, *what);
  if (!told && told.error().kind == ErrorKind::kUnauthorized) {
    who = co_await key(true);
    if (!who) co_return who.error();
    told = co_await desk_.tell(*who, *what);
  }
  if (!told) co_return told.error();
  RAPT_CO_TRY(co_await database_.query(kReportTold));
  co_return Result<void>();
}

Task<Result<void>> Reporter::tell_when_due(std::string version) {
  const auto claimed = co_await database_.query(kClaim);
  if (!claimed) co_return claimed.error();
  if (claimed->affected() == 0) co_return Result<void>();
  co_return co_await tell(std::move(version), "");
}

}  // namespace rapt::agent
