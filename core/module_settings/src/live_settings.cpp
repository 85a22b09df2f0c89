// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/module_settings/live_settings.hpp"

#include <atomic>
#include <chrono>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "rapt/security/secret_box.hpp"
#include "resolved_group.hpp"
#include "sealing.hpp"

namespace rapt::module_settings {
namespace {

using nlohmann::json;
using GroupPtr = std::shared_ptr<ResolvedGroup>;

constexpr std::chrono::milliseconds kInterval{500};
constexpr std::size_t kMostGroups = 4096;

}  // namespace

struct LiveSettings::Impl {
  store::Database& database;
  const security::SecretBox& box;
  const hooks::ModuleCatalog& catalog;
  runtime::Wakeup changed{}, ended{};
  std::atomic<bool> stopping{false}, following{false};
  bool told_away = false;  ///< of follow() alone

  mutable std::shared_mutex mutex{};  ///< guards what follows
  std::int64_t version = 0;           ///< the newest that has been seen
  std::unordered_map<std::string, GroupPtr> groups{};
  std::unordered_map<std::string, KnownSchemaPtr> schemas{};  ///< by module

  [[nodiscard]] GroupPtr known(const std::string& group) const {
    const std::shared_lock lock(mutex);
    const auto found = groups.find(group);
    return found == groups.end() ? nullptr : found->second;
  }

  void see(std::int64_t newest) {
    const std::lock_guard lock(mutex);
    if (newest == version) return;
    version = newest;
    groups.clear();
  }

  /// Full means that groups come and go: begin anew rather than remember who came when. What is older than something
  /// that has been seen meanwhile serves its reader, and nobody else.
  void keep(const std::string& group, const GroupPtr& resolved) {
    const std::lock_guard lock(mutex);
    if (resolved->version() < version) return;
    if (resolved->version() > version || groups.size() >= kMostGroups) groups.clear();
    version = resolved->version();
    groups[group] = resolved;
  }

  Task<Result<GroupPtr>> find(std::string group) {
    if (auto resolved = known(group)) co_return resolved;
    const auto id = group.empty() ? std::optional(GroupId()) : GroupId::parse(group);
    if (!id) co_return Error::internal("the settings of a group were asked for whose id is none");
    const auto rows = co_await database.query(kInGroup, store::params(*id));
    if (!rows) co_return rows.error();
    auto resolved = std::make_shared<ResolvedGroup>(loaded_from(*rows));
    keep(group, resolved);
    co_return resolved;
  }

  /// kNotFound without the module, kUnavailable when it was refused.
  Result<KnownSchemaPtr> schema_of(const std::string& module) {
    const auto facts = catalog.facts(module);
    if (facts == nullptr) return Error::not_found("module " + module);
    if (!facts->problem.empty())
      return Error::unavailable(module, "The module " + module + " was refused.", facts->problem);
    {
      const std::shared_lock lock(mutex);
      const auto found = schemas.find(module);
      if (found != schemas.end() && found->second->facts == facts) return found->second;
    }
    auto compiled = ConfigSchema::compile(facts->config_schema_json);
    if (!compiled)
      return Error::internal("the config_schema of " + module + " is not usable: " + compiled.error().message);
    auto known = std::make_shared<const KnownSchema>(facts, std::move(*compiled));
    const std::lock_guard lock(mutex);
    schemas[module] = known;
    return KnownSchemaPtr(known);
  }

  Task<void> look() {
    const auto rows = co_await database.query(kVersion);
    if (rows) see((*rows)[0].integer("version"));
    if (!rows && !told_away) log::warn("module_settings.not_followed", {{"detail", rows.error().log_detail}});
    told_away = !rows;
  }
};

LiveSettings::LiveSettings(store::Database& database, const security::SecretBox& box,
                           const hooks::ModuleCatalog& catalog)
    : impl_(std::make_unique<Impl>(database, box, catalog)) {}
LiveSettings::~LiveSettings() = default;

std::shared_ptr<const std::string> LiveSettings::at_hand(const std::string& module, const std::string& group,
                                                         const std::string& own_json) const {
  const auto resolved = impl_->known(group);
  return resolved ? resolved->at_hand(impl_->catalog.facts(module).get(), module, own_json) : nullptr;
}

Task<Result<Effective>> LiveSettings::effective(std::string module, std::string group, std::string own_json) {
  const auto schema = impl_->schema_of(module);
  if (!schema) co_return schema.error();
  const auto resolved = co_await impl_->find(std::move(group));
  if (!resolved) co_return resolved.error();
  co_return (*resolved)->merge(*schema, module, own_json);
}

Task<Result<std::string>> LiveSettings::resolve(std::string module, std::string group) {
  const auto found = co_await effective(std::move(module), std::move(group), "{}");
  if (!found) co_return found.error();
  co_return *found->config_json;
}

Task<Result<void>> LiveSettings::check_attachment(std::string module, std::string group, std::string own_json) {
  const auto schema = impl_->schema_of(module);
  if (!schema) co_return schema.error();
  const auto resolved = co_await impl_->find(std::move(group));
  if (!resolved) co_return resolved.error();
  co_return check_attached((*schema)->schema, (*resolved)->of(module), own_json);
}

Task<Result<std::optional<std::string>>> LiveSettings::secret(std::string module, std::string name, std::string group) {
  const auto resolved = co_await impl_->find(std::move(group));
  if (!resolved) co_return resolved.error();
  const auto& secrets = (*resolved)->of(module).secrets;
  const auto found = secrets.find(name);
  if (found == secrets.end()) co_return std::optional<std::string>{};
  auto plain = impl_->box.open(found->second.text, sealed_about(module, found->second.layer_group, name));
  if (!plain) co_return plain.error();
  co_return std::optional(std::move(*plain));
}

Task<Result<std::map<std::string, bool>>> LiveSettings::secrets(std::string module, std::string group) {
  const auto schema = impl_->schema_of(module);
  if (!schema) co_return schema.error();
  const auto resolved = co_await impl_->find(std::move(group));
  if (!resolved) co_return resolved.error();
  const auto& set = (*resolved)->of(module).secrets;
  std::map<std::string, bool> out;
  for (const auto& property : (*schema)->schema.properties()) {
    if (property.secret) out.emplace(property.name, set.contains(property.name));
  }
  co_return out;
}

Task<void> LiveSettings::follow() {
  using namespace boost::asio::experimental::awaitable_operators;
  impl_->following = true;
  while (!impl_->stopping) {
    co_await impl_->look();
    co_await (impl_->changed.wait() || runtime::sleep_for(kInterval));
  }
  impl_->ended.notify();
}

Task<void> LiveSettings::stop() {
  impl_->stopping = true;
  impl_->changed.notify();
  if (impl_->following) co_await impl_->ended.wait();
}

void LiveSettings::forget() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->groups.clear();
  }
  impl_->changed.notify();
}

}  // namespace rapt::module_settings
