// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tools/tool_service.hpp"

#include <algorithm>

#include "attachments.hpp"
#include "definition_cache.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/store/database.hpp"
#include "rapt/tools/check.hpp"
#include "tool_store.hpp"

namespace rapt::tools {
namespace {

constexpr std::size_t kCachedDefinitions = 512;

/// What is stored was valid when it was stored; that it no longer parses is a fault of this program.
Result<DefinitionPtr> parse_stored(const ToolVersionId& version, const std::string& yaml) {
  auto parsed = parse_definition(yaml);
  if (!parsed)
    return Error::internal("the stored tool version " + version.str() + " does not parse: " + parsed.error().message);
  return std::make_shared<const ToolDefinition>(std::move(*parsed));
}

struct NewVersion {
  ToolId tool;
  ToolVersionId id;
  DefinitionPtr definition;
  std::string yaml;
  UserId creator;
  TimePoint now{};
};

Result<void> insert_version(store::Transaction& transaction, const NewVersion& version) {
  auto done = transaction.exec(kInsertVersion,
                               store::params(version.id, version.tool, version.definition->version, version.yaml,
                                             to_json(*version.definition), version.creator, version.now));
  if (done) return {};
  if (done.error().kind != ErrorKind::kConflict) return done.error();
  return Error::conflict("The tool has a version " + version.definition->version + " already: raise the version.");
}

}  // namespace

struct ToolService::Impl {
  store::Database& database;
  const Clock& clock;
  Modules modules;
  DefinitionCache cache{kCachedDefinitions};

  Result<DefinitionPtr> definition_of(const ToolVersionId& version, const std::string& yaml) {
    if (auto known = cache.get(version)) return known;
    auto parsed = parse_stored(version, yaml);
    if (parsed) cache.put(version, *parsed);
    return parsed;
  }

  Result<Tool> tool_of(const store::Row& row) {
    Tool tool;
    tool.id = row.id<ToolId>("id");
    tool.version = row.id<ToolVersionId>("current_version_id");
    tool.group = row.id<GroupId>("group_id");
    tool.group_name = row.text("group_name");
    tool.created_at = row.time("created_at");
    auto definition = definition_of(tool.version, row.text("definition_yaml"));
    if (!definition) return definition.error();
    tool.definition = std::move(*definition);
    return tool;
  }

  Task<Result<store::Row>> visible_row(const identity::Actor& actor, ToolId id) {
    auto params = visible_to(actor, clock.now());
    params.add(id);
    auto rows = co_await database.query(kFind, std::move(params));
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return Error::not_found("tool");
    co_return (*rows)[0];
  }

  /// Parses what somebody wrote and checks its modules.
  Task<Result<DefinitionPtr>> accept(std::string yaml, GroupId group) const {
    auto checked = co_await check_definition(std::move(yaml), std::move(group), modules);
    if (!checked) co_return checked.error();
    if (!checked->faults.empty()) co_return as_error(checked->faults);
    co_return std::move(checked->definition);
  }

