// SPDX-License-Identifier: AGPL-3.0-or-later
// Turns that are taken in one statement with the check of the login.
#include <atomic>
#include <thread>

#include "test_world.hpp"

namespace rapt::chat {
namespace {

using runtime::run_blocking;
using runtime::run_blocking_void;

class OpenedTurnTest : public World {
 protected:
  OpenedTurnTest() { log_in(1, "2026-02-11T10:00:00Z"); }

  void log_in(int number, const std::string& until) {
    run("INSERT INTO auth_sessions (token_hash, user_id, expires_at, context, last_activity_at, created_at) VALUES "
        "('" +
        hash(number) + "', '" + id(number) + "', '" + until +
        "', 'personal', '2026-01-12T10:00:00Z', '2026-01-12T10:00:00Z')");
  }
  static std::string hash(int number) { return "\\x" + std::string(64, static_cast<char>('0' + number)); }
  identity::LoginCheck login(int number = 1) const { return {hash(number), clock.now(), UserId::trusted(id(number))}; }
  std::shared_ptr<OpenedTurn> open(identity::LoginCheck check, const SessionId& in, const NewTurn& said) {
    auto opened = run_blocking(chat.open(std::move(check), in, said));
    if (!opened) throw std::runtime_error(opened.error().message + opened.error().log_detail);
    return *opened;
  }
  static Task<Result<Reply>> say_opened(ChatService& chat, identity::Actor actor, SessionId session, NewTurn said,
                                        std::shared_ptr<OpenedTurn> opened) {
    auto reader = co_await chat.send(std::move(actor), std::move(session), std::move(said), std::move(opened));
    if (!reader) co_return reader.error();
    co_return co_await (*reader)->outcome();
  }
  Result<Reply> send_opened(const SessionId& in, const NewTurn& said, std::shared_ptr<OpenedTurn> opened) {
    return run_blocking(say_opened(chat, student(), in, said, std::move(opened)));
  }

  const SessionId session = start();
  const std::string request = new_uuid();
};

TEST_F(OpenedTurnTest, IsSentAndTellsWhatTheCheckSays) {
  for (const NewTurn& said : {NewTurn{"one"}, NewTurn{"two"}, NewTurn{"three", request}}) {
    auto opened = open(login(), session, said);
    ASSERT_TRUE(opened) << said.content;
    EXPECT_EQ(opened->login.user.str(), id(1));
    EXPECT_EQ(opened->login.email, "s@x.org");
    EXPECT_EQ(opened->login.name, "Sam");
    EXPECT_FALSE(opened->login.due);
    EXPECT_TRUE(opened->login.version);
    EXPECT_EQ(turns_now(), 1);
    const auto reply = send_opened(session, said, std::move(opened));
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(turns_now(), 0);
  }
  EXPECT_EQ(messages(session).size(), 6U);
  EXPECT_EQ(gateway.requests.back().messages.size(), 6U) << "instructions, four messages of the history, the question";
}

TEST_F(OpenedTurnTest, TellsALoginThatIsDue) {
  run("UPDATE auth_sessions SET last_activity_at = '2026-01-12T09:58:00Z'");
  const NewTurn said{"one"};
  const auto opened = open(login(), session, said);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->login.due);
  run_blocking_void(chat.withdraw(opened));
}

TEST_F(OpenedTurnTest, IsNotTakenForALoginThatDoesNotHold) {
  log_in(2, "2026-01-12T09:59:59Z");
  const NewTurn said{"one"};
  const SessionId others = start(2);
  EXPECT_FALSE(open(login(2), others, said)) << "expired";
  EXPECT_FALSE(open(login(3), session, said)) << "of nobody";
  EXPECT_FALSE(open(login(1), others, said)) << "somebody else's conversation";
  EXPECT_FALSE(open(login(1), SessionId::trusted(new_uuid()), said)) << "no conversation";
  auto stranger = login(1);
  stranger.user = UserId::trusted(id(2));
  EXPECT_FALSE(open(stranger, others, said)) << "one person's login for another's conversation";
  run("UPDATE users SET status = 'suspended' WHERE id = '" + id(1) + "'");
  EXPECT_FALSE(open(login(1), session, said));
  run("UPDATE users SET status = 'active', deleted_at = now() WHERE id = '" + id(1) + "'");
  EXPECT_FALSE(open(login(1), session, said));
  EXPECT_EQ(turns_now(), 0);
}

TEST_F(OpenedTurnTest, IsNotTakenForWhatWouldBeRefused) {
  for (const NewTurn& said : {NewTurn{" "}, NewTurn{"\xff"}, NewTurn{.content = "one", .replaces = 0}})
    EXPECT_FALSE(open(login(), session, said));
  EXPECT_EQ(turns_now(), 0);
}

TEST_F(OpenedTurnTest, ThatIsWithdrawnLeavesTheConversationAsItWas) {
  ASSERT_TRUE(send(session, "one"));
  const NewTurn said{"two"};
  auto opened = open(login(), session, said);
  ASSERT_TRUE(opened);
  EXPECT_EQ(send(session, "from another tab").error().kind, ErrorKind::kConflict);
  run_blocking_void(chat.withdraw(std::move(opened)));
  EXPECT_EQ(turns_now(), 0);
  ASSERT_TRUE(send(session, "two"));
  EXPECT_EQ(gateway.requests.back().messages.size(), 4U) << "instructions, question, answer, question";
}

TEST_F(OpenedTurnTest, ThatFindsAnotherInItsWaySaysSoWhenItIsSent) {
  const NewTurn said{"one"};
  auto first = open(login(), session, said);
  auto second = open(login(), session, said);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(send_opened(session, said, second).error().kind, ErrorKind::kConflict);
  auto third = open(login(), session, said);
  run_blocking_void(chat.withdraw(std::move(third)));
  EXPECT_EQ(turns_now(), 1) << "it is the first one's";
  EXPECT_TRUE(send_opened(session, said, std::move(first)));
}

TEST_F(OpenedTurnTest, OfARequestThatWasAnsweredIsItsAnswer) {
  const NewTurn said{"one", request};
  const auto reply = send_opened(session, said, open(login(), session, said));
  ASSERT_TRUE(reply);
  const auto again = send_opened(session, said, open(login(), session, said));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->message.id, reply->message.id);
  EXPECT_EQ(gateway.requests.size(), 1U);
  EXPECT_EQ(turns_now(), 0);
}

