// SPDX-License-Identifier: AGPL-3.0-or-later
// Reading of modules: lists, one module, its versions, their bytes.
#include <array>

#include <nlohmann/json.hpp>

#include "blob_answer.hpp"
#include "blobs.hpp"
#include "catalog_routes.hpp"
#include "download_counts.hpp"
#include "module_search.hpp"
#include "module_views.hpp"
#include "rapt/api/query.hpp"
#include "rapt/base/text.hpp"
#include "version_order.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::int64_t kVersionsOfAModule = 100;

#define RAPT_VERSION_COLUMNS                                                                                         \
  "v.version, v.channel, v.sha256, v.bytes, v.key_id, v.abi_major, v.abi_minor, array_to_json(v.hooks)::text AS "    \
  "hooks, array_to_json(v.architectures)::text AS architectures, v.manifest::text AS manifest, "                     \
  "v.dependencies::text AS dependencies, v.published_at, v.yanked_because, v.yanked_at, v.downloads, v.change_log, " \
  "'modules/' || m.publisher || '/' || m.name || '/' || m.name || '-' || v.version || '.rapt' AS target_path "
#define RAPT_VERSION_FROM                                                                                 \
  "FROM module_versions v JOIN modules m ON m.name = v.module JOIN publishers p ON p.name = m.publisher " \
  "WHERE v.module = $1 AND v.state = 'published' AND p.suspended_because IS NULL "

constexpr store::Statement kVersions{
    "versions.page", "SELECT " RAPT_VERSION_COLUMNS RAPT_VERSION_FROM
                     "AND ($2::text IS NULL OR (v.sort_key COLLATE \"C\", v.version COLLATE \"C\") < ($2, $3)) "
                     "ORDER BY v.sort_key COLLATE \"C\" DESC, v.version COLLATE \"C\" DESC LIMIT $4::bigint"};
constexpr store::Statement kVersion{"versions.one",
                                    "SELECT v.findings::text AS findings, " RAPT_VERSION_COLUMNS RAPT_VERSION_FROM
                                    "AND v.version = $2"};
#undef RAPT_VERSION_COLUMNS
#undef RAPT_VERSION_FROM
constexpr store::Statement kBytes{
    "versions.bytes",
    "SELECT v.sha256, v.bytes FROM module_versions v JOIN modules m ON m.name = v.module JOIN publishers p ON p.name = "
    "m.publisher WHERE v.module = $1 AND v.version = $2 AND v.state = 'published' AND p.suspended_because IS NULL"};
constexpr store::Statement kRanges{
    "advisories.ranges", "SELECT id, affected FROM advisories WHERE module = $1 AND withdrawn_at IS NULL ORDER BY id"};
constexpr store::Statement kScreenshots{
    "screenshots.of", "SELECT position, caption FROM module_screenshots WHERE module = $1 ORDER BY position"};
constexpr store::Statement kScreenshot{
    "screenshots.one",
    "SELECT s.sha256, s.content_type FROM module_screenshots s JOIN modules m ON m.name = s.module JOIN publishers p "
    "ON "
    "p.name = m.publisher WHERE s.module = $1 AND s.position = $2::int AND p.suspended_because IS NULL"};

Error no_module(const std::string& name) {
  return Error::not_found("module as \"" + printable(name, 80) + "\"");
}

Error no_version(const Call& call) {
  return Error::not_found("version \"" + printable(call.parameter("version"), 80) + "\" of " +
                          printable(call.parameter("name"), 80));
}

Task<Result<http::Response>> get_modules(Call& call) {
  auto query = parse_module_query(call.request);
  if (!query) co_return query.error();
  const auto limit = static_cast<std::size_t>(query->limit);
  const auto order = query->order;
  const auto rows = co_await search_modules(call.site.database, std::move(*query));
  if (!rows) co_return rows.error();
  json data = json::array();
  for (std::size_t i = 0; i < std::min(rows->size(), limit); ++i) data.push_back(module_summary((*rows)[i]));
  if (rows->size() <= limit) co_return reply_page(text_of(data), "");
  const auto last = (*rows)[limit - 1];
  const ListCursor next{last.integer("key"), last.text("name")};
  co_return reply_page(text_of(data), next.text(name(order)));
}

Task<Result<std::vector<AdvisoryRange>>> advisories_of(Call& call, std::string module) {
  const auto rows = co_await call.site.database.query(kRanges, store::params(module));
  if (!rows) co_return rows.error();
  std::vector<AdvisoryRange> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back({(*rows)[i].text("id"), (*rows)[i].text("affected")});
  co_return out;
}

/// A page of versions, newest first, behind the version `after` ("" is the first page); one more than `limit` says that
/// there is another.
Task<Result<store::Rows>> versions_page(Call& call, std::string module, std::string after, std::int64_t limit) {
  auto params = store::params(module);
  if (after.empty()) {
    params.add_null().add_null();
  } else {
    const auto version = Version::parse(after);
    if (!version)
      co_return Error::invalid("cursor", "is not a cursor of this list: take next_cursor of the page before");
    params.add(sort_key(*version)).add(after);
  }
  params.add(limit + 1);
  auto rows = co_await call.site.database.query(kVersions, std::move(params));
  co_return rows;
}

