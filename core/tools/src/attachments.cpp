// SPDX-License-Identifier: AGPL-3.0-or-later
#include "attachments.hpp"

#include "rapt/hooks/module_catalog.hpp"
#include "rapt/module_settings/live_settings.hpp"

namespace rapt::tools {
namespace {

void add_config_faults(const Error& error, const std::string& path, std::vector<FieldError>& fields) {
  if (error.fields.empty()) fields.push_back({path + ".config", error.message});
  for (const FieldError& field : error.fields) {
    fields.push_back(
        {path + "." +
             (field.path.starts_with("config") ? field.path : "config" + (field.path.empty() ? "" : "." + field.path)),
         field.message});
  }
}

}  // namespace

Task<Result<void>> check_attachments(DefinitionPtr definition, GroupId group, Modules modules) {
  std::vector<FieldError> fields;
  for (std::size_t i = 0; i < definition->modules.size(); ++i) {
    const auto& attachment = definition->modules[i];
    const auto path = "definition.modules[" + std::to_string(i) + "]";
    if (modules.catalog->facts(attachment.module) == nullptr) {
      fields.push_back({path, "The module " + attachment.module +
                                  " is not installed. An administrator installs it, or remove it from the list."});
      continue;
    }
    const auto checked =
        co_await modules.settings->check_attachment(attachment.module, group.str(), attachment.config_json);
    if (checked) continue;
    const bool its_own_fault = checked.error().kind == ErrorKind::kInvalid || !checked.error().part.empty();
    if (!its_own_fault) co_return checked.error();
    add_config_faults(checked.error(), path, fields);
  }
  if (fields.empty()) co_return Result<void>{};
  Error error = Error::invalid(fields.front().path, fields.front().message);
  error.fields = std::move(fields);
  co_return error;
}

}  // namespace rapt::tools
