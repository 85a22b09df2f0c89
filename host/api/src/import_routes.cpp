// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/base/log.hpp"
#include "rapt/users/import_service.hpp"
#include "user_view.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

users::ImportService imports_of(const Call& call) {
  return {call.services.database, call.services.clock};
}

bool is_csv(const http::Request& request) {
  const auto type = request.headers.get("Content-Type").value_or("");
  return type.substr(0, type.find_first_of("; ")) == "text/csv";
}

/// true or false in the query; false when it is not there.
Result<bool> query_flag(const Call& call, const std::string& name) {
  const auto text = call.request.query_value(name);
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  return Error::invalid(name, "must be true or false");
}

Result<std::string> wanted_outcome(const Call& call) {
  const auto text = call.request.query_value("outcome").value_or("");
  for (const char* known : {"", "created", "updated", "unchanged", "faulty"}) {
    if (text == known) return text;
  }
  return Error::invalid("outcome", "must be one of created, updated, unchanged, faulty");
}

template <class T>
json all_views(const std::vector<T>& items) {
  json out = json::array();
  for (const auto& item : items) out.push_back(api::view(item));
  return out;
}

}  // namespace

Task<Result<Answer>> post_user_import(Call& call) {
  if (!is_csv(call.request)) {
    Error error;
    error.kind = ErrorKind::kUnsupported;
    error.message = "Send the file as Content-Type: text/csv.";
    co_return error;
  }
  const auto dry_run = query_flag(call, "dry_run");
  if (!dry_run) co_return dry_run.error();
  const auto invite = query_flag(call, "invite");
  if (!invite) co_return invite.error();
  auto imports = imports_of(call);
  users::NewImport wanted{std::move(call.request.body), *dry_run, *invite};
  const auto ordered = co_await imports.order(call.actor, std::move(wanted));
  if (!ordered) co_return ordered.error();
  log::info("users.import_ordered",
            {{"import", ordered->id.str()}, {"by", call.actor.id.str()}, {"request_id", call.request.id}});
  auto response = data_reply(view(*ordered), 202);
  response.headers.set("Location", "/api/v1/admin/users/imports/" + ordered->id.str());
  co_return Answer(std::move(response));
}

Task<Result<Answer>> get_user_imports(Call& call) {
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  auto imports = imports_of(call);
  const auto found = co_await imports.list(call.actor, wanted->limit, wanted->cursor);
  if (!found) co_return found.error();
  co_return list_reply(all_views(found->items), found->next_cursor);
}

Task<Result<Answer>> get_user_import(Call& call) {
  const auto id = path_id<users::ImportId>(call, "import");
  if (!id) co_return id.error();
  auto imports = imports_of(call);
  const auto found = co_await imports.get(call.actor, *id);
  if (!found) co_return found.error();
  co_return data_reply(view(*found));
}

Task<Result<Answer>> get_user_import_lines(Call& call) {
  const auto id = path_id<users::ImportId>(call, "import");
  if (!id) co_return id.error();
  const auto wanted = page_of(call);
  if (!wanted) co_return wanted.error();
  const auto outcome = wanted_outcome(call);
  if (!outcome) co_return outcome.error();
  auto imports = imports_of(call);
  const auto found = co_await imports.lines(call.actor, *id, *outcome, wanted->limit, wanted->cursor);
  if (!found) co_return found.error();
  co_return list_reply(all_views(found->items), found->next_cursor);
}

}  // namespace rapt::api