json summaries(const store::Rows& rows, std::int64_t limit, const std::vector<AdvisoryRange>& advisories) {
  json out = json::array();
  const auto count = std::min(rows.size(), static_cast<std::size_t>(limit));
  for (std::size_t i = 0; i < count; ++i) out.push_back(version_summary(rows[i], advisories));
  return out;
}

json screenshots(const Call& call, const std::string& module, const store::Rows& rows) {
  json out = json::array();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto position = std::to_string(rows[i].integer("position"));
    out.push_back({{"url", call.site.public_url + "/api/modules/" + module + "/screenshots/" + position},
                   {"caption", rows[i].text("caption")}});
  }
  return out;
}

Task<Result<http::Response>> get_module(Call& call) {
  const auto& name = call.parameter("name");
  const auto found = co_await summary_of_module(call.site.database, name);
  if (!found) co_return found.error();
  if (found->empty()) co_return no_module(name);
  const auto advisories = co_await advisories_of(call, name);
  if (!advisories) co_return advisories.error();
  const auto versions = co_await versions_page(call, name, "", kVersionsOfAModule);
  if (!versions) co_return versions.error();
  const auto shots = co_await call.site.database.query(kScreenshots, store::params(name));
  if (!shots) co_return shots.error();
  auto data = module_summary((*found)[0]);
  data["created_at"] = to_rfc3339((*found)[0].time("created_at"));
  data["screenshots"] = screenshots(call, name, *shots);
  data["change_log"] = versions->empty() ? "" : (*versions)[0].text("change_log");
  data["versions"] = summaries(*versions, kVersionsOfAModule, *advisories);
  data["more_versions"] = versions->size() > static_cast<std::size_t>(kVersionsOfAModule);
  co_return reply(200, text_of(data));
}

Task<Result<http::Response>> get_versions(Call& call) {
  const auto& name = call.parameter("name");
  const auto limit = api::query_number(call.request, "limit", 1, kMostOfAPage, kUsualPage);
  if (!limit) co_return limit.error();
  const auto advisories = co_await advisories_of(call, name);
  if (!advisories) co_return advisories.error();
  auto after = call.request.query_value("cursor").value_or("");
  const bool first = after.empty();
  const auto rows = co_await versions_page(call, name, std::move(after), *limit);
  if (!rows) co_return rows.error();
  if (rows->empty() && first) co_return no_module(name);
  const bool more = rows->size() > static_cast<std::size_t>(*limit);
  const auto next = more ? (*rows)[static_cast<std::size_t>(*limit) - 1].text("version") : std::string();
  co_return reply_page(text_of(summaries(*rows, *limit, *advisories)), next);
}

Task<Result<http::Response>> get_version(Call& call) {
  const auto& name = call.parameter("name");
  const auto rows = co_await call.site.database.query(kVersion, store::params(name, call.parameter("version")));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return no_version(call);
  const auto advisories = co_await advisories_of(call, name);
  if (!advisories) co_return advisories.error();
  const auto row = (*rows)[0];
  auto data = version_summary(row, *advisories);
  data["manifest"] = json_of(row.text("manifest"), "{}");
  data["change_log"] = row.text("change_log");
  data["findings"] = json_of(row.text("findings"), "[]");
  co_return reply(200, text_of(data));
}

Task<Result<http::Response>> get_download(Call& call) {
  const auto &name = call.parameter("name"), &version = call.parameter("version");
  const auto rows = co_await call.site.database.query(kBytes, store::params(name, version));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return no_version(call);
  const auto row = (*rows)[0];
  BlobFile file{row.text("sha256"), static_cast<std::uint64_t>(row.integer("bytes")), "application/octet-stream",
                name + "-" + version + ".rapt"};
  bool delivered = false;
  auto answered = co_await answer_blob(call, std::move(file), delivered);
  if (delivered && call.site.downloads != nullptr) call.site.downloads->add_module(name, version);
  co_return answered;
}

Task<Result<http::Response>> get_screenshot(Call& call) {
  const auto& position = call.parameter("position");
  if (position.size() != 1 || position[0] < '1' || position[0] > '8') co_return Error::not_found("screenshot");
  const auto rows = co_await call.site.database.query(kScreenshot, store::params(call.parameter("name"), position));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("screenshot");
  const auto sha256 = (*rows)[0].text("sha256");
  const auto size = co_await call.site.blobs.size(sha256);
  if (!size) co_return size.error();
  bool delivered = false;
  BlobFile file{sha256, *size, (*rows)[0].text("content_type"), ""};
  auto answered = co_await answer_blob(call, std::move(file), delivered);
  co_return answered;
}

constexpr std::array kModuleRoutes{
    Route{"GET", "/api/modules", Access::kPublic, get_modules},
    Route{"GET", "/api/modules/:name", Access::kPublic, get_module},
    Route{"GET", "/api/modules/:name/versions", Access::kPublic, get_versions},
    Route{"GET", "/api/modules/:name/versions/:version", Access::kPublic, get_version},
    Route{"GET", "/api/modules/:name/download/:version", Access::kPublic, get_download},
    Route{"GET", "/api/modules/:name/screenshots/:position", Access::kPublic, get_screenshot},
    Route{"GET", "/api/categories", Access::kPublic, get_categories},
    Route{"GET", "/api/publishers/:name", Access::kPublic, get_publisher},
    Route{"GET", "/api/advisories", Access::kPublic, get_advisories},
};

}  // namespace

std::span<const Route> module_routes() {
  return kModuleRoutes;
}

}  // namespace rapt::marketplace
