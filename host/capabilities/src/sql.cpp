// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/sql.hpp"

#include "asked.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/host/module_schema.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"
#include "sql_json.hpp"

namespace rapt::host {
namespace {

using sandbox::SqlMethod;
using store::GuestOutcome;

constexpr store::Statement kLogin{"sql.login", "SELECT role_name, password FROM module_schemas WHERE module = $1"};
constexpr const char* kNotAllowed = "42501";    // insufficient_privilege
constexpr const char* kNotSupported = "0A000";  // feature_not_supported: no statement for modules

ServiceAnswer with_text(rapt_status status, std::string text, std::string complaint = {}) {
  ServiceAnswer answer = answered(std::move(text));
  answer.status = status;
  answer.complaint = std::move(complaint);
  return answer;
}

ServiceAnswer unavailable(const ServiceRequest& request, const std::string& detail) {
  log::warn("module.sql_failed", {{"module", request.module}, {"detail", detail}});
  return refused(RAPT_E_UNAVAILABLE);
}

ServiceAnswer at_fault(const store::GuestFault& fault, std::optional<std::size_t> statement) {
  std::string json = fault_json(fault, statement);
  if (fault.sqlstate == kNotSupported)
    return with_text(RAPT_E_INVALID, std::move(json), "A statement was refused (sql): " + printable(fault.message));
  if (fault.sqlstate != kNotAllowed) return with_text(RAPT_E_INVALID, std::move(json));
  return with_text(RAPT_E_NOT_ALLOWED, std::move(json),
                   "It asked PostgreSQL for what is not its own: " + printable(fault.message) + ".");
}

std::optional<SqlAsked> asked_of(const ServiceRequest& request) {
  switch (static_cast<SqlMethod>(request.method)) {
    case SqlMethod::kQuery:
      if (!has(request, 2, 0) || !request.texts[0]) return std::nullopt;
      return sql_query(*request.texts[0], request.texts[1]);
    case SqlMethod::kTransact:
      if (!has(request, 1, 0) || !request.texts[0]) return std::nullopt;
      return sql_statements(*request.texts[0]);
  }
  return std::nullopt;
}

}  // namespace

Task<Result<store::GuestLogin>> SqlCapability::login(std::string module) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = logins_.find(module); found != logins_.end()) co_return found->second;
  }
  const auto rows = co_await database_.query(kLogin, store::params(module));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::internal("the module has no schema");
  const auto password = box_.open((*rows)[0].text("password"), module_login_seal(module));
  if (!password) co_return password.error();
  store::GuestLogin login{(*rows)[0].text("role_name"), *password};
  const std::lock_guard lock(mutex_);
  logins_[module] = login;
  co_return login;
}

void SqlCapability::forget(const std::string& module) {
  const std::lock_guard lock(mutex_);
  logins_.erase(module);
}

Task<ServiceAnswer> SqlCapability::call(ServiceRequest request) {
  auto asked = asked_of(request);
  if (!asked) co_return refused(RAPT_E_INVALID);
  const bool many = request.method == static_cast<std::uint32_t>(SqlMethod::kTransact);
  if (asked->fault) co_return at_fault(*asked->fault, many ? std::optional(asked->faulty) : std::nullopt);
  if (std::chrono::steady_clock::now() >= request.deadline) co_return refused(RAPT_E_UNAVAILABLE);
  auto known = co_await login(request.module);
  if (!known) co_return unavailable(request, known.error().log_detail);
  SqlAnswer answer;
  const auto outcome = co_await guests_.run(std::move(*known), std::move(asked->statements), answer, request.deadline);
  switch (outcome.kind) {
    case GuestOutcome::Kind::kDone:
      co_return answered(many ? answer.array() : answer.object());
    case GuestOutcome::Kind::kFault:
      co_return at_fault(outcome.fault, many ? std::optional(outcome.statement) : std::nullopt);
    case GuestOutcome::Kind::kTooLarge:
      co_return refused(RAPT_E_TOO_LARGE,
                        "It asked its tables for more than an answer holds, 10,000 rows or 1 MiB (sql).");
    case GuestOutcome::Kind::kLate:
      co_return unavailable(request, "the statement took longer than its hook may");
    case GuestOutcome::Kind::kAway:
      break;
  }
  forget(request.module);  // another host may have given the role another password
  co_return unavailable(request, outcome.detail);
}

}  // namespace rapt::host
