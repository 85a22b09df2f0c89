// SPDX-License-Identifier: AGPL-3.0-or-later
// What belongs to several modules: categories, publishers, advisories.
#include "catalog_routes.hpp"

#include <map>

#include <nlohmann/json.hpp>

#include "categories.hpp"
#include "list_cursor.hpp"
#include "module_views.hpp"
#include "rapt/api/query.hpp"
#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr store::Statement kCounts{
    "categories.counts",
    "SELECT m.category, count(*) AS modules FROM modules m JOIN publishers p ON p.name = m.publisher WHERE "
    "p.suspended_because IS NULL AND (m.latest_stable IS NOT NULL OR m.latest_beta IS NOT NULL) GROUP BY m.category"};
constexpr store::Statement kPublisher{"publishers.one",
                                      "SELECT p.name, p.title, p.url, p.reviewed, p.created_at, (SELECT count(*) FROM "
                                      "modules m WHERE m.publisher = p.name "
                                      "AND (m.latest_stable IS NOT NULL OR m.latest_beta IS NOT NULL)) AS modules FROM "
                                      "publishers p WHERE p.name = $1 AND "
                                      "p.suspended_because IS NULL"};
constexpr store::Statement kPublisherKeys{
    "publishers.keys",
    "SELECT key_id, label, added_at, revoked_at FROM publisher_keys WHERE publisher = $1 ORDER BY added_at, key_id"};
constexpr store::Statement kAdvisories{
    "advisories.page",
    "SELECT id, module, affected, fixed, severity, title, body, url, published_at, "
    "(extract(epoch FROM published_at) * 1000000)::bigint AS key FROM advisories WHERE withdrawn_at IS NULL "
    "AND ($1::text IS NULL OR module = $1) AND ($2::bigint IS NULL OR "
    "((extract(epoch FROM published_at) * 1000000)::bigint, id) < ($2::bigint, $3::text)) "
    "ORDER BY key DESC, id DESC LIMIT $4::bigint"};
constexpr std::string_view kListCatalog = "advisories";

json advisory(const store::Row& row) {
  const auto module = row.optional_text("module");
  return {{"id", row.text("id")},
          {"module", module ? json(*module) : json(nullptr)},
          {"affected", row.text("affected")},
          {"fixed", row.text("fixed")},
          {"severity", row.text("severity")},
          {"title", row.text("title")},
          {"text", row.text("body")},
          {"url", row.text("url")},
          {"published_at", to_rfc3339(row.time("published_at"))}};
}

json key_of(const store::Row& row) {
  const auto revoked = row.optional_time("revoked_at");
  return {{"key_id", row.text("key_id")},
          {"label", row.text("label")},
          {"added_at", to_rfc3339(row.time("added_at"))},
          {"revoked_at", revoked ? json(to_rfc3339(*revoked)) : json(nullptr)}};
}

}  // namespace

Task<Result<http::Response>> get_categories(Call& call) {
  const auto rows = co_await call.site.database.query(kCounts);
  if (!rows) co_return rows.error();
  std::map<std::string, std::int64_t> counts;
  for (std::size_t i = 0; i < rows->size(); ++i) counts[(*rows)[i].text("category")] = (*rows)[i].integer("modules");
  json data = json::array();
  for (const auto& one : kCategories)
    data.push_back({{"name", one.name}, {"title", one.title}, {"modules", counts[std::string(one.name)]}});
  co_return reply_page(text_of(data), "");
}

Task<Result<http::Response>> get_publisher(Call& call) {
  const auto& name = call.parameter("name");
  const auto rows = co_await call.site.database.query(kPublisher, store::params(name));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("publisher as \"" + printable(name, 80) + "\"");
  const auto keys = co_await call.site.database.query(kPublisherKeys, store::params(name));
  if (!keys) co_return keys.error();
  const auto row = (*rows)[0];
  json data{{"name", row.text("name")},
            {"title", row.text("title")},
            {"url", row.text("url")},
            {"since", to_rfc3339(row.time("created_at"))},
            {"reviewed", row.boolean("reviewed")},
            {"modules", row.integer("modules")},
            {"keys", json::array()}};
  for (std::size_t i = 0; i < keys->size(); ++i) data["keys"].push_back(key_of((*keys)[i]));
  co_return reply(200, text_of(data));
}

Task<Result<http::Response>> get_advisories(Call& call) {
  const auto limit = api::query_number(call.request, "limit", 1, kMostOfAPage, kUsualPage);
  if (!limit) co_return limit.error();
  const auto module = api::query_text(call.request, "module", 100);
  if (!module) co_return module.error();
  const auto cursor = ListCursor::parse(kListCatalog, call.request.query_value("cursor").value_or(""));
  if (!cursor) co_return cursor.error();
  store::Params params;
  params.add(module->empty() ? std::nullopt : std::optional(*module));
  add_cursor(params, *cursor).add(*limit + 1);
  const auto rows = co_await call.site.database.query(kAdvisories, std::move(params));
  if (!rows) co_return rows.error();
  json data = json::array();
  const auto most = static_cast<std::size_t>(*limit);
  for (std::size_t i = 0; i < std::min(rows->size(), most); ++i) data.push_back(advisory((*rows)[i]));
  if (rows->size() <= most) co_return reply_page(text_of(data), "");
  const auto last = (*rows)[most - 1];
  const ListCursor next{last.integer("key"), last.text("id")};
  co_return reply_page(text_of(data), next.text(kListCatalog));
}

}  // namespace rapt::marketplace
