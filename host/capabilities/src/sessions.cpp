// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/sessions.hpp"

#include <rapt/sessions.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "asked.hpp"
#include "asked_fields.hpp"
#include "attached.hpp"
#include "json_asked.hpp"
#include "people_page.hpp"
#include "session_lists.hpp"
#include "transcript.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using sandbox::SessionsMethod;

constexpr std::int64_t kLatestMs = 253402300799999;  // the end of the year 9999
constexpr std::int64_t kMostPeople = 50000;          // among whom one is looked for by pseudonym
const std::vector<std::string_view> kChatStates{"active", "paused", "completed"};
const std::vector<std::string_view> kRunStates{"pending", "processing", "complete", "failed"};

constexpr store::Statement kPeopleOfTool{"sessions.people_of_tool", R"(
  SELECT user_id FROM chat_sessions WHERE tool_id = $1::uuid
  UNION SELECT user_id FROM runs WHERE tool_id = $1::uuid LIMIT $2::bigint)"};

std::vector<std::string_view> states_of(const std::string& kind) {
  std::vector<std::string_view> all;
  if (kind != "run") all.insert(all.end(), kChatStates.begin(), kChatStates.end());
  if (kind != "chat") all.insert(all.end(), kRunStates.begin(), kRunStates.end());
  return all;
}

bool is_pseudonym(const std::string& text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Takes the user as the module names it.
Result<SessionsWanted> wanted_of(const ServiceRequest& request) {
  const auto asked = json_asked(
      request,
      {"kind", "tool_id", "class_id", "assignment_id", "user_id", "state", "after_ms", "before_ms", "limit", "cursor"},
      1);
  if (!asked) return asked.error();
  AskedFields fields(*asked);
  SessionsWanted wanted;
  wanted.kind = fields.one_of("kind", {"chat", "run"}).value_or("");
  wanted.tool_id = fields.id("tool_id");
  wanted.class_id = fields.id("class_id");
  wanted.assignment_id = fields.id("assignment_id");
  wanted.state = fields.one_of("state", states_of(wanted.kind)).value_or("");
  wanted.after_ms = fields.optional_number("after_ms", 0, kLatestMs);
  wanted.before_ms = fields.optional_number("before_ms", 0, kLatestMs);
  wanted.limit = fields.number("limit", 50, 1, RAPT_SESSIONS_MAX_LISTED);
  if (has_grant(request, "directory")) {
    wanted.user_id = fields.id("user_id");
  } else {
    wanted.user_id = fields.text("user_id", 64).value_or("");
    if (!wanted.user_id.empty() && !is_pseudonym(wanted.user_id))
      fields.fault("user_id", "It must be what this module knows a user by.");
    if (!wanted.user_id.empty() && wanted.tool_id.empty())
      fields.fault("tool_id", "It is required beside user_id: a user is somebody else in each tool.");
  }
  const auto text = fields.text("cursor", 100);
  const auto cursor = store::PageCursor::parse(text.value_or(""));
  if (!cursor) fields.fault("cursor", "It is not one that this list has answered.");
  RAPT_TRY(fields.end());
  wanted.cursor = *cursor;
  return wanted;
}

/// Who it is that the module knows by that name in a tool, or outside of tools; "" for nobody.
Task<Result<std::string>> person_behind(store::Database& database, const PseudonymOf& pseudonym, std::string module,
                                        std::string tool, std::string name) {
  const auto rows = co_await database.query(kPeopleOfTool, store::params(tool, kMostPeople + 1));
  if (!rows) co_return rows.error();
  if (rows->size() > static_cast<std::size_t>(kMostPeople))
    co_return Error::invalid("user_id", "Too many people have used this tool to look for one by this name.");
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::string user = (*rows)[i].text("user_id");
    if (pseudonym(tool, module, user) == name || pseudonym({}, module, user) == name) co_return user;
  }
  co_return std::string();
}

/// With "user" as the module may know it.
std::string item_of(const ServiceRequest& request, const PseudonymOf& pseudonym, const store::Row& row) {
  const auto user = shown_user(request, pseudonym, row.text("tool_id"), row.text("user_id"));
  return R"({"user":")" + user + R"(",)" + row.text("item").substr(1);
}