TEST_F(OpenedTurnTest, ReplacesAMessageAsAnyOther) {
  ASSERT_TRUE(send(session, "one"));
  const NewTurn said{.content = "better", .replaces = 1};
  const auto reply = send_opened(session, said, open(login(), session, said));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(messages(session).front().content, "better");
}

/// Another host stores a question and its answer while `meanwhile` wants the same conversation.
class StoredMeanwhile {
 public:
  StoredMeanwhile(const std::string& url, const SessionId& session, int first)
      : other_({.url = url, .connections = 1}) {
    thread_ = std::thread([this, session, first] {
      const auto work = [&](store::Transaction& tx) { return store(tx, session.str(), first); };
      const auto done = other_.transaction_blocking(work);
      if (!done) ADD_FAILURE() << done.error().message << done.error().log_detail;
      written_ = true;
    });
    while (!written_) std::this_thread::yield();
  }
  ~StoredMeanwhile() { thread_.join(); }

 private:
  Result<void> store(store::Transaction& tx, const std::string& session, int first) {
    const auto of = [&](int number) { return "('" + session + "', " + std::to_string(first + number) + ", "; };
    RAPT_TRY(tx.exec_script("DELETE FROM chat_turns; INSERT INTO messages (session_id, seq, role, content) VALUES " +
                            of(0) + "'user', 'theirs'), " + of(1) +
                            "'assistant', 'answered'); UPDATE chat_sessions SET next_seq = next_seq + 2 WHERE id = '" +
                            session + "'"));
    written_ = true;
    const store::Statement waits{
        "test_waits",
        "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"};
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < limit) {
      const auto rows = tx.exec(waits);
      if (!rows) return rows.error();
      if ((*rows)[0].integer("n") > 0) return {};
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return Error::internal("nobody waited");
  }

  store::Database other_;
  std::atomic<bool> written_ = false;
  std::thread thread_;
};

TEST_F(OpenedTurnTest, ThatWaitsForTheEndOfAnotherKnowsWhatThatSaid) {
  for (const bool known : {false, true}) {
    for (const bool with_login : {false, true}) {
      const SessionId both = start();
      if (known) {
        ASSERT_TRUE(send(both, "before"));
      }
      run("INSERT INTO chat_turns (session_id, turn_id, user_id, host, started_at, expires_at) VALUES ('" + both.str() +
          "', '" + new_uuid() + "', '" + id(1) + "', 'other', now(), '2026-02-01')");
      const NewTurn said{"ours", new_uuid()};
      const auto asked = gateway.requests.size();
      std::shared_ptr<OpenedTurn> opened;
      Result<Reply> told = Error::internal("not sent");
      {
        const StoredMeanwhile storing(schema.url(), both, known ? 3 : 1);
        if (with_login) opened = open(login(), both, said);
        if (!with_login) told = send_opened(both, said, nullptr);
      }
      if (with_login) told = send_opened(both, said, std::move(opened));
      EXPECT_TRUE(told) << told.error().message;
      EXPECT_EQ(messages(both).size(), known ? 6U : 4U);
      EXPECT_EQ(gateway.requests.back().messages.size(), known ? 6U : 4U)
          << "instructions, what was said, the question";
      EXPECT_EQ(gateway.requests.size(), asked + 1) << "nothing was asked in vain";
      EXPECT_EQ(turns_now(), 0);
    }
  }
}

}  // namespace
}  // namespace rapt::chat
