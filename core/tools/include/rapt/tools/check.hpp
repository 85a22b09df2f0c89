// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/error.hpp"
#include "rapt/tools/tool_service.hpp"

namespace rapt::tools {

/// One fault of a definition, and where it stands in the text.
struct Diagnostic {
  std::string path;          ///< "definition.modules[1].config.max_words"
  std::string message;       ///< "must be at most 80, …"
  int line = 1, column = 1;  ///< from 1; columns are characters
  std::string excerpt{};     ///< the line, or the part of it around the column
  int excerpt_column = 1;    ///< where `column` is in it
  int width = 1;             ///< of what is wrong, in characters, within the excerpt
};

/// As compilers say it: "FILE:3:5: MESSAGE", the line, and a caret under the place; ends with a line break.
std::string in_words(const Diagnostic& fault, std::string_view file);
/// All of them as one kInvalid: `fields` hold paths, and messages that begin with line and column.
Error as_error(const std::vector<Diagnostic>& faults);

/// A definition that was read: itself, or every fault of it (at most 20).
struct Checked {
  DefinitionPtr definition{};  ///< nullptr when there are faults
  std::vector<Diagnostic> faults{};
};
/// Reads a definition and, with `modules`, looks up what it attaches: installed, in that version, with that
/// configuration under the settings of the tool's group. Fails as the database does.
Task<Result<Checked>> check_definition(std::string yaml, GroupId group, Modules modules);

/// A JSON Schema (draft 7) of definitions for editors, made from what the reader knows and from the modules' schemas.
std::string editor_schema(const std::vector<std::shared_ptr<const hooks::ModuleFacts>>& modules);

}  // namespace rapt::tools
