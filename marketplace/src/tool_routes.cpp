// SPDX-License-Identifier: AGPL-3.0-or-later
// Tools that publishers offer to all: lists, one, and handing one in.
#include <nlohmann/json.hpp>

#include "download_counts.hpp"
#include "list_cursor.hpp"
#include "module_views.hpp"
#include "rapt/api/body.hpp"
#include "rapt/api/query.hpp"
#include "rapt/base/ids.hpp"
#include "search_words.hpp"
#include "tool_form.hpp"
#include "tool_handlers.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

#define RAPT_TOOL_COLUMNS                                                                \
  "t.id, t.publisher, t.name, t.type, t.subject, t.grade_level, t.description, "         \
  "array_to_json(t.modules)::text AS modules, t.downloads, t.created_at, t.updated_at, " \
  "(extract(epoch FROM t.updated_at) * 1000000)::bigint AS key "
#define RAPT_TOOL_FROM                                                                                \
  "FROM community_tools t JOIN publishers p ON p.name = t.publisher WHERE t.state = 'published' AND " \
  "p.suspended_because IS NULL "
constexpr store::Statement kToolPage{
    "tools.page", "SELECT " RAPT_TOOL_COLUMNS RAPT_TOOL_FROM
                  "AND ($1::text = '' OR t.search @@ to_tsquery('english', $1::text)) "
                  "AND ($2::text IS NULL OR t.type = $2) AND ($3::text IS NULL OR lower(t.subject) = lower($3)) "
                  "AND ($4::bigint IS NULL OR (t.updated_at, t.id::text) < (to_timestamp($4::bigint / 1000000) + "
                  "($4::bigint % 1000000) * interval '1 microsecond', $5::text)) "
                  "ORDER BY t.updated_at DESC, t.id::text DESC LIMIT $6::bigint"};
constexpr store::Statement kOneTool{"tools.one",
                                    "SELECT t.yaml, " RAPT_TOOL_COLUMNS RAPT_TOOL_FROM "AND t.id = $1::uuid"};
#undef RAPT_TOOL_COLUMNS
#undef RAPT_TOOL_FROM
constexpr store::Statement kAdd{
    "tools.add",
    "INSERT INTO community_tools (id, publisher, name, type, subject, grade_level, description, yaml, modules, search) "
    "VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9::text[], setweight(to_tsvector('english', $3), 'A') || "
    "setweight(to_tsvector('english', $5), 'B') || setweight(to_tsvector('english', $7), 'C'))"};
constexpr std::string_view kListTools = "tools";
constexpr std::size_t kMostYaml = 262144;

json tool_view(const store::Row& row) {
  return {{"id", row.text("id")},
          {"publisher", row.text("publisher")},
          {"name", row.text("name")},
          {"type", row.text("type")},
          {"subject", row.text("subject")},
          {"grade_level", row.text("grade_level")},
          {"description", row.text("description")},
          {"modules", json_of(row.text("modules"), "[]")},
          {"downloads", row.integer("downloads")},
          {"created_at", to_rfc3339(row.time("created_at"))},
          {"updated_at", to_rfc3339(row.time("updated_at"))}};
}

Result<store::Params> page_parameters(const http::Request& request, std::int64_t limit) {
  const auto words = words_of(request);
  if (!words) return words.error();
  const auto type = request.query_value("type");
  if (type && *type != "chat" && *type != "product") return Error::invalid("type", "must be chat or product");
  const auto subject = api::query_text(request, "subject", 100);
  if (!subject) return subject.error();
  const auto cursor = ListCursor::parse(kListTools, request.query_value("cursor").value_or(""));
  if (!cursor) return cursor.error();
  store::Params out;
  out.add(words->tsquery).add(type).add(subject->empty() ? std::nullopt : std::optional(*subject));
  add_cursor(out, *cursor).add(limit + 1);
  return out;
}

}  // namespace

Task<Result<http::Response>> get_tools(Call& call) {
  const auto limit = api::query_number(call.request, "limit", 1, kMostOfAPage, kUsualPage);
  if (!limit) co_return limit.error();
  auto params = page_parameters(call.request, *limit);
  if (!params) co_return params.error();
  const auto rows = co_await call.site.database.query(kToolPage, std::move(*params));
  if (!rows) co_return rows.error();
  json data = json::array();
  const auto most = static_cast<std::size_t>(*limit);
  for (std::size_t i = 0; i < std::min(rows->size(), most); ++i) data.push_back(tool_view((*rows)[i]));
  if (rows->size() <= most) co_return reply_page(text_of(data), "");
  const auto last = (*rows)[most - 1];
  const ListCursor next{last.integer("key"), last.text("id")};
  co_return reply_page(text_of(data), next.text(kListTools));
}

Task<Result<http::Response>> get_tool(Call& call) {
  const auto id = canonical_uuid(call.parameter("id"));
  if (!id) co_return Error::not_found("tool");
  const auto rows = co_await call.site.database.query(kOneTool, store::params(*id));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("tool");
  auto data = tool_view((*rows)[0]);
  data["yaml"] = (*rows)[0].text("yaml");
  if (call.site.downloads != nullptr) call.site.downloads->add_tool(*id);
  co_return reply(200, text_of(data));
}

Task<Result<http::Response>> post_tool(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  const auto yaml = body->text("yaml", kMostYaml);
  if (auto fault = body->fault()) co_return *fault;
  const auto form = read_tool_form(yaml);
  if (!form) co_return form.error();
  const auto id = new_uuid();
  auto params = store::params(id, call.publisher, form->name, form->type, form->subject, form->grade_level,
                              form->description, yaml);
  params.add_array(form->modules);
  const auto added = co_await call.site.database.query(kAdd, std::move(params));
  if (!added && added.error().kind == ErrorKind::kConflict)
    co_return Error::conflict("You have a tool with this name already. Give it another one.");
  if (!added) co_return added.error();
  const json data{{"id", id}, {"name", form->name}, {"state", "review"}};
  co_return reply(201, text_of(data));
}

}  // namespace rapt::marketplace
