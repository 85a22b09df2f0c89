// SPDX-License-Identifier: AGPL-3.0-or-later
#include "attachments.hpp"

#include "rapt/base/semver.hpp"
#include "rapt/hooks/module_catalog.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/tools/check.hpp"

namespace rapt::tools {
namespace {

bool within(const std::string& range, const std::string& version) {
  const auto parsed = Version::parse(version);
  const auto wanted = VersionRange::parse(range);
  return parsed && wanted && wanted->contains(*parsed);
}

std::string not_installed(const std::string& module, const hooks::ModuleCatalog& catalog) {
  std::vector<std::string> names;
  for (const auto& facts : catalog.all_facts()) names.push_back(facts->name);
  const auto meant = closest(module, {names.begin(), names.end()});
  const auto guess = meant.empty() ? std::string() : "; did you mean \"" + meant + "\"?";
  return "The module " + module + " is not installed" + (guess.empty() ? "." : guess) +
         " An administrator installs it, or remove it from the list.";
}

void add_config_faults(const Error& error, const std::string& path, Reading& reading) {
  if (error.fields.empty()) {
    reading.faults.add(reading.places.of(path).value, path + ".config", error.message);
    return;
  }
  for (const FieldError& field : error.fields) {
    const auto where = path + "." + (field.path.empty() ? "config" : field.path);
    const auto place = reading.places.of(where);
    // What should not be there at all is pointed at by its name.
    const bool by_key = field.message.starts_with("is ") && !field.message.starts_with("is required");
    reading.faults.add(by_key ? place.key : place.value, where, field.message + ".");
  }
}

}  // namespace

Task<Result<void>> check_attachments(Reading& reading, GroupId group, Modules modules) {
  for (std::size_t i = 0; i < reading.definition.modules.size(); ++i) {
    const auto& attachment = reading.definition.modules[i];
    if (attachment.module.empty()) continue;
    const auto path = "definition.modules[" + std::to_string(i) + "]";
    const auto facts = modules.catalog->facts(attachment.module);
    if (facts == nullptr) {
      reading.faults.add(reading.places.of(path).value, path, not_installed(attachment.module, *modules.catalog));
      continue;
    }
    const auto& range = reading.definition.module_versions[i];
    if (!range.empty() && VersionRange::parse(range) && !within(range, facts->version)) {
      reading.faults.add(reading.places.of(path + ".version").value, path + ".version",
                         "does not allow the version that is installed, " + facts->version + ".");
    }
    const auto checked =
        co_await modules.settings->check_attachment(attachment.module, group.str(), attachment.config_json);
    if (checked) continue;
    const Error error = checked.error();
    const bool its_own_fault = error.kind == ErrorKind::kInvalid || error.part == attachment.module;
    if (!its_own_fault) co_return error;
    add_config_faults(error, path, reading);
  }
  co_return Result<void>{};
}

/// A module that is gone or refused, or settings that cannot be read, are no reason not to show the tool.
Task<std::vector<std::string>> attachment_warnings(DefinitionPtr definition, GroupId group, Modules modules) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < definition->modules.size(); ++i) {
    const auto& attachment = definition->modules[i];
    const auto& range = definition->module_versions[i];
    const auto facts = modules.catalog->facts(attachment.module);
    if (facts != nullptr && !range.empty() && !within(range, facts->version)) {
      out.push_back(attachment.module + ": the installed version " + facts->version + " is not within " + range + ".");
    }
    const auto found = co_await modules.settings->effective(attachment.module, group.str(), attachment.config_json);
    if (!found) continue;
    for (const auto& warning : found->warnings) out.push_back(attachment.module + ": " + warning + ".");
  }
  co_return out;
}

Task<Result<Checked>> check_definition(std::string yaml, GroupId group, Modules modules) {
  auto reading = read_definition(yaml);
  if (modules.settings != nullptr) RAPT_CO_TRY(co_await check_attachments(reading, std::move(group), modules));
  Checked out;
  out.faults = reading.faults.all();
  if (out.faults.empty()) out.definition = std::make_shared<const ToolDefinition>(std::move(reading.definition));
  co_return out;
}

}  // namespace rapt::tools
