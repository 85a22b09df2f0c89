// SPDX-License-Identifier: AGPL-3.0-or-later
// `rapt module plan`: who is asked at which hook of a tool, as a host with these modules would ask.
#include <algorithm>
#include <array>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "planned_modules.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/arguments.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/tools/definition.hpp"

namespace rapt::cli {
namespace {

using hooks::Point;
using nlohmann::json;
using runtime::run_blocking;

constexpr std::size_t kLongestPlanned = 100;
/// Whoever may run this program sees every tool.
constexpr store::Statement kFindTools{"cli_find_tools", R"(
  SELECT t.id, t.name, coalesce(g.name, '') AS group_name, v.definition_yaml
    FROM tools t JOIN tool_versions v ON v.id = t.current_version_id LEFT JOIN groups g ON g.id = t.group_id
   WHERE t.deleted_at IS NULL AND (t.id::text = lower($1) OR lower(t.name) = lower($1)) ORDER BY t.created_at, t.id
   LIMIT 20)"};
constexpr store::Statement kToolNames{
    "cli_tool_names", "SELECT DISTINCT name FROM tools WHERE deleted_at IS NULL ORDER BY name LIMIT 1000"};

/// In the order in which a conversation or a run meets them.
constexpr std::array kChatPoints{Point::kSessionStart, Point::kChatOnMessage, Point::kChatBeforeAi,
                                 Point::kChatOnDelta,  Point::kChatAfterAi,   Point::kSessionEnd};
constexpr std::array kProductPoints{Point::kProductBeforeAi, Point::kProductAfterAi, Point::kRunComplete};

struct FoundTool {
  std::string id;
  tools::ToolDefinition definition;
};

struct HookPlan {
  Point point;
  std::vector<hooks::PlannedStep> steps;
};

Error unknown_tool(Instance& instance, const std::string& name) {
  Error error = Error::not_found("tool \"" + printable(name, kLongestPlanned) + "\"");
  const auto rows = run_blocking(instance.database->query(kToolNames));
  if (!rows) return rows.error();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows->size(); ++i) names.push_back((*rows)[i].text("name"));
  const auto guess = name.size() > kLongestPlanned ? "" : nearest(name, names);
  if (!guess.empty()) error.message += " Did you mean \"" + printable(guess, kLongestPlanned) + "\"?";
  return error;
}

Error several_tools(const store::Rows& rows, const std::string& name) {
  Error error =
      Error::conflict("Several tools are called \"" + printable(name, kLongestPlanned) + "\". Say which by its id:");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto group = rows[i].text("group_name");
    error.message += "\n  " + rows[i].text("id") + "  " +
                     (group.empty() ? "for the whole system" : "of " + printable(group, kLongestPlanned));
    error.fields.push_back({rows[i].text("id"), group});
  }
  return error;
}

Result<FoundTool> find_tool(Instance& instance, const std::string& name) {
  if (!is_utf8(name) || name.find('\0') != std::string::npos) return unknown_tool(instance, "");
  const auto rows = run_blocking(instance.database->query(kFindTools, store::params(name)));
  if (!rows) return rows.error();
  if (rows->empty()) return unknown_tool(instance, name);
  if (rows->size() > 1) return several_tools(*rows, name);
  auto definition = tools::parse_definition((*rows)[0].text("definition_yaml"));
  if (!definition) return definition.error();
  return FoundTool{(*rows)[0].text("id"), std::move(*definition)};
}

template <std::size_t N>
std::vector<HookPlan> plan_of(hooks::ModuleCaller& modules, const tools::ToolDefinition& tool,
                              const std::array<Point, N>& points) {
  const hooks::Dispatcher dispatcher(modules);
  std::vector<HookPlan> out;
  for (const auto point : points) {
    auto steps = dispatcher.plan(point, tool.modules);
    if (!steps.empty()) out.push_back({point, std::move(steps)});
  }
  return out;
}

std::string window_name(const hooks::Window& window) {
  switch (window.unit) {
    case hooks::Window::Unit::kToken:
      return "token";
    case hooks::Window::Unit::kSentence:
      return "sentence";
    case hooks::Window::Unit::kSize:
      return "size";
  }
  return "unknown";
}

std::string window_text(const hooks::PlannedStep& step) {
  if (step.window.unit == hooks::Window::Unit::kSize) return std::to_string(step.window.bytes) + " bytes";
  return window_name(step.window);
}

/// Whether anything was said before, of which a module may be given some.
bool has_history(Point point) {
  return hooks::name(point).starts_with("chat:") || point == Point::kSessionEnd;
}

