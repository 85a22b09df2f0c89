// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_search.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "categories.hpp"
#include "rapt/api/query.hpp"
#include "rapt/marketplace/layout.hpp"

namespace rapt::marketplace {
namespace {

constexpr int kMostMinor = 255;

// Each order has a statement of its own, so that each can follow an index. Of $5 (runs_on) one has to be there.
#define RAPT_MODULE_COLUMNS                                                                                      \
  "m.name, m.title, m.description, m.publisher, p.title AS publisher_title, m.category, m.license, "             \
  "m.latest_stable, m.latest_beta, array_to_json(m.hooks)::text AS hooks, "                                      \
  "array_to_json(m.permissions)::text AS permissions, m.downloads, m.rating_sum, m.rating_count, m.updated_at, " \
  "m.created_at, (SELECT count(*) FROM advisories a WHERE a.module = m.name AND a.withdrawn_at IS NULL) AS "     \
  "advisories "
#define RAPT_MODULE_FROM "FROM modules m JOIN publishers p ON p.name = m.publisher "
#define RAPT_MODULE_FILTER                                                                         \
  "p.suspended_because IS NULL AND (m.latest_stable IS NOT NULL OR m.latest_beta IS NOT NULL) "    \
  "AND ($1::text IS NULL OR m.category = $1) AND ($2::text IS NULL OR $2 = ANY (m.hooks)) "        \
  "AND ($3::text IS NULL OR $3 = ANY (m.permissions)) AND ($4::text IS NULL OR m.publisher = $4) " \
  "AND ($5::text[] = '{}' OR m.runs_on && $5::text[]) "
#define RAPT_MODULE_WORDS "AND ($9::text = '' OR m.search @@ to_tsquery('english', $9::text)) "
#define RAPT_MODULE_QUESTION "to_tsquery('english', $9::text)"
#define RAPT_MODULE_RANK "(ts_rank(m.search, " RAPT_MODULE_QUESTION ") * 1000000)::bigint"

constexpr store::Statement kByDownloads{"modules.by_downloads",
                                        "SELECT " RAPT_MODULE_COLUMNS ", m.downloads AS key " RAPT_MODULE_FROM
                                        "WHERE " RAPT_MODULE_FILTER RAPT_MODULE_WORDS
                                        "AND ($6::bigint IS NULL OR (m.downloads, m.name) < ($6::bigint, $7::text)) "
                                        "ORDER BY m.downloads DESC, m.name DESC LIMIT $8::bigint"};
constexpr store::Statement kByRating{"modules.by_rating",
                                     "SELECT " RAPT_MODULE_COLUMNS ", m.rating_key AS key " RAPT_MODULE_FROM
                                     "WHERE " RAPT_MODULE_FILTER RAPT_MODULE_WORDS
                                     "AND ($6::bigint IS NULL OR (m.rating_key, m.name) < ($6::bigint, $7::text)) "
                                     "ORDER BY m.rating_key DESC, m.name DESC LIMIT $8::bigint"};
constexpr store::Statement kByUpdated{
    "modules.by_updated",
    "SELECT " RAPT_MODULE_COLUMNS ", (extract(epoch FROM m.updated_at) * 1000000)::bigint AS key " RAPT_MODULE_FROM
    "WHERE " RAPT_MODULE_FILTER RAPT_MODULE_WORDS
    "AND ($6::bigint IS NULL OR (m.updated_at, m.name) < (to_timestamp($6::bigint / 1000000) + "
    "($6::bigint % 1000000) * interval '1 microsecond', $7::text)) "
    "ORDER BY m.updated_at DESC, m.name DESC LIMIT $8::bigint"};
constexpr store::Statement kByName{"modules.by_name",
                                   "SELECT " RAPT_MODULE_COLUMNS ", 0::bigint AS key " RAPT_MODULE_FROM
                                   "WHERE " RAPT_MODULE_FILTER RAPT_MODULE_WORDS
                                   "AND ($6::bigint IS NULL OR m.name > $7::text) ORDER BY m.name LIMIT $8::bigint"};
// A rank costs, so of very many that fit not all are ranked: those among the thousand most downloaded (up to 200), and
// 400 of the rest. Of fewer, all are, and what is popular need not be looked through. What a page shows is gathered for
// that page alone.
constexpr store::Statement kByRelevance{
    "modules.by_relevance",
    "WITH matched AS MATERIALIZED (SELECT r.ctid AS place FROM modules r WHERE r.search @@ " RAPT_MODULE_QUESTION
    " LIMIT 400) SELECT " RAPT_MODULE_COLUMNS ", m.key FROM (SELECT m.*, " RAPT_MODULE_RANK
    " AS key FROM modules m JOIN publishers p ON p.name = m.publisher WHERE m.ctid = ANY (ARRAY(SELECT place FROM "
    "matched) || ARRAY(SELECT t.ctid FROM (SELECT ctid, search FROM modules ORDER BY downloads DESC, name DESC LIMIT "
    "1000) t WHERE (SELECT count(*) FROM matched) = 400 AND t.search @@ " RAPT_MODULE_QUESTION
    " LIMIT 200)) AND " RAPT_MODULE_FILTER "AND ($6::bigint IS NULL OR (" RAPT_MODULE_RANK
    ", m.name) < ($6::bigint, $7::text)) ORDER BY key DESC, m.name DESC LIMIT $8::bigint) m "
    "JOIN publishers p ON p.name = m.publisher ORDER BY m.key DESC, m.name DESC"};
constexpr store::Statement kMeant{"modules.meant_words",
                                  "SELECT array_to_string(meant_words($1::text[]), ' ') AS meant"};
constexpr store::Statement kOne{"modules.one", "SELECT " RAPT_MODULE_COLUMNS RAPT_MODULE_FROM
                                               "WHERE m.name = $1 AND p.suspended_because IS NULL AND EXISTS (SELECT 1 "
                                               "FROM module_versions v WHERE v.module = m.name AND v.state = "
                                               "'published')"};
#undef RAPT_MODULE_COLUMNS
#undef RAPT_MODULE_FROM
#undef RAPT_MODULE_FILTER
#undef RAPT_MODULE_WORDS
#undef RAPT_MODULE_QUESTION
#undef RAPT_MODULE_RANK

Result<std::optional<std::string>> optional_text(const http::Request& request, const std::string& name) {
  auto text = api::query_text(request, name, 100);
  if (!text) return text.error();
  return text->empty() ? std::nullopt : std::optional(std::move(*text));
}

Result<void> read_words(const http::Request& request, ModuleQuery& out) {
  auto words = words_of(request);
  if (!words) return words.error();
  out.words = std::move(*words);
  return {};
}

Result<void> read_filters(const http::Request& request, ModuleQuery& out) {
  const std::array<std::pair<const char*, std::optional<std::string>*>, 6> filters{{{"category", &out.category},
                                                                                    {"hook", &out.hook},
                                                                                    {"permission", &out.permission},
                                                                                    {"publisher", &out.publisher},
                                                                                    {"architecture", &out.architecture},
                                                                                    {"channel", &out.channel}}};
  for (const auto& [name, place] : filters) {
    auto text = optional_text(request, name);
    if (!text) return text.error();
    *place = std::move(*text);
  }
  if (out.category && !is_category(*out.category))
    return Error::invalid("category", "is none of those that GET /api/categories lists");
  if (out.channel && !parse_channel(*out.channel)) return Error::invalid("channel", "must be stable or beta");
  return {};
}

/// "1.2".
Result<void> read_abi(const http::Request& request, ModuleQuery& out) {
  const auto text = request.query_value("abi");
  if (!text) return {};
  const auto dot = text->find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.size() <= 4 && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const auto fault = Error::invalid("abi", "must be two numbers such as 1.2");
  if (dot == std::string::npos) return fault;
  const auto major = text->substr(0, dot), minor = text->substr(dot + 1);
  if (!digits(major) || !digits(minor)) return fault;
  out.abi_major = std::stoi(major);
  out.abi_minor = std::stoi(minor);
  return {};
}

constexpr std::array kOrders{ModuleOrder::kRelevance, ModuleOrder::kDownloads, ModuleOrder::kRating,
                             ModuleOrder::kUpdated, ModuleOrder::kName};

Result<void> read_order(const http::Request& request, ModuleQuery& out) {
  out.order = out.words.words.empty() ? ModuleOrder::kDownloads : ModuleOrder::kRelevance;
  const auto text = request.query_value("sort");
  if (!text) return {};
  for (const auto order : kOrders) {
    if (*text != name(order)) continue;
    // Without words there is nothing to be relevant to.
    if (order != ModuleOrder::kRelevance || !out.words.words.empty()) out.order = order;
    return {};
  }
  return Error::invalid("sort", "must be relevance, downloads, rating, updated or name");
}

const store::Statement& statement_of(ModuleOrder order) {
  switch (order) {
    case ModuleOrder::kRelevance:
      return kByRelevance;
    case ModuleOrder::kRating:
      return kByRating;
    case ModuleOrder::kUpdated:
      return kByUpdated;
    case ModuleOrder::kName:
      return kByName;
    case ModuleOrder::kDownloads:
      break;
  }
  return kByDownloads;
}

/// What `modules.runs_on` has to have one of; empty when it does not matter. A host takes modules that were made for
/// its own minor number and for older ones.
std::vector<std::string> wanted_places(const ModuleQuery& query) {
  if (!query.architecture && !query.channel && !query.abi_major) return {};
  const auto place = [&query](const std::string& abi) {
    return query.channel.value_or("") + "/" + abi + "/" + query.architecture.value_or("");
  };
  if (!query.abi_major) return {place("")};
  std::vector<std::string> out;
  for (int minor = 0; minor <= std::min(*query.abi_minor, kMostMinor); ++minor)
    out.push_back(place(std::to_string(*query.abi_major) + "." + std::to_string(minor)));
  return out;
}

store::Params parameters(const ModuleQuery& query) {
  store::Params out;
  out.add(query.category).add(query.hook).add(query.permission).add(query.publisher);
  out.add_array(wanted_places(query));
  return add_cursor(out, query.cursor).add(query.limit + 1).add(query.words.tsquery);
}

}  // namespace

std::string_view name(ModuleOrder order) {
  constexpr std::array<std::string_view, 5> kNames{"relevance", "downloads", "rating", "updated", "name"};
  return kNames[static_cast<std::size_t>(order)];
}

Result<ModuleQuery> parse_module_query(const http::Request& request) {
  ModuleQuery out;
  RAPT_TRY(read_words(request, out));
  RAPT_TRY(read_filters(request, out));
  RAPT_TRY(read_abi(request, out));
  RAPT_TRY(read_order(request, out));
  const auto limit = api::query_number(request, "limit", 1, kMostOfAPage, kUsualPage);
  if (!limit) return limit.error();
  out.limit = *limit;
  auto cursor = ListCursor::parse(name(out.order), request.query_value("cursor").value_or(""));
  if (!cursor) return cursor.error();
  out.cursor = std::move(*cursor);
  return out;
}

Task<Result<store::Rows>> search_modules(store::Database& database, ModuleQuery query) {
  const auto& statement = statement_of(query.order);
  auto rows = co_await database.query(statement, parameters(query));
  if (!rows || !rows->empty() || query.words.words.empty()) co_return rows;
  // Nothing has these words: perhaps one is mistyped.
  store::Params typed;
  typed.add_array(query.words.words);
  const auto meant = co_await database.query(kMeant, std::move(typed));
  if (!meant) co_return meant.error();
  auto words = words_in((*meant)[0].text("meant"));
  if (words.tsquery == query.words.tsquery) co_return rows;
  query.words = std::move(words);
  auto found = co_await database.query(statement, parameters(query));
  co_return found;
}

Task<Result<store::Rows>> summary_of_module(store::Database& database, std::string name) {
  auto rows = co_await database.query(kOne, store::params(name));
  co_return rows;
}

}  // namespace rapt::marketplace
