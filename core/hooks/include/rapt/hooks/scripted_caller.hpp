// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rapt/hooks/module_caller.hpp"
#include "rapt/hooks/module_catalog.hpp"

namespace rapt::hooks {

/// Modules in memory, for the unit tests of every room that asks modules: each hook answers by a function of its
/// context (at chat:on_delta context.stream as well). Not for production code. Set up first, then used from one thread.
class ScriptedCaller final : public ModuleCaller, public ModuleCatalog {
 public:
  using Script = std::function<Answer(const Context&)>;
  struct Call {
    std::string module;
    Point point{};
    std::string current;  ///< the current message, or the run's output or input, as the module saw it
    std::string config_json;
    std::chrono::milliseconds time_limit{0};
    struct Stream {
      std::string released;
      std::int64_t window_seq = 0;
      bool last = false;
    };
    std::optional<Stream> stream{};  ///< chat:on_delta: what was said of the window
  };

  void on(const std::string& module, HookDeclaration declaration, Script script) {
    hooks_[{module, declaration.point}] = {declaration, std::move(script)};
    modules_[module] = true;
  }
  void on(const std::string& module, Point point, Script script) {
    on(module, HookDeclaration{.point = point}, std::move(script));
  }
  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }

  Result<std::optional<HookDeclaration>> declaration(const std::string& module, Point point) const override {
    if (!installed(module)) return Error::not_found("module " + module);
    auto found = hooks_.find({module, point});
    if (found == hooks_.end()) return std::optional<HookDeclaration>{};
    return std::optional<HookDeclaration>{found->second.first};
  }
  bool installed(const std::string& module) const override { return modules_.count(module) != 0; }
  /// Where nothing was said of a scripted module, it is at version 1.0.0 and takes any configuration.
  void describe(ModuleFacts facts) {
    const auto name = facts.name;
    modules_[name] = true;
    facts_[name] = std::make_shared<const ModuleFacts>(std::move(facts));
  }
  ModuleFactsPtr facts(const std::string& module) const override {
    const auto found = facts_.find(module);
    if (found != facts_.end()) return found->second;
    if (!installed(module)) return nullptr;
    return std::make_shared<const ModuleFacts>(ModuleFacts{module, "1.0.0", module, ""});
  }
  std::vector<ModuleFactsPtr> all_facts() const override {
    std::vector<ModuleFactsPtr> all;
    for (const auto& [name, installed] : modules_) all.push_back(facts(name));
    return all;
  }
  Task<Answer> call(const std::string& module, Point point, const Context& context, const std::string& config_json,
                    std::chrono::milliseconds time_limit) override {
    calls_.push_back({module, point, seen(context), config_json, time_limit, {}});
    if (const auto& said = context.stream)
      calls_.back().stream = Call::Stream{std::string(said->released), said->window_seq, said->last};
    co_return hooks_.at({module, point}).second(context);
  }

 private:
  static std::string seen(const Context& context) {
    if (context.current) return context.current->content;
    return context.output_json.value_or(context.input_json.value_or(""));
  }

  std::map<std::pair<std::string, Point>, std::pair<HookDeclaration, Script>> hooks_;
  std::map<std::string, bool> modules_;
  std::map<std::string, ModuleFactsPtr> facts_;
  std::vector<Call> calls_;
};

}  // namespace rapt::hooks
