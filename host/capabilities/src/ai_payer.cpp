// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ai_payer.hpp"

#include "rapt/gateway/gateway.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {
namespace {

// A hook may come before the rows of its conversation or run.
constexpr store::Statement kPayer{"ai_service.payer", R"(
  SELECT u.id AS user_id, coalesce(s.group_id, r.group_id, g.id) AS group_id, a.class_id, a.id AS assignment_id,
         t.id AS tool_id, s.id AS session_id, r.id AS run_id, coalesce(v.parsed->>'model', '') AS model,
         (SELECT version FROM ai_policy_version) AS policy_version
    FROM (SELECT $1::uuid AS session_id, $2::uuid AS run_id, $3::uuid AS group_id, $4::uuid AS tool_id,
                 $5::uuid AS user_id) about
    LEFT JOIN chat_sessions s ON s.id = about.session_id
    LEFT JOIN runs r ON r.id = about.run_id
    LEFT JOIN assignments a ON a.id = coalesce(s.assignment_id, r.assignment_id)
    LEFT JOIN groups g ON g.id = about.group_id AND g.deleted_at IS NULL
    LEFT JOIN users u ON u.id = about.user_id
    LEFT JOIN tools t ON t.id = coalesce(s.tool_id, r.tool_id, about.tool_id)
    LEFT JOIN tool_versions v ON v.id = coalesce(s.tool_version_id, r.tool_version_id, t.current_version_id))"};

void add_id(store::Params& params, const std::string& id) {
  if (SessionId::parse(id)) {
    params.add(id);
  } else {
    params.add_null();
  }
}

}  // namespace

UserId AiPayer::counted_as() const {
  if (user.empty()) return {};
  std::string id = security::hex(security::sha256(module + ":" + user.str())).substr(0, 32);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) id.insert(at, "-");
  return UserId::trusted(id);
}

quota::Ask AiPayer::ask(const std::string& model) const {
  return {.user = counted_as(),
          .group = group,
          .class_id = class_id,
          .model = model.empty() ? tool_model : model,
          .policy_version = policy_version};
}

usage::Record AiPayer::record(usage::Call call, const gateway::Spent& spent, const char* request_type,
                              usage::Outcome outcome) const {
  usage::Record record;
  record.call = std::move(call);
  record.user = user;
  record.group = group;
  record.class_id = class_id;
  record.tool = tool;
  record.session = session;
  record.run = run;
  record.assignment = assignment;
  record.request_type = request_type;
  record.outcome = outcome;
  record.model = spent.model;
  record.input_tokens = spent.input_tokens;
  record.output_tokens = spent.output_tokens;
  record.estimated = spent.estimated;
  record.latency = spent.latency;
  return record;
}

Task<Result<AiPayer>> find_payer(store::Database& database, std::string module, ServiceScope about) {
  store::Params params;
  for (const auto* id : {&about.session_id, &about.run_id, &about.group_id, &about.tool_id, &about.user_id})
    add_id(params, *id);
  const auto rows = co_await database.query(kPayer, std::move(params));
  if (!rows) co_return rows.error();
  const auto row = (*rows)[0];
  AiPayer payer;
  payer.module = std::move(module);
  payer.user = row.id<UserId>("user_id");
  payer.group = row.id<GroupId>("group_id");
  payer.class_id = row.id<ClassId>("class_id");
  payer.tool = row.id<ToolId>("tool_id");
  payer.session = row.id<SessionId>("session_id");
  payer.run = row.id<RunId>("run_id");
  payer.assignment = row.id<AssignmentId>("assignment_id");
  payer.tool_model = row.text("model");
  payer.policy_version = row.integer("policy_version");
  co_return payer;
}

}  // namespace rapt::host
