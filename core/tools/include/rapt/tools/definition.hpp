// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::tools {

enum class ToolType : std::uint8_t { kChat, kProduct };
std::string_view name(ToolType type);  ///< "chat", "product"

/// Limits that the teacher sets.
struct Constraints {
  std::vector<std::string> topics;  ///< empty: any
  bool no_direct_answers = false;
  std::optional<int> max_messages;                   ///< of the student in one conversation (chat only), 1 to 1000
  std::optional<std::chrono::minutes> max_duration;  ///< of a conversation, from its start (chat only), 1 to 1440
};

/// What a tool is, as its YAML says. Immutable once parsed; shared between threads.
struct ToolDefinition {
  std::string name;
  ToolType type = ToolType::kChat;
  std::string version;      ///< semantic version
  std::string description;  ///< one line for lists; may be empty
  std::string behavior;     ///< the teacher's instructions to the AI
  std::string model;        ///< empty: the instance's default
  Constraints constraints;
  bool summary = false;                      ///< teachers get a summary of each conversation that has ended (chat only)
  std::vector<hooks::Attachment> modules;    ///< in the order of the file
  std::vector<std::string> module_versions;  ///< of each of them: the range of versions that is good, "" for any
  std::string subject;
  std::vector<int> grades;  ///< 0 is kindergarten
  std::vector<std::string> tags;
  std::string input_schema_json;                    ///< product only; "" for chat
  std::string output_schema_json;                   ///< product only; "" for chat
  std::optional<schema::JsonSchema> input_schema;   ///< set for product
  std::optional<schema::JsonSchema> output_schema;  ///< set for product

  /// The system prompt: behavior, and the constraints in words.
  [[nodiscard]] std::string instructions() const;
};

/// Longest definition, in bytes.
inline constexpr std::size_t kMaxDefinitionBytes = 256 * 1024;

/// Parses a definition as a teacher wrote it. kInvalid names every fault found: `fields` holds the path
/// ("definition.modules[1].timeout_ms") and a message with line and column and what to do. Unknown keys, duplicate
/// keys, anchors and aliases (which can grow without bound) and custom tags are refused.
Result<ToolDefinition> parse_definition(std::string_view yaml);

/// The parsed form as JSON, for tool_versions.parsed.
std::string to_json(const ToolDefinition& definition);

}  // namespace rapt::tools
