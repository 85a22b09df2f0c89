// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include "rapt/base/clock.hpp"
#include "rapt/chat/chat_service.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/quota/quota_service.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_schema.hpp"
#include "rapt/store/test_redis.hpp"
#include "rapt/tools/tool_service.hpp"

namespace rapt::chat {

/// A model that says what a test wants, in pieces, and remembers what it was asked.
class ScriptedGateway final : public gateway::Gateway {
 public:
  std::vector<std::string> pieces{"What ", "undoes ", "+ 5?"};
  bool ends_with_last = false;               ///< the last piece comes with the end
  std::optional<Error> breaks_with;          ///< after the pieces
  std::function<Task<void>()> while_asking;  ///< what else happens meanwhile
  std::function<Task<void>()> after_each;    ///< piece
  std::vector<gateway::ChatRequest> requests;
  std::string written;  ///< of the last answer

  Task<gateway::Exchange> complete(gateway::ChatRequest request, gateway::DeltaSink* sink) override {
    requests.push_back(spelled_out(std::move(request)));
    std::string untold;
    bool wanted = true;
    written.clear();
    for (const auto& piece : pieces) {
      written += piece;
      untold += piece;
      if (ends_with_last && &piece == &pieces.back()) break;
      if (sink != nullptr) untold.clear();
      if (sink != nullptr) wanted = co_await sink->on_delta(piece);
      if (!wanted) break;
      if (after_each) co_await after_each();
    }
    if (while_asking) co_await std::exchange(while_asking, nullptr)();
    gateway::Spent spent{"test-model", 30, 12, breaks_with.has_value(), std::chrono::milliseconds(5)};
    if (breaks_with) co_return gateway::Exchange{*breaks_with, spent};
    co_return gateway::Exchange{gateway::Completion{untold, wanted ? "stop" : "cancelled"}, spent};
  }
  /// With all messages as messages.
  static gateway::ChatRequest spelled_out(gateway::ChatRequest request) {
    const auto earlier = std::exchange(request.earlier, {});
    for (auto i = earlier.last; i-- > earlier.first;) {
      request.messages.insert(request.messages.begin() + 1,
                              {std::string(earlier.of->role(i)), std::string(earlier.of->content(i))});
    }
    return request;
  }
  std::map<std::string, gateway::Spent> books;  ///< what find_spent() knows
  Task<Result<std::optional<gateway::Spent>>> find_spent(std::string name) override {
    const auto found = books.find(name);
    if (found == books.end()) co_return std::optional<gateway::Spent>{};
    co_return std::optional<gateway::Spent>(found->second);
  }
  Task<Result<void>> check() override { co_return Result<void>{}; }
};

/// What a reader of a stream sees.
struct CollectingSink {
  std::vector<std::string> kinds, states, deltas, notices;
  std::string text;
  void take(const TurnEvent& event) {
    kinds.emplace_back(name(event.kind));
    const auto data = nlohmann::json::parse(event.data, nullptr, false);
    if (event.kind == TurnEvent::Kind::kStatus) states.push_back(data.at("state"));
    if (event.kind == TurnEvent::Kind::kNotice) notices.push_back(data.at("message"));
    if (event.kind != TurnEvent::Kind::kDelta) return;
    text += event.data;
    deltas.push_back(event.data);
  }
};

/// Reads a turn to its end.
inline Task<Result<Reply>> read_to_end(TurnReader& reader, CollectingSink* sink) {
  if (sink == nullptr) co_return co_await reader.outcome();
  for (;;) {
    auto events = co_await reader.next();
    if (!events) co_return events.error();
    if (events->empty()) co_return Error::internal("the events ended without an end");
    for (const auto& event : *events) sink->take(event);
    if (events->back().outcome) co_return *events->back().outcome;
  }
}

inline Task<Result<Reply>> say(ChatService& chat, identity::Actor actor, SessionId session, NewTurn said,
                               CollectingSink* sink = nullptr) {
  auto reader = co_await chat.send(std::move(actor), std::move(session), std::move(said));
  if (!reader) co_return reader.error();
  co_return co_await read_to_end(**reader, sink);
}

/// Waits until something is so, as other tasks of this loop make it.
template <class Condition>
Task<void> until(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("it did not come to pass");
    co_await runtime::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Runs `what` while the hosts look after their turns.
inline Task<void> tended(std::vector<ChatService*> hosts, Task<void> what) {
  auto executor = co_await boost::asio::this_coro::executor;
  for (auto* host : hosts) boost::asio::co_spawn(executor, host->tend(), boost::asio::detached);
  std::exception_ptr fault;
  try {
    co_await std::move(what);
  } catch (...) {
    fault = std::current_exception();
  }
  for (auto* host : hosts) co_await host->finish(std::chrono::seconds(30));
  if (fault) std::rethrow_exception(fault);
}

class FixedClock final : public Clock {
 public:
  TimePoint time = *parse_time("2026-01-12T10:00:00Z");
  [[nodiscard]] TimePoint now() const override { return time; }
};

/// A school with a class, its teacher, two students and a tool that is assigned to the class; another school beside it.
class World : public ::testing::Test {
 protected:
  static constexpr const char* kTool = R"(
name: Tutor
type: chat
version: 1.0.0
behavior: Ask questions.
constraints:
  max_messages: 3
modules:
  - guard
)";

  World() {
    run("INSERT INTO groups (id, name, type) VALUES ('" + school + "', 'School', 'school'), ('" + elsewhere +
        "', 'Elsewhere', 'school');"
        "INSERT INTO users (id, email, name) VALUES ('" +
        id(1) + "', 's@x.org', 'Sam'), ('" + id(2) + "', 'k@x.org', 'Kim'), ('" + id(3) +
        "', 't@x.org', 'Teacher'), ('" + id(4) + "', 'a@x.org', 'Admin'), ('" + id(5) +
        "', 'o@x.org', 'Other teacher');"
        "INSERT INTO classes (id, group_id, name) VALUES ('" +
        class_id + "', '" + school + "', 'Algebra'), ('" + other_class + "', '" + elsewhere +
        "', 'Art');"
        "INSERT INTO class_members (class_id, user_id, role) VALUES ('" +
        class_id + "', '" + id(1) + "', 'student'), ('" + class_id + "', '" + id(2) + "', 'student'), ('" + class_id +
        "', '" + id(3) + "', 'teacher'), ('" + other_class + "', '" + id(5) + "', 'teacher');");
    // Installed, and silent until a test gives it something to say.
    caller.on("guard", hooks::Point::kRunComplete, [](const hooks::Context&) { return hooks::Answer{}; });
    assign(kTool);
  }

  void assign(const std::string& yaml) {
    const auto made = runtime::run_blocking(tools.create(admin(), yaml, GroupId{}));
    if (!made)
      throw std::runtime_error(made.error().message +
                               (made.error().fields.empty()
                                    ? ""
                                    : ": " + made.error().fields[0].path + " " + made.error().fields[0].message));
    tool = made->tool.id;
    run("INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name) VALUES ('" + new_uuid() + "', '" +
        class_id + "', '" + tool.str() + "', '" + made->tool.version.str() + "', 'Homework')");
  }
  static std::string id(int number) { return "00000000-0000-4000-8000-00000000000" + std::to_string(number); }
  static identity::Actor member(int number, const std::string& of_class, const std::string& of_group, bool teaches) {
    identity::Actor actor;
    actor.id = UserId::trusted(id(number));
    actor.classes = {{ClassId::trusted(of_class), GroupId::trusted(of_group), "Class", teaches, ""}};
    return actor;
  }
  identity::Actor student(int number = 1) const { return member(number, class_id, school, false); }
  identity::Actor teacher() const { return member(3, class_id, school, true); }
  identity::Actor other_teacher() const { return member(5, other_class, elsewhere, true); }
  identity::Actor admin(identity::GroupRole role = identity::GroupRole::kSystemAdmin) {
    identity::Actor actor;
    actor.id = UserId::trusted(id(4));
    actor.groups = {{GroupId::trusted(school), "School", "school",
                     value("SELECT path AS value FROM groups WHERE id = '" + school + "'"), role}};
    return actor;
  }

  SessionId start(int number = 1) {
    auto made = runtime::run_blocking(chat.create(student(number), tool, {}));
    if (!made) throw std::runtime_error(made.error().message + made.error().log_detail);
    return made->id;
  }
  Result<Reply> send(const SessionId& session, const std::string& content, CollectingSink* sink = nullptr) {
    return runtime::run_blocking(say(chat, student(), session, {content}, sink));
  }
  std::vector<Message> messages(const SessionId& session) {
    return runtime::run_blocking(chat.get(student(), session))->messages;
  }
  std::vector<usage::Extraction> extractions(const SessionId& session) {
    return runtime::run_blocking(chat.extractions(teacher(), session))->items;
  }

  void run(const std::string& sql) {
    const auto done = database.transaction_blocking([&](store::Transaction& tx) { return tx.exec_script(sql); });
    if (!done) throw std::runtime_error(done.error().message + done.error().log_detail);
  }
  /// The column `value` of the first row, as text.
  std::string value(const std::string& sql) {
    const auto name = "test_" + std::to_string(std::hash<std::string>{}(sql));
    auto rows = runtime::run_blocking(database.query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().message + rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  /// Rows of chat_turns, read beside the loop that is running.
  int turns_now() {
    std::string count;
    const auto done = database.transaction_blocking([&](store::Transaction& tx) -> Result<void> {
      auto rows = tx.exec({"test_turns", "SELECT count(*)::text AS value FROM chat_turns"});
      if (!rows) return rows.error();
      count = (*rows)[0].text("value");
      return {};
    });
    if (!done) throw std::runtime_error(done.error().message);
    return std::stoi(count);
  }
  std::string usage_outcomes() {
    return value(
        "SELECT coalesce(string_agg(outcome::text || ':' || total_tokens, ' ' ORDER BY created_at), '') AS value FROM "
        "ai_usage");
  }
  std::string topics() { return value("SELECT coalesce(string_agg(topic, ' ' ORDER BY id), '') AS value FROM outbox"); }

  const std::string school = "00000000-0000-4000-8000-0000000000a1", elsewhere = "00000000-0000-4000-8000-0000000000a2";
  const std::string class_id = "00000000-0000-4000-8000-0000000000b1",
                    other_class = "00000000-0000-4000-8000-0000000000b2";
  store::ScratchSchema schema{RAPT_MIGRATIONS_DIR};
  store::Database database{{.url = schema.url(), .connections = 2}};
  FixedClock clock;
  hooks::ScriptedCaller caller;
  hooks::Dispatcher dispatcher{caller};
  ScriptedGateway gateway;
  tools::ToolService tools{database, clock, {}};
  store::Redis redis{store::test_redis_url(), 4, std::chrono::minutes(1)};
  quota::QuotaService admission{{database, redis, clock, "test-model"}};
  const std::string prefix = "chat-test-" + new_uuid();
  ChatService::Parts parts(const std::string& host) {
    return {database, tools, dispatcher, gateway, admission, clock, redis, host, prefix};
  }
  ChatService chat{parts("one")};
  ToolId tool;
};

}  // namespace rapt::chat
