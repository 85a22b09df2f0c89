// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/usage/usage.hpp"

namespace rapt::usage {

/// The records as one parameter, for RAPT_SETTLE. What PostgreSQL would refuse (a NUL in a model's name, more tokens
/// than fit) is mended, so that no answer of a gateway can spoil the statement.
std::string settle_text(const std::vector<Record>& records);
std::string settle_text(const Record& record);

}  // namespace rapt::usage

/// Settles calls as a part of a larger statement, which then stores all of it or nothing. For a statement's text:
///   "WITH settled AS (" RAPT_SETTLE("$9") ") INSERT INTO messages …"
/// `records` is the place of a parameter that settle_text() made. The rest, such as what becomes of a reservation,
/// follows from the inserted row. A call that has been settled before inserts no row.
#define RAPT_SETTLE(records)                                                                                           \
  "INSERT INTO ai_usage (id, user_id, group_id, class_id, tool_id, session_id, run_id, assignment_id, model,"          \
  " request_type, outcome, input_tokens, output_tokens, estimated, latency_ms, day, budgeted, cost)"                   \
  " SELECT id, user_id, group_id, class_id, tool_id, session_id, run_id, assignment_id, model, request_type, outcome," \
  " input_tokens, output_tokens, estimated, latency_ms, day, budgeted,"                                                \
  " CASE WHEN input_price IS NOT NULL AND output_price IS NOT NULL"                                                    \
  " THEN least((input_tokens * input_price + output_tokens * output_price) / 1000, 99999999) END"                      \
  " FROM json_to_recordset(" records                                                                                   \
  "::json) AS paid (id uuid, user_id uuid, group_id uuid, class_id uuid, tool_id uuid, session_id uuid, run_id uuid,"  \
  " assignment_id uuid, model text, request_type request_type, outcome usage_outcome, input_tokens integer,"           \
  " output_tokens integer, estimated boolean, latency_ms integer, day date, budgeted boolean, input_price numeric,"    \
  " output_price numeric) ON CONFLICT (id) DO NOTHING"
