// SPDX-License-Identifier: AGPL-3.0-or-later
#include <rapt/sql.h>

#include "services.hpp"

namespace rapt::runner {
namespace {

using sandbox::SqlMethod;

rapt_status ask(SqlMethod method, std::initializer_list<rapt_text> texts, rapt_text* json) {
  HostAnswer answer;
  const rapt_status status = ask_host({sandbox::Service::kSql, static_cast<std::uint32_t>(method), texts, {}}, answer);
  // What PostgreSQL says of a statement is for its author. A question that never reached the host has no answer.
  if (answer.area != nullptr) *json = answer.text(0);
  return status;
}

rapt_status query(const rapt_host*, rapt_text sql, rapt_text params, rapt_text* json) {
  if (json == nullptr) return RAPT_E_INVALID;
  *json = {nullptr, 0};
  if (view(sql).empty()) return RAPT_E_INVALID;
  if (const rapt_status status = check_text(sql, sandbox::kMaxServiceBytes); status != RAPT_OK) return status;
  if (params.data != nullptr) {
    const rapt_status status = check_json(params, sandbox::kMaxServiceBytes, '[');
    if (status != RAPT_OK) return status;
  }
  return ask(SqlMethod::kQuery, {sql, params}, json);
}

rapt_status transact(const rapt_host*, rapt_text statements, rapt_text* json) {
  if (json == nullptr) return RAPT_E_INVALID;
  *json = {nullptr, 0};
  const rapt_status status = check_json(statements, sandbox::kMaxServiceBytes, '[');
  return status == RAPT_OK ? ask(SqlMethod::kTransact, {statements}, json) : status;
}

const rapt_sql_1 sql_table = {query, transact};

}  // namespace

const void* const sql_service = &sql_table;

}  // namespace rapt::runner
