// SPDX-License-Identifier: AGPL-3.0-or-later
// Releases of the platform, and what instances tell of how they fare with them.
#include <array>
#include <vector>

#include <nlohmann/json.hpp>

#include "instance_access.hpp"
#include "instances.hpp"
#include "list_cursor.hpp"
#include "module_views.hpp"
#include "rapt/api/body.hpp"
#include "rapt/api/query.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/marketplace/release_document.hpp"
#include "release_handlers.hpp"
#include "releases.hpp"
#include "tool_handlers.hpp"
#include "version_order.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

#define RAPT_RELEASE_COLUMNS                                                                                       \
  "version, channel, files::text AS files, image, notes, min_from, schema_from, rollout_percent, halted_because, " \
  "withdrawn_because, published_at "
constexpr store::Statement kNewestRelease{
    "releases.newest", "SELECT " RAPT_RELEASE_COLUMNS "FROM releases ORDER BY sort_key COLLATE \"C\" DESC LIMIT 200"};
constexpr store::Statement kReleasePage{"releases.page",
                                        "SELECT " RAPT_RELEASE_COLUMNS
                                        "FROM releases WHERE $1::text IS NULL OR sort_key COLLATE \"C\" < $1 "
                                        "ORDER BY sort_key COLLATE \"C\" DESC LIMIT $2::bigint"};
constexpr store::Statement kOneRelease{"releases.one",
                                       "SELECT " RAPT_RELEASE_COLUMNS "FROM releases WHERE version = $1"};
#undef RAPT_RELEASE_COLUMNS
constexpr store::Statement kRegister{"instances.register",
                                     "INSERT INTO instances (id, token_sha256) VALUES ($1::uuid, $2)"};
constexpr store::Statement kHeartbeat{
    "instances.heartbeat",
    "UPDATE instances SET version = $2, channel = $3, deployment_type = $4, modules = $5::jsonb, update_state = $6, "
    "update_version = $7, seen_at = now(), update_reported_at = CASE WHEN update_state = $6 AND update_version = $7 "
    "THEN update_reported_at ELSE now() END WHERE id = $1::uuid"};

Result<std::optional<Version>> query_version(const http::Request& request, const std::string& name) {
  const auto text = request.query_value(name);
  if (!text) return std::optional<Version>{};
  auto version = Version::parse(*text);
  if (!version) return Error::invalid(name, "must be a semantic version such as 1.2.3");
  return version;
}

Result<ReleaseSeeker> seeker_of(const http::Request& request) {
  ReleaseSeeker out;
  const auto channel = parse_channel(request.query_value("channel").value_or("stable"));
  if (!channel) return Error::invalid("channel", "must be stable or beta");
  out.channel = *channel;
  auto current = query_version(request, "current");
  if (!current) return current.error();
  out.current = std::move(*current);
  if (const auto instance = request.query_value("instance")) {
    const auto id = canonical_uuid(*instance);
    if (!id) return Error::invalid("instance", "must be the id that POST /api/instances/register has given");
    out.instance = *id;
  }
  return out;
}

Task<Result<http::Response>> get_latest(Call& call) {
  const auto seeker = seeker_of(call.request);
  if (!seeker) co_return seeker.error();
  const auto rows = co_await call.site.database.query(kNewestRelease);
  if (!rows) co_return rows.error();
  const auto found = newest_for(*rows, *seeker);
  co_return reply(200, found ? text_of(release_view(*found)) : "null");
}

Task<Result<http::Response>> get_releases(Call& call) {
  const auto limit = api::query_number(call.request, "limit", 1, kMostOfAPage, kUsualPage);
  if (!limit) co_return limit.error();
  const auto after = query_version(call.request, "cursor");
  if (!after) co_return Error::invalid("cursor", "is not a cursor of this list: take next_cursor of the page before");
  store::Params params;
  params.add(*after ? std::optional(sort_key(**after)) : std::nullopt).add(*limit + 1);
  const auto rows = co_await call.site.database.query(kReleasePage, std::move(params));
  if (!rows) co_return rows.error();
  json data = json::array();
  const auto most = static_cast<std::size_t>(*limit);
  for (std::size_t i = 0; i < std::min(rows->size(), most); ++i) data.push_back(release_view((*rows)[i]));
  co_return reply_page(text_of(data), rows->size() > most ? (*rows)[most - 1].text("version") : "");
}

Task<Result<http::Response>> get_release(Call& call) {
  const auto& version = call.parameter("version");
  const auto rows = co_await call.site.database.query(kOneRelease, store::params(version));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("release \"" + printable(version, 80) + "\"");
  co_return reply(200, text_of(release_view((*rows)[0])));
}

Task<Result<http::Response>> post_instance(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  if (auto fault = body->fault()) co_return *fault;
  const auto id = new_uuid();
  const auto token = new_instance_token(id);
  const auto done = co_await call.site.database.query(kRegister, store::params(id, token.secret_sha256));
  if (!done) co_return done.error();
  const json data{{"id", id}, {"token", token.text}};
  co_return reply(201, text_of(data));
}

Task<Result<http::Response>> post_heartbeat(Call& call) {
  const auto beat = parse_heartbeat(call.request);
  if (!beat) co_return beat.error();
  auto params = store::params(call.instance_id, beat->version, beat->channel, beat->deployment_type, beat->modules_json,
                              beat->update_state, beat->update_version);
  const auto done = co_await call.site.database.query(kHeartbeat, std::move(params));
  if (!done) co_return done.error();
  if (beat->update_state == "failed" || beat->update_state == "rolled_back") {
    const auto halted = co_await halt_if_failing(call.site.database, beat->update_version);
    if (!halted) co_return halted.error();
    if (*halted) log::warn("release.halted", {{"version", beat->update_version}, {"because", **halted}});
  }
  http::Response out;
  out.status = 204;
  co_return out;
}

constexpr std::size_t kReleasesBody = std::size_t{9} << 20;  // a document of 4 MiB as a JSON text
constexpr std::size_t kToolBody = std::size_t{400} << 10;
constexpr std::array kReleaseRoutes{
    Route{"GET", "/api/releases/latest", Access::kPublic, get_latest},
    Route{"GET", "/api/releases", Access::kPublic, get_releases},
    Route{"GET", "/api/releases/:version", Access::kPublic, get_release},
    Route{"POST", "/api/releases", Access::kReleaser, post_releases, kReleasesBody, 60},
    Route{"PUT", "/api/releases/:version/archives/:architecture", Access::kReleaser, put_archive, kUploadPart},
    Route{"GET", "/api/tools", Access::kPublic, get_tools},
    Route{"GET", "/api/tools/:id", Access::kPublic, get_tool},
    Route{"POST", "/api/tools", Access::kPublisher, post_tool, kToolBody, 30},
    Route{"POST", "/api/instances/register", Access::kPublic, post_instance, 1024, 20},
    Route{"POST", "/api/instances/:id/heartbeat", Access::kInstance, post_heartbeat, std::size_t{64} << 10, 60},
};

}  // namespace

std::span<const Route> release_routes() {
  return kReleaseRoutes;
}

}  // namespace rapt::marketplace
