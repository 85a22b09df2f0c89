// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_panels.hpp"

#include "rapt/host/supervisor.hpp"
#include "rapt/store/database.hpp"

namespace rapt::api {
namespace {

#define RAPT_MODULES_OF_VERSION                          \
  " JOIN tool_versions v ON v.id = used.tool_version_id" \
  " CROSS JOIN LATERAL jsonb_array_elements(v.parsed->'modules') one"

constexpr store::Statement kOfClass{
    "panel_modules_class", "SELECT DISTINCT one->>'name' AS module FROM assignments used" RAPT_MODULES_OF_VERSION
                           " WHERE used.class_id = $1 AND used.deleted_at IS NULL"};
constexpr store::Statement kOfAssignment{
    "panel_modules_assignment",
    "SELECT DISTINCT one->>'name' AS module FROM assignments used" RAPT_MODULES_OF_VERSION " WHERE used.id = $1"};
constexpr store::Statement kOfSession{
    "panel_modules_session",
    "SELECT DISTINCT one->>'name' AS module FROM chat_sessions used" RAPT_MODULES_OF_VERSION " WHERE used.id = $1"};

#undef RAPT_MODULES_OF_VERSION

const store::Statement* statement_of(const ModulePlace& place) {
  if (place.kind == "class") return &kOfClass;
  if (place.kind == "assignment") return &kOfAssignment;
  if (place.kind == "session") return &kOfSession;
  return nullptr;
}

bool has_hooks(const host::Supervisor& modules, const std::string& module) {
  for (std::size_t number = 1; number < hooks::kPointNumbers; ++number) {
    const auto point = static_cast<hooks::Point>(number);
    if (hooks::is_extension_call(point)) break;
    const auto declared = modules.declaration(module, point);
    if (declared && declared->has_value()) return true;
  }
  return false;
}

}  // namespace

Task<Result<std::set<std::string>>> modules_used_at(Call& call, const ModulePlace& place) {
  std::set<std::string> used;
  const auto* statement = statement_of(place);
  if (statement == nullptr) co_return used;
  auto params = store::params(place.id);
  const auto rows = co_await call.services.database.query(*statement, std::move(params));
  if (!rows) co_return rows.error();
  for (std::size_t i = 0; i < rows->size(); ++i) used.insert((*rows)[i].text("module"));
  co_return used;
}

bool belongs_at(const Services& services, const ModulePlace& place, const std::set<std::string>& used,
                const std::string& module) {
  return statement_of(place) == nullptr || used.contains(module) || !has_hooks(services.modules, module);
}

}  // namespace rapt::api
