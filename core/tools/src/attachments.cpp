// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/module_caller.hpp"
#include "rapt/tools/tool_service.hpp"

namespace rapt::tools {
namespace {

void check_one(const hooks::Attachment& attachment, const std::string& path, const hooks::ModuleCaller& modules,
               std::vector<FieldError>& fields) {
  if (!modules.installed(attachment.module)) {
    fields.push_back({path, "The module " + attachment.module +
                                " is not installed. An administrator installs it, or remove it from the list."});
    return;
  }
  const auto checked = modules.check_config(attachment.module, attachment.config_json);
  if (checked) return;
  const Error& error = checked.error();
  if (error.fields.empty()) fields.push_back({path + ".config", error.message});
  for (const FieldError& field : error.fields) {
    fields.push_back(
        {path + "." +
             (field.path.starts_with("config") ? field.path : "config" + (field.path.empty() ? "" : "." + field.path)),
         field.message});
  }
}

}  // namespace

Result<void> check_attachments(const ToolDefinition& definition, const hooks::ModuleCaller& modules) {
  std::vector<FieldError> fields;
  for (std::size_t i = 0; i < definition.modules.size(); ++i) {
    check_one(definition.modules[i], "definition.modules[" + std::to_string(i) + "]", modules, fields);
  }
  if (fields.empty()) return {};
  Error error = Error::invalid(fields.front().path, fields.front().message);
  error.fields = std::move(fields);
  return error;
}

}  // namespace rapt::tools
