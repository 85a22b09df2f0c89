// SPDX-License-Identifier: Apache-2.0
// SQL and HTTP as the test answers them, and figures.
#include "services.hpp"

#include <rapt/http.h>
#include <rapt/metrics.h>
#include <rapt/sql.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace rapt::testkit {
namespace {


/// JSON that begins so.
rapt_status check_json(rapt_text text, std::size_t longest, char first) {
  if (const auto status = check_text(text, longest); status != RAPT_OK) return status;
  const auto start = view_of(text).find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || view_of(text)[start] != first) return RAPT_E_INVALID;
  return is_json(view_of(text)) ? RAPT_OK : RAPT_E_INVALID;
}

rapt_status ask_sql(MemoryHost& host, rapt_text sql, const std::string& params, rapt_text* json) {
  if (host.scene == nullptr) return RAPT_E_NOT_ALLOWED;
  if (!host.services.sql) return RAPT_E_UNAVAILABLE;
  auto said = host.services.sql(std::string(view_of(sql)), params);
  if (said.json.size() > RAPT_MAX_REQUEST_BYTES) return RAPT_E_TOO_LARGE;
  if (said.status == RAPT_OK || said.status == RAPT_E_INVALID) *json = give(host, 0, std::move(said.json));
  return said.status;
}

rapt_status query(const rapt_host* host, rapt_text sql, rapt_text params, rapt_text* json) {
  *json = {nullptr, 0};
  if (sql.size == 0) return RAPT_E_INVALID;
  if (const auto status = check_text(sql, RAPT_MAX_REQUEST_BYTES); status != RAPT_OK) return status;
  if (params.data == nullptr) params = {"[]", 2};
  if (const auto status = check_json(params, RAPT_MAX_REQUEST_BYTES - sql.size, '['); status != RAPT_OK) return status;
  return ask_sql(memory(host), sql, std::string(view_of(params)), json);
}

rapt_status transact(const rapt_host* host, rapt_text statements, rapt_text* json) {
  *json = {nullptr, 0};
  const auto status = check_json(statements, RAPT_MAX_REQUEST_BYTES, '[');
  return status == RAPT_OK ? ask_sql(memory(host), statements, "", json) : status;
}

rapt_status request(const rapt_host* base, rapt_text request, rapt_text body, rapt_text* head, rapt_text* answer) {
  auto& host = memory(base);
  *head = *answer = {nullptr, 0};
  if (const auto status = check_json(request, RAPT_HTTP_MAX_REQUEST_BYTES, '{'); status != RAPT_OK) return status;
  if (body.data != nullptr) {
    if (const auto status = check_text(body, RAPT_HTTP_MAX_BODY_BYTES); status != RAPT_OK) return status;
  }
  if (host.scene == nullptr) return RAPT_E_NOT_ALLOWED;
  if (!host.services.http) return RAPT_E_UNAVAILABLE;
  auto said = host.services.http(std::string(view_of(request)),
                                 body.data == nullptr ? std::nullopt : std::optional<std::string>(view_of(body)));
  if (said.body.size() > RAPT_HTTP_MAX_BODY_BYTES) return RAPT_E_TOO_LARGE;
  if (said.status == RAPT_OK || said.status == RAPT_E_UNAVAILABLE) *head = give(host, 0, std::move(said.json));
  if (said.status == RAPT_OK) *answer = give(host, 1, std::move(said.body));
  return said.status;
}

rapt_status record(const rapt_host* base, rapt_text name, bool is_counter, double value) {
  auto& host = memory(base);
  const auto word = view_of(name);
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (host.scene == nullptr) return RAPT_E_NOT_ALLOWED;
  if (word.empty() || word.size() > 64 || word[0] < 'a' || word[0] > 'z' ||
      !std::all_of(word.begin(), word.end(), allowed))
    return RAPT_E_INVALID;
  if (host.figures == RAPT_METRICS_MAX_FIGURES) return RAPT_E_TOO_LARGE;
  ++host.figures;
  host.services.figures.push_back({std::string(word), is_counter, value});
  return RAPT_OK;
}

rapt_status count(const rapt_host* host, rapt_text name, std::int64_t delta) {
  return delta < 0 ? RAPT_E_INVALID : record(host, name, true, static_cast<double>(delta));
}

rapt_status observe(const rapt_host* host, rapt_text name, double value) {
  return std::isfinite(value) ? record(host, name, false, value) : RAPT_E_INVALID;
}

constexpr rapt_sql_1 sql_service{query, transact};
constexpr rapt_http_1 http_service{request};
constexpr rapt_metrics_1 metrics_service{count, observe};

}  // namespace

rapt_status check_text(rapt_text text, std::size_t longest) {
  if (text.data == nullptr) return RAPT_E_INVALID;
  if (text.size > longest) return RAPT_E_TOO_LARGE;
  return is_utf8(view_of(text)) ? RAPT_OK : RAPT_E_INVALID;
}

const void* granted_service(const MemoryHost& host, const char* id) {
  const GrantedTable services[] = {{RAPT_SERVICE_KV_1, "kv", &kv_service},
                  {RAPT_SERVICE_SQL_1, "sql", &sql_service},
                  {RAPT_SERVICE_HTTP_1, "http", &http_service},
                  {RAPT_SERVICE_METRICS_1, "metrics", &metrics_service}};
  const auto& granted = host.offer.permissions;
  if (host.offer.abi_minor < 3) return nullptr;
  const GrantedTable* found = json_service(id);
  for (const auto& one : services) {
    if (std::strcmp(one.id, id) == 0) found = &one;
  }
  if (found == nullptr) return nullptr;
  return std::find(granted.begin(), granted.end(), found->permission) == granted.end() ? nullptr : found->table;
}

}  // namespace rapt::testkit
