// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "rapt/author/workbench.hpp"

namespace rapt::author {

/// Passes every call on, and keeps what came of it. Used by one task.
class RecordingCaller final : public hooks::ModuleCaller {
 public:
  RecordingCaller(hooks::ModuleCaller& asked, std::optional<std::chrono::milliseconds> limit)
      : asked_(asked), limit_(limit) {}
  std::vector<Asked>& calls() { return calls_; }

  Result<std::optional<hooks::HookDeclaration>> declaration(const std::string& module,
                                                            hooks::Point point) const override {
    return asked_.declaration(module, point);
  }
  bool installed(const std::string& module) const override { return asked_.installed(module); }
  Task<hooks::Answer> call(const std::string& module, hooks::Point point, const hooks::Context& context,
                           const std::string& config_json, std::chrono::milliseconds time_limit) override {
    using Clock = std::chrono::steady_clock;
    const auto limit = limit_ ? std::min(*limit_, time_limit) : time_limit;
    const auto start = Clock::now();
    auto answer = co_await asked_.call(module, point, context, config_json, limit);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    Asked record{.answer = answer, .took = took, .limit = limit};
    if (context.stream && context.current) {
      record.window = context.current->content;
      record.last = context.stream->last;
    }
    calls_.push_back(std::move(record));
    co_return answer;
  }

 private:
  hooks::ModuleCaller& asked_;
  std::optional<std::chrono::milliseconds> limit_;
  std::vector<Asked> calls_;
};

}  // namespace rapt::author