  /// The group's name, "" for the whole system.
  Task<Result<std::string>> place_for_creation(identity::Actor actor, GroupId group) {
    if (group.empty()) {
      if (actor.is_system_admin()) co_return std::string();
      co_return Error::forbidden("Only system administrators may make a tool for the whole system: name a group.");
    }
    auto rows = co_await database.query(kGroup, store::params(group));
    if (!rows) co_return rows.error();
    const auto row = rows->first();
    identity::Place place;
    if (row) place.group_path = row->text("path");
    if (row && identity::can(actor, identity::Action::kCreate, identity::Subject::kTool, place))
      co_return row->text("name");
    if (row && identity::can(actor, identity::Action::kRead, identity::Subject::kGroup, place))
      co_return Error::forbidden("Only its teachers and administrators may make tools in this group.");
    co_return Error::not_found("group");
  }
};

ToolService::ToolService(store::Database& database, const Clock& clock, Modules modules)
    : impl_(std::make_unique<Impl>(database, clock, modules)) {}
ToolService::~ToolService() = default;

Task<Result<ToolPage>> ToolService::list(identity::Actor actor, int limit, std::string cursor) {
  const auto after = cursor.empty() ? std::optional<ToolId>(ToolId()) : ToolId::parse(cursor);
  if (!after) co_return Error::invalid("cursor", "is not one that this list has answered");
  const int count = std::clamp(limit, 1, 100);
  auto params = visible_to(actor, impl_->clock.now());
  params.add(*after).add(count + 1);
  auto rows = co_await impl_->database.query(kList, std::move(params));
  if (!rows) co_return rows.error();
  ToolPage page;
  const std::size_t shown = std::min(rows->size(), static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < shown; ++i) {
    auto tool = impl_->tool_of((*rows)[i]);
    if (tool) {
      page.items.push_back(std::move(*tool));
    } else {
      log::error("tool_left_out_of_list", {{"detail", tool.error().log_detail}});
    }
  }
  if (rows->size() > shown) page.next_cursor = (*rows)[shown - 1].text("id");
  co_return page;
}

Task<Result<Tool>> ToolService::find(identity::Actor actor, ToolId id) {
  auto row = co_await impl_->visible_row(actor, id);
  if (!row) co_return row.error();
  co_return impl_->tool_of(*row);
}

Task<Result<ToolDetails>> ToolService::get(identity::Actor actor, ToolId id) {
  auto row = co_await impl_->visible_row(actor, id);
  if (!row) co_return row.error();
  auto tool = impl_->tool_of(*row);
  if (!tool) co_return tool.error();
  ToolDetails details{std::move(*tool), std::nullopt};
  const identity::Place place{.group_path = row->text("path"), .owner = row->id<UserId>("created_by")};
  if (identity::can(actor, identity::Action::kUpdate, identity::Subject::kTool, place))
    details.definition_yaml = row->text("definition_yaml");
  if (details.definition_yaml && impl_->modules.settings != nullptr) {
    details.warnings = co_await attachment_warnings(details.tool.definition, details.tool.group, impl_->modules);
  }
  co_return details;
}

Task<Result<DefinitionPtr>> ToolService::definition(ToolVersionId version) {
  if (auto known = impl_->cache.get(version)) co_return known;
  auto rows = co_await impl_->database.query(kVersion, store::params(version));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("tool version");
  co_return impl_->definition_of(version, (*rows)[0].text("definition_yaml"));
}

Task<Result<Checked>> ToolService::check(std::string definition_yaml, GroupId group) {
  return check_definition(std::move(definition_yaml), std::move(group), impl_->modules);
}

Task<Result<ToolDetails>> ToolService::create(identity::Actor actor, std::string definition_yaml, GroupId group) {
  auto group_name = co_await impl_->place_for_creation(actor, group);
  if (!group_name) co_return group_name.error();
  auto definition = co_await impl_->accept(definition_yaml, group);
  if (!definition) co_return definition.error();
  const NewVersion version{
      ToolId::trusted(new_uuid()), ToolVersionId::trusted(new_uuid()), *definition, definition_yaml, actor.id,
      impl_->clock.now()};
  auto work = [version, group](store::Transaction& transaction) -> Result<void> {
    RAPT_TRY(transaction.exec(
        kInsertTool, store::params(version.tool, name(version.definition->type), version.definition->name, group,
                                   version.creator, version.id, version.now)));
    return insert_version(transaction, version);
  };
  RAPT_CO_TRY(co_await impl_->database.transaction(std::move(work)));
  impl_->cache.put(version.id, version.definition);
  co_return ToolDetails{{version.tool, version.id, group, *group_name, version.definition, version.now},
                        definition_yaml};
}

Task<Result<ToolDetails>> ToolService::add_version(identity::Actor actor, ToolId id, std::string definition_yaml) {
  auto current = co_await get(actor, id);
  if (!current) co_return current.error();
  if (!current->definition_yaml)
    co_return Error::forbidden("Only its creator and administrators may change this tool.");
  auto definition = co_await impl_->accept(definition_yaml, current->tool.group);
  if (!definition) co_return definition.error();
  const ToolDefinition& before = *current->tool.definition;
  if ((*definition)->type != before.type) co_return Error::invalid("definition.type", "cannot change; make a new tool");
  if (*Version::parse((*definition)->version) <= *Version::parse(before.version)) {
    co_return Error::conflict("The version must be newer than " + before.version + ".");
  }
  const NewVersion version{
      id, ToolVersionId::trusted(new_uuid()), *definition, definition_yaml, actor.id, impl_->clock.now()};
  auto work = [version, replaced = current->tool.version](store::Transaction& transaction) -> Result<void> {
    RAPT_TRY(insert_version(transaction, version));
    auto set =
        transaction.exec(kSetCurrent, store::params(version.tool, version.id, version.definition->name, replaced));
    if (!set) return set.error();
    if (set->affected() == 0) return Error::conflict("Somebody else has just changed this tool: read it again.");
    return {};
  };
  RAPT_CO_TRY(co_await impl_->database.transaction(std::move(work)));
  impl_->cache.put(version.id, version.definition);
  ToolDetails details = std::move(*current);
  details.tool.version = version.id;
  details.tool.definition = version.definition;
  details.definition_yaml = std::move(definition_yaml);
  co_return details;
}

}  // namespace rapt::tools
