// SPDX-License-Identifier: Apache-2.0
// A host in memory for the tests of a module's author: compile the module's sources into the test, link rapt_testkit, ask.
//
//   rapt::testkit::Module module;                             // calls init of the module in this program
//   rapt::testkit::Scene scene;
//   scene.current = rapt::testkit::Line{"user", "WHY!!!"};
//   const auto answer = module.call(RAPT_HOOK_CHAT_BEFORE_AI, scene);
//   EXPECT_EQ(answer.verdict, RAPT_BLOCK);
//
// It holds a module to the limits and rules that a real host holds it to (sizes, UTF-8, JSON, what a hook may say). It has no
// sandbox and no deadline: those need `rapt-runner`. One thread.
#pragma once

#include <rapt/abi.h>
#include <rapt/context.h>
#include <rapt/hooks.h>
#include <rapt/log.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapt::testkit {

/// One message of a conversation.
struct Line {
  std::string role;     ///< "user", "assistant" or "system"
  std::string content;  ///< UTF-8
};

/// What a hook is about. Messages are numbered from 1 in order; the current one comes after them.
struct Scene {
  std::string tool_id = "tool-1", tool_name = "Tool", tool_type = "chat", tool_version = "1", behavior, subject;
  std::string user_id = "user-1", user_role = "student", group_id = "group-1", group_name = "Group";
  std::string session_id = "session-1", session_state = "active", locale = "en";
  std::string run_id;
  std::vector<Line> history;
  std::optional<Line> current;
  std::optional<std::string> input, output;  ///< JSON
  std::string config = "{}";                 ///< JSON object
  std::int64_t now_ms = 1'700'000'000'000, deadline_ms = 200, session_age_ms = 60'000;
};

struct Finding {
  std::string type, json;
};

/// What the module answered, as a host would take it.
struct Answer {
  rapt_verdict verdict = RAPT_ERROR;
  std::optional<std::string> replacement, block_reason;
  std::vector<std::string> instructions;
  std::vector<Finding> findings;
  /// Empty when the answer is whole; otherwise why a host would treat it as a failure, e.g. RAPT_REPLACE without a text.
  std::string fault;
};

/// Calls `rapt_module_entry` of this program as a host does. Throws std::runtime_error when init or the entry is at fault.
class Module {
 public:
  Module();
  /// For a test that holds several entries.
  explicit Module(const rapt_entry& entry);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  Answer call(rapt_hook hook, const Scene& scene);
  /// Every line logged since init.
  [[nodiscard]] const std::vector<std::pair<rapt_log_level, std::string>>& log() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The checks that the kit applies, for tests of their own.
bool is_utf8(std::string_view text);
bool is_json(std::string_view text);

}  // namespace rapt::testkit