Task<Result<std::string>> list(store::Database& database, const PseudonymOf& pseudonym, ServiceRequest request,
                               Acting acting) {
  auto wanted = wanted_of(request);
  if (!wanted) co_return wanted.error();
  if (!wanted->user_id.empty() && !has_grant(request, "directory")) {
    auto person = co_await person_behind(database, pseudonym, request.module, wanted->tool_id, wanted->user_id);
    if (!person) co_return person.error();
    if (person->empty()) co_return std::string(R"({"items":[],"next_cursor":null})");
    wanted->user_id = std::move(*person);
  }
  const auto limit = static_cast<std::size_t>(wanted->limit);
  const auto rows = co_await find_sessions(database, request.module, std::move(acting), std::move(*wanted));
  if (!rows) co_return rows.error();
  std::string out = R"({"items":[)";
  const auto shown = std::min(rows->size(), limit);
  for (std::size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : ",") + item_of(request, pseudonym, (*rows)[i]);
  out += R"(],"next_cursor":)";
  if (rows->size() == shown) co_return out + "null}";
  const auto last = (*rows)[shown - 1];
  co_return out + '"' + store::PageCursor{last.time("at"), last.text("id")}.text() + "\"}";
}

Task<Result<std::string>> transcript(store::Database& database, const PseudonymOf& pseudonym, ServiceRequest request,
                                     Acting acting) {
  const auto asked = json_asked(request, {"id", "after_seq", "limit"}, 1);
  if (!asked) co_return asked.error();
  AskedFields fields(*asked);
  SessionsWanted wanted{.id = fields.id("id"), .limit = 1};
  TranscriptPage page{.module = request.module,
                      .after_seq = fields.number("after_seq", 0, 0, INT32_MAX),
                      .limit = fields.number("limit", 200, 1, RAPT_SESSIONS_MAX_MESSAGES)};
  if (wanted.id.empty()) fields.fault("id", "It is required.");
  RAPT_CO_TRY(fields.end());
  page.id = wanted.id;
  const auto rows = co_await find_sessions(database, request.module, std::move(acting), std::move(wanted));
  if (!rows) co_return rows.error();
  if (rows->empty())
    co_return Error::invalid("id", "There is no such conversation or run that this module may read here.");
  const auto row = (*rows)[0];
  page.head = item_of(request, pseudonym, row);
  if (row.text("kind") == "chat") co_return co_await conversation(database, std::move(page));
  co_return co_await run(database, std::move(page));
}

}  // namespace

bool has_grant(const ServiceRequest& request, std::string_view grant) {
  return std::find(request.grants.begin(), request.grants.end(), grant) != request.grants.end();
}

std::string shown_user(const ServiceRequest& request, const PseudonymOf& pseudonym, const std::string& tool_id,
                       const std::string& user_id) {
  return has_grant(request, "directory") ? user_id : pseudonym(tool_id, request.module, user_id);
}

Task<ServiceAnswer> SessionsCapability::call(ServiceRequest request) {
  const bool lists = request.method == static_cast<std::uint32_t>(SessionsMethod::kList);
  if (!lists && request.method != static_cast<std::uint32_t>(SessionsMethod::kTranscript))
    co_return refused(RAPT_E_INVALID);
  if (std::chrono::steady_clock::now() >= request.deadline) co_return refused(RAPT_E_UNAVAILABLE);
  auto acting = co_await acting_of(database_, request.scope);
  if (!acting) co_return refusal(request, acting.error());
  auto given = lists ? list(database_, pseudonym_, request, std::move(*acting))
                     : transcript(database_, pseudonym_, request, std::move(*acting));
  auto answer = co_await std::move(given);
  if (!answer) co_return refusal(request, answer.error());
  if (answer->size() > sandbox::kMaxServiceBytes) co_return refused(RAPT_E_TOO_LARGE);
  co_return answered(std::move(*answer));
}

}  // namespace rapt::host
