// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers that are ready at once share a transaction: each of them is stored whole, once, or not at all.
#include <atomic>
#include <thread>

#include "test_world.hpp"
#include "turn_store.hpp"

namespace rapt::chat {
namespace {

using runtime::run_blocking;

/// Begins all of them at once; their results in order.
Task<std::vector<Result<void>>> store_all(store::Database& database, std::vector<TurnEffects> all) {
  std::vector<std::optional<Result<void>>> results(all.size());
  std::size_t waiting = all.size();
  const auto executor = co_await boost::asio::this_coro::executor;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto keep = [&results, &waiting, i](const std::exception_ptr& fault, Result<void> result) {
      if (fault) std::rethrow_exception(fault);
      results[i].emplace(std::move(result));
      --waiting;
    };
    boost::asio::co_spawn(executor, store_turn(database, std::move(all[i])), keep);
  }
  auto all_there = [&waiting] { return waiting == 0; };
  co_await until(all_there);
  std::vector<Result<void>> out;
  for (auto& result : results) out.push_back(std::move(*result));
  co_return out;
}

class StoredTogether : public World {
 protected:
  StoredTogether() {
    for (int i = 0; i < 12; ++i) sessions.push_back(start(1 + i % 2));
  }

  /// A question and its answer, the turn's row, what it cost and what a module found.
  TurnEffects answered(std::size_t number) {
    const auto& session = sessions.at(number);
    const auto owner = student(1 + static_cast<int>(number % 2)).id;
    TurnRow row{.id = new_uuid(),
                .session = session,
                .user = owner,
                .request_id = {},
                .host = "host",
                .started_at = clock.time};
    const auto begun = run_blocking(begin_turn(database, row, {}));
    if (begun && begun->taken) turns.push_back(row.id);
    usage::Record paid;
    paid.call.id = new_uuid();
    paid.call.day = "2026-01-12";
    paid.model = "test-model";
    paid.request_type = "chat";
    paid.input_tokens = 30;
    paid.output_tokens = 12;
    return {.session = session,
            .turn = row.id,
            .first_seq = 1,
            .messages = {{.id = MessageId::trusted(new_uuid()),
                          .seq = 1,
                          .role = "user",
                          .content = "Why?",
                          .created_at = clock.time},
                         {.id = MessageId::trusted(new_uuid()),
                          .seq = 2,
                          .role = "assistant",
                          .content = "What do you think?",
                          .created_at = clock.time}},
            .usage = paid,
            .topic = "chat.message_stored",
            .payload_json = "{}",
            .extractions = {{.module = "guard", .type = "seen", .data_json = "{}"}},
            .now = clock.time};
  }
  std::string books() {
    return value(
        "SELECT (SELECT count(*) FROM messages) || ' messages, ' || (SELECT count(*) FROM ai_usage) || ' paid, ' ||"
        " (SELECT count(*) FROM outbox WHERE topic = 'chat.message_stored') || ' told, ' || (SELECT count(*) FROM "
        "extractions) || ' found, ' ||"
        " (SELECT count(*) FROM chat_turns) || ' turns, ' || (SELECT count(*) FROM chat_sessions WHERE next_seq = 3) ||"
        " ' answered' AS value");
  }

  std::vector<SessionId> sessions;
  std::vector<std::string> turns;
};

TEST_F(StoredTogether, AreEachStoredWholeAndThoseThatAreRefusedAlone) {
  std::vector<TurnEffects> all;
  for (std::size_t i = 0; i < sessions.size(); ++i) all.push_back(answered(i));
  all[3].first_seq = 7;                            // another message came first
  all[6].messages[1].id = all[4].messages[1].id;   // an error of the database
  all[8].messages[0].content = "not \xff stored";  // another one
  value("UPDATE chat_sessions SET state = 'paused' WHERE id = '" + sessions[9].str() + "' RETURNING '' AS value");
  const auto results = run_blocking(store_all(database, all));
  for (const std::size_t i : {0, 1, 2, 5, 7, 10, 11}) EXPECT_TRUE(results[i]) << i << results[i].error().log_detail;
  EXPECT_NE(static_cast<bool>(results[4]), static_cast<bool>(results[6])) << "one of the two has the id";
  EXPECT_EQ(results[4] ? results[6].error().part : results[4].error().part, "messages_pkey");
  EXPECT_EQ(results[3].error().kind, ErrorKind::kConflict);
  EXPECT_EQ(results[8].error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(results[9].error().kind, ErrorKind::kConflict);
  EXPECT_EQ(books(), "16 messages, 8 paid, 8 told, 8 found, 2 turns, 8 answered")
      << "those that failed keep their turns";
}

TEST_F(StoredTogether, AreStoredOnceWhenTwoHostsStoreTheSameConversations) {
  std::vector<TurnEffects> here, there;
  for (std::size_t i = 0; i < sessions.size(); ++i) here.push_back(answered(i));
  for (auto i = sessions.size(); i-- > 0;) {
    there.push_back(here[i]);
    there.back().usage->call.id = new_uuid();
    for (auto& message : there.back().messages) message.id = MessageId::trusted(new_uuid());
  }
  store::Database other({.url = schema.url(), .connections = 2});
  std::atomic<bool> done = false;
  std::vector<Result<void>> elsewhere;
  std::thread second([&] {
    elsewhere = run_blocking(store_all(other, there));
    done = true;
  });
  const auto results = run_blocking(store_all(database, here));
  do {
    EXPECT_TRUE(run_blocking(prolong_turns(database, "host", turns, clock.time)));
  } while (!done);
  second.join();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& same = elsewhere[sessions.size() - 1 - i];
    EXPECT_NE(static_cast<bool>(results[i]), static_cast<bool>(same)) << i;
    EXPECT_EQ((results[i] ? same : results[i]).error().kind, ErrorKind::kConflict) << i;
  }
  EXPECT_EQ(books(), "24 messages, 12 paid, 12 told, 12 found, 0 turns, 12 answered");
}

}  // namespace
}  // namespace rapt::chat
