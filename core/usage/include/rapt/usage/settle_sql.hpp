// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rapt/usage/usage.hpp"

namespace rapt::store {
class Params;
}

namespace rapt::usage {

/// The records as one parameter, for RAPT_SETTLE. What PostgreSQL would refuse (a NUL in a model's name, more tokens
/// than fit) is mended, so that no answer of a gateway can spoil the statement.
std::string settle_text(const std::vector<Record>& records);
std::string settle_text(const Record& record);
/// One record as the twelve parameters that RAPT_PAID names; all of them NULL when there is none. Without what it is
/// about: the statement has that from rows of its own.
void add_paid(store::Params& params, const std::optional<Record>& record);

}  // namespace rapt::usage

// The rest, such as what becomes of a reservation, follows from the inserted row. A call that has been settled before
// inserts no row. Nothing checks what a row of ai_usage refers to but the statement that writes it.
#define RAPT_SETTLE_FROM(user, group, class_id, tool, session, run, assignment, from)                         \
  "INSERT INTO ai_usage (id, user_id, group_id, class_id, tool_id, session_id, run_id, assignment_id, model," \
  " request_type, outcome, input_tokens, output_tokens, estimated, latency_ms, day, budgeted, cost)"          \
  " SELECT paid.id, " user ", " group ", " class_id ", " tool ", " session ", " run ", " assignment           \
  ", paid.model, paid.request_type, paid.outcome, paid.input_tokens, paid.output_tokens, paid.estimated,"     \
  " paid.latency_ms, paid.day, paid.budgeted,"                                                                \
  " CASE WHEN paid.input_price IS NOT NULL AND paid.output_price IS NOT NULL THEN least("                     \
  "(paid.input_tokens * paid.input_price + paid.output_tokens * paid.output_price) / 1000, 99999999) END"     \
  " FROM " from " ON CONFLICT (id) DO NOTHING"
// NULL for what has gone; what is there stays until the row is committed.
#define RAPT_IF_THERE(table, id) "(SELECT there.id FROM " table " there WHERE there.id = " id " FOR KEY SHARE)"

/// Settles calls as a part of a larger statement, which then stores all of it or nothing. For a statement's text:
///   "WITH settled AS (" RAPT_SETTLE("$9") ") INSERT INTO messages …"
/// `records` is the place of a parameter that settle_text() made. What a call was about and has gone is left out.
#define RAPT_SETTLE(records)                                                                                    \
  RAPT_SETTLE_FROM(                                                                                             \
      RAPT_IF_THERE("users", "paid.user_id"), RAPT_IF_THERE("groups", "paid.group_id"),                         \
      RAPT_IF_THERE("classes", "paid.class_id"), RAPT_IF_THERE("tools", "paid.tool_id"),                        \
      RAPT_IF_THERE("chat_sessions", "paid.session_id"), RAPT_IF_THERE("runs", "paid.run_id"),                  \
      RAPT_IF_THERE("assignments", "paid.assignment_id"),                                                       \
      "json_to_recordset(" records                                                                              \
      "::json) AS paid (id uuid, user_id uuid, group_id uuid, class_id uuid, tool_id uuid, session_id uuid,"    \
      " run_id uuid, assignment_id uuid, model text, request_type request_type, outcome usage_outcome,"         \
      " input_tokens integer, output_tokens integer, estimated boolean, latency_ms integer, day date, budgeted" \
      " boolean, input_price numeric, output_price numeric)")

/// What add_paid() has added, from its twelve places, as the row `paid`; no row when there is none.
#define RAPT_PAID(id, model, type, outcome, input, output, estimated, latency, day, budgeted, input_price,           \
                  output_price)                                                                                      \
  "(SELECT " id "::uuid AS id, " model "::text AS model, " type "::request_type AS request_type, " outcome           \
  "::usage_outcome AS outcome, " input "::integer AS input_tokens, " output "::integer AS output_tokens, " estimated \
  "::boolean AS estimated, " latency "::integer AS latency_ms, " day "::date AS day, " budgeted                      \
  "::boolean AS budgeted, " input_price "::numeric AS input_price, " output_price                                    \
  "::numeric AS output_price WHERE " id "::uuid IS NOT NULL) AS paid"
