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

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
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
  std::optional<std::string> released;       ///< chat:on_delta: what has passed; Stream sets these three
  std::int64_t window_seq = -1;
  bool last_window = false;
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
  std::size_t held = 0;  ///< bytes of the window that it keeps back
  /// Empty when the answer is whole; otherwise why a host would treat it as a failure, e.g. RAPT_REPLACE without a text.
  std::string fault;
};

/// What the module may ask of its host in a test: values in memory, and answers to SQL and HTTP that the test writes.
struct Services {
  /// Where a value lies: a rapt_kv_scope, and the id of that group, tool, user or session ("" for the module).
  struct Place {
    int scope = 1;
    std::string owner, key;
    auto operator<=>(const Place&) const = default;
  };
  struct Value {
    std::string text;
    std::int64_t gone_at_ms = 0;  ///< by the scene's now_ms; 0: it stays
  };
  struct Said {
    rapt_status status = RAPT_OK;
    std::string json;  ///< of HTTP the head
    std::string body{};
  };
  struct Figure {
    std::string name;
    bool is_counter = true;
    double value = 0;
  };
  std::map<Place, Value> values;
  /// A query with its parameters; a transaction with "" for them. Not set: RAPT_E_UNAVAILABLE.
  std::function<Said(const std::string& sql, const std::string& params)> sql;
  std::function<Said(const std::string& request, const std::optional<std::string>& body)> http;
  /// The services of rapt/json_services.hpp: the call is "jobs.enqueue", "ai.chat" and so on.
  std::function<Said(const std::string& call, const std::string& request)> json;
  std::vector<Figure> figures;  ///< in the order in which they came, since init
};

/// Calls `rapt_module_entry` of this program as a host does. Throws std::runtime_error when init or the entry is at fault.
class Module {
 public:
  /// A host that offers less than this SDK knows: what an older host is, or one that withholds a service.
  struct Offer {
    std::uint32_t abi_minor = RAPT_ABI_MINOR;
    std::vector<std::string> withheld{};  ///< ids of services, such as "rapt.stream/1"
    std::vector<std::string> permissions{};  ///< granted: "kv", "sql", "http", "metrics", "jobs", …
    /// A host of ABI 1.0: no rapt.stream/1, and no field or number that came later.
    static Offer abi_1_0() { return {0, {"rapt.stream/1"}, {}}; }
  };

  Module();
  explicit Module(Offer offer);
  /// For a test that holds several entries.
  explicit Module(const rapt_entry& entry);
  Module(const rapt_entry& entry, Offer offer);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  Answer call(rapt_hook hook, const Scene& scene);
  /// Asks a login provider (rapt/auth_provider.h): the input's JSON in, the answer's in `replacement`.
  Answer provider_start(const std::string& input);
  Answer provider_step(const std::string& input);
  /// Calls an extension that takes a JSON object and answers with one: "route", "job", "event", "panel" or "export". The answer's
  /// JSON is in `replacement`. Services that are about somebody are about whom the scene names.
  Answer call(const std::string& extension, const std::string& input, const Scene& scene);
  /// Runs the self-test (rapt/draft/self_test.h); nullopt when the module has none.
  std::optional<rapt_status> self_test();
  /// What it may ask, and has asked, of its host.
  Services& services();
  /// Every line logged since init.
  [[nodiscard]] const std::vector<std::pair<rapt_log_level, std::string>>& log() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Feeds an answer to a module's chat:on_delta as a host does: in windows, what it holds back first in the next one, an empty
/// window last if nothing is left. The windows are cut as a host cuts them: a sentence ends behind one white space after its stop
/// (and what closes it), at a line's end, or at "。", "！", "？"; one of 2 KiB without an end is cut between words, a token of 16 KiB
/// likewise. Only signs of several characters, such as flags, a host keeps together better.
class Stream {
 public:
  enum class Cut { kToken, kSentence, kSize };
  /// `scene` is what else the module is told. `module` outlives the stream. `bytes` counts with kSize.
  Stream(Module& module, Scene scene, Cut cut = Cut::kSentence, std::size_t bytes = 0);
  /// The next words; returns what passes now. Throws std::runtime_error when a host would take the answer for a failure,
  /// std::logic_error after finish().
  std::string push(std::string_view words);
  /// The one last window, perhaps empty.
  std::string finish();
  [[nodiscard]] const std::optional<std::string>& block_reason() const { return block_reason_; }
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }

 private:
  std::string ask(std::string_view piece, bool last);
  [[nodiscard]] std::size_t window_end() const;
  Module& module_;
  Scene scene_;
  Cut cut_;
  std::size_t bytes_;
  std::string waiting_, held_, released_;
  bool finished_ = false;
  std::optional<std::string> block_reason_;
  std::vector<Finding> findings_;
};

/// The checks that the kit applies, for tests of their own.
bool is_utf8(std::string_view text);
bool is_json(std::string_view text);

}  // namespace rapt::testkit
