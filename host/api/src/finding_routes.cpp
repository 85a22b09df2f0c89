// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "csv.hpp"
#include "finding_csv.hpp"
#include "finding_filter.hpp"
#include "finding_handlers.hpp"
#include "module_views.hpp"
#include "parameters.hpp"
#include "rapt/base/log.hpp"
#include "rapt/chat/chores.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/store/page_cursor.hpp"
#include "rapt/usage/findings.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxName = 200;
constexpr int kFindingsPage = 500;  ///< a finding may be 64 KiB

/// What the host itself writes down. Without a module: in the name of any.
struct OwnType {
  const char* module;
  host::FindingType type;
};
const OwnType kOwnTypes[] = {
    {"core",
     {chat::kSummaryType, "Summary", "What the AI made of a conversation that has ended.",
      R"({"type":"object","required":["summary"],"properties":{"summary":{"type":"string"}}})"}},
    {nullptr,
     {"module.blocked", "Blocked", "The module stopped what was said. The text is not kept.",
      R"({"type":"object","required":["module","hook"],"properties":{"module":{"type":"string"},)"
      R"("hook":{"type":"string"}}})"}},
};

json view(const usage::Finding& finding) {
  auto out = api::view(finding.extraction);
  out["user"] = {{"id", finding.user.str()}, {"name", finding.user_name}};
  out["tool"] = {{"id", finding.tool.str()}, {"name", finding.tool_name}};
  const auto& assignment = finding.assignment;
  out["assignment"] =
      assignment.empty() ? json(nullptr) : json{{"id", assignment.str()}, {"name", finding.assignment_name}};
  return out;
}

json view(const usage::FindingSum& sum) {
  return {{"module", sum.module},
          {"type", sum.type},
          {"count", sum.count},
          {"people", sum.people},
          {"last_at", to_rfc3339(sum.last)}};
}

template <class T>
json all_findings(const std::vector<T>& items) {
  json out = json::array();
  for (const auto& item : items) out.push_back(view(item));
  return out;
}

Result<usage::FindingFilter> narrowed(const Call& call, usage::FindingFilter out) {
  auto type = query_text(call, "type", kMaxName);
  if (!type) return type.error();
  out.type = std::move(*type);
  auto module = query_text(call, "module", kMaxName);
  if (!module) return module.error();
  out.module = std::move(*module);
  const auto user = query_id<UserId>(call, "user_id");
  if (!user) return user.error();
  out.user = user->value_or(UserId{});
  const auto from = query_time(call, "from"), to = query_time(call, "to");
  if (!from) return from.error();
  if (!to) return to.error();
  if (*from && *to && **from >= **to) return Error::invalid("to", "must be later than \"from\"");
  out.from = *from;
  out.to = *to;
  return out;
}

Result<usage::FindingFilter> of_class(const Call& call) {
  const auto id = path_id<ClassId>(call, "class");
  if (!id) return id.error();
  return narrowed(call, {.class_id = *id});
}

Result<usage::FindingFilter> of_assignment(const Call& call) {
  const auto id = path_id<AssignmentId>(call, "assignment");
  if (!id) return id.error();
  return narrowed(call, {.assignment = *id});
}

Task<Result<Answer>> list(Call& call, Result<usage::FindingFilter> filter) {
  if (!filter) co_return filter.error();
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  usage::Findings findings(call.services.database);
  const auto found = co_await findings.list(call.actor, *filter, wanted->limit, wanted->cursor);
  if (!found) co_return found.error();
  co_return list_reply(all_findings(found->items), found->next_cursor);
}

Task<Result<Answer>> summary(Call& call, Result<usage::FindingFilter> filter) {
  if (!filter) co_return filter.error();
  usage::Findings findings(call.services.database);
  const auto found = co_await findings.summary(call.actor, *filter);
  if (!found) co_return found.error();
  co_return list_reply(all_findings(*found), std::nullopt);
}

Task<Result<Answer>> file(Call& call, Result<usage::FindingFilter> filter) {
  if (!filter) co_return filter.error();
  usage::Findings findings(call.services.database);
  auto page = co_await findings.list(call.actor, *filter, kFindingsPage, "", true);
  if (!page) co_return page.error();
  log::info("findings.exported", {{"by", call.actor.id.str()}, {"request_id", call.request.id}});
  const auto more = [&](std::string cursor) {
    return findings.list(call.actor, *filter, kFindingsPage, std::move(cursor), true);
  };
  auto headers = csv_headers("findings.csv");
  co_await stream_csv(call, std::move(headers), finding_csv_header(), std::move(*page), more, finding_csv);
  co_return Answer{};
}

}  // namespace

Result<usage::ExtractionFilter> extraction_filter(const Call& call) {
  auto wanted = page_of(call);
  if (!wanted) return wanted.error();
  if (const auto cursor = store::PageCursor::parse(wanted->cursor); !cursor) return cursor.error();
  auto type = query_text(call, "type", kMaxName);
  if (!type) return type.error();
  return usage::ExtractionFilter{.type = std::move(*type), .limit = wanted->limit, .cursor = std::move(wanted->cursor)};
}

/// What a reader may meet: of the modules that are installed, and the host's own.
Task<Result<Answer>> get_extraction_types(Call& call) {
  json types = json::array();
  const auto add = [&](const json& module, const host::FindingType& type) {
    auto one = view(type);
    one["module"] = module;
    types.push_back(std::move(one));
  };
  for (const auto& type : kOwnTypes) add(type.module == nullptr ? json(nullptr) : json(type.module), type.type);
  for (const auto& [module, declared] : call.services.modules.finding_types()) {
    for (const auto& type : declared) add(module, type);
  }
  co_return list_reply(std::move(types), std::nullopt);
}

Task<Result<Answer>> get_class_extractions(Call& call) {
  return list(call, of_class(call));
}
Task<Result<Answer>> get_class_extraction_summary(Call& call) {
  return summary(call, of_class(call));
}
Task<Result<Answer>> get_class_extraction_export(Call& call) {
  return file(call, of_class(call));
}
Task<Result<Answer>> get_assignment_extractions(Call& call) {
  return list(call, of_assignment(call));
}
Task<Result<Answer>> get_assignment_extraction_summary(Call& call) {
  return summary(call, of_assignment(call));
}
Task<Result<Answer>> get_assignment_extraction_export(Call& call) {
  return file(call, of_assignment(call));
}

}  // namespace rapt::api