/// Of an installed module: how many messages before the current one it is given; nullopt: all.
std::optional<std::size_t> history_of(const PlannedModules& modules, const std::string& module, Point point) {
  const auto declared = modules.declaration(module, point);
  return declared && *declared ? (*declared)->history : std::nullopt;
}

std::string history_text(const PlannedModules& modules, const hooks::PlannedStep& step, Point point) {
  if (!step.installed || !has_history(point)) return "-";
  const auto history = history_of(modules, step.module, point);
  if (!history) return "all";
  return *history == 0 ? "none" : "last " + std::to_string(*history);
}

void show(std::ostream& out, const FoundTool& tool, const std::vector<HookPlan>& plan, const PlannedModules& modules) {
  out << printable(tool.definition.name, kLongestPlanned) << " " << tool.definition.version << " ("
      << tools::name(tool.definition.type) << ", " << tool.id << ")\n";
  if (plan.empty()) {
    out << "No module is asked at any hook"
        << (tool.definition.modules.empty() ? ": none is attached.\n"
                                            : ": those attached have no hook of this kind.\n");
    return;
  }
  Table table({"HOOK", "ORDER", "MODULE", "PRIORITY", "LIMIT", "IF IT FAILS", "WINDOW", "HISTORY", "ASKED"});
  for (const auto& hook : plan) {
    int order = 0;
    for (const auto& step : hook.steps) {
      const bool delta = hook.point == Point::kChatOnDelta && step.installed;
      table.add({order == 0 ? std::string(hooks::name(hook.point)) : "", std::to_string(order + 1), step.module,
                 step.installed ? std::to_string(step.priority) : "-",
                 step.installed ? std::to_string(step.time_limit.count()) + " ms" : "-",
                 step.on_failure == hooks::FailPolicy::kClosed ? "stop" : "go on", delta ? window_text(step) : "-",
                 history_text(modules, step, hook.point),
                 !step.installed     ? modules.why_missing(step.module)
                 : step.asynchronous ? "afterwards"
                                     : "at once"});
      ++order;
    }
  }
  table.print(out);
  out << "Hooks that are not listed ask nobody.\n";
}

json json_of(const hooks::PlannedStep& step, Point point, const PlannedModules& modules) {
  json out = {{"module", step.module},
              {"installed", step.installed},
              {"on_failure", step.on_failure == hooks::FailPolicy::kClosed ? "closed" : "open"}};
  if (!step.installed) {
    out["reason"] = modules.why_missing(step.module);
    return out;
  }
  out["priority"] = step.priority;
  out["timeout_ms"] = step.time_limit.count();
  out["async"] = step.asynchronous;
  if (has_history(point)) {
    const auto history = history_of(modules, step.module, point);
    out["history"] = history ? json(*history) : json(nullptr);
  }
  if (point != Point::kChatOnDelta) return out;
  out["window"] = window_name(step.window);
  if (step.window.unit == hooks::Window::Unit::kSize) out["window_bytes"] = step.window.bytes;
  return out;
}

json json_of(const FoundTool& tool, const std::vector<HookPlan>& plan, const PlannedModules& modules) {
  json hooks = json::array();
  for (const auto& hook : plan) {
    json steps = json::array();
    for (const auto& step : hook.steps) steps.push_back(json_of(step, hook.point, modules));
    hooks.push_back({{"point", std::string(hooks::name(hook.point))}, {"steps", std::move(steps)}});
  }
  return {{"tool",
           {{"id", tool.id},
            {"name", tool.definition.name},
            {"type", std::string(tools::name(tool.definition.type))},
            {"version", tool.definition.version}}},
          {"hooks", std::move(hooks)}};
}

}  // namespace

int run_module_plan(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto tool = find_tool(*instance, arguments.positional[0]);
  if (!tool) return report(console, tool.error());
  auto records = run_blocking(instance->installer->list());
  if (!records) return report(console, records.error());
  auto manifests = run_blocking(instance->installer->manifests());
  if (!manifests) return report(console, manifests.error());
  PlannedModules modules(std::move(*records), std::move(*manifests));
  const auto plan = tool->definition.type == tools::ToolType::kChat
                        ? plan_of(modules, tool->definition, kChatPoints)
                        : plan_of(modules, tool->definition, kProductPoints);
  if (console.json) {
    print_json(console.out, json_of(*tool, plan, modules));
  } else {
    show(console.out, *tool, plan, modules);
  }
  return kOk;
}

}  // namespace rapt::cli
