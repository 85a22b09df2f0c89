// SPDX-License-Identifier: AGPL-3.0-or-later
// Messages of a login that was let in before: its check takes the turn as well. Whatever is refused looks as in order,
// which is how the first message of a login goes, and leaves no turn behind.
#include <chrono>
#include <functional>
#include <regex>

#include <nlohmann/json.hpp>

#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::string kWhy = R"({"content":"Why?"})";

class ExpectedLogin : public Site {
 protected:
  ExpectedLogin() {
    const auto made = ask("POST", "/api/v1/tools", cookie,
                          json{{"definition", "name: Tutor\ntype: chat\nversion: 1.0.0\nbehavior: Ask.\n"}}.dump());
    if (made.status != 201) throw std::runtime_error(made.body);
    tool = json::parse(made.body)["data"]["id"].get<std::string>();
    session = begin(ada);
    if (!is_expected()) throw std::runtime_error("a login that was let in is not expected");
  }

  std::string begin(const std::string& whose) {
    const auto heard = ask("POST", "/api/v1/sessions", cookie_of(whose), json{{"tool_id", tool}}.dump());
    if (heard.status != 201) throw std::runtime_error(heard.body);
    session = json::parse(heard.body)["data"]["id"].get<std::string>();
    return session;
  }
  static std::string path(const std::string& in) { return "/api/v1/sessions/" + in + "/messages"; }
  Heard say(const std::string& in, const std::string& body = kWhy, const std::string& fields = "") {
    return ask("POST", path(in), cookie + fields, body);
  }
  /// Whether the next message of Ada's login is opened with its check. A message makes it so.
  bool is_expected() {
    if (session.empty() || say(session).status != 200) return false;
    return auth.expected(cookie.substr(21, 43)).has_value();
  }
  /// What the login is told, which must be what one is told that has said nothing yet.
  Heard as_in_order(const std::string& in, const std::string& body = kWhy, const std::string& fields = "") {
    const auto opened = say(in, body, fields);
    const std::string known = std::exchange(cookie, cookie_of(ada));
    const auto in_order = say(in, body, fields);
    cookie = known;
    EXPECT_EQ(plain(opened), plain(in_order));
    return opened;
  }
  /// Without what differs between any two answers.
  static std::string plain(const Heard& heard) {
    static const std::regex id("[0-9a-f]{8}-[0-9a-f-]{27}"), left("(X-RateLimit-Remaining|Date): [^\r]*");
    return std::regex_replace(std::regex_replace(heard.head + "\n" + heard.body, id, "ID"), left, "$1");
  }
  std::string value(const char* name, const char* sql) {
    auto rows = runtime::run_blocking((**scratch).query({name, sql}));
    if (!rows || rows->empty()) throw std::runtime_error("no value");
    return (*rows)[0].text("value");
  }
  std::string turns() { return value("turns_of_a_site", "SELECT count(*) AS value FROM chat_turns"); }
  std::string said() { return value("messages_of_a_site", "SELECT count(*) AS value FROM messages"); }
  /// What is left to Ada, one request later.
  int left() {
    const auto heard = ask("GET", "/api/v1/auth/me", cookie).head;
    return std::stoi(heard.substr(heard.find("X-RateLimit-Remaining: ") + 23));
  }
  /// `sql` happens within the statement that does `what` to `table`, for each of its rows.
  void whenever(const std::string& what, const std::string& table, const std::string& sql) {
    scratch->script("CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + sql +
                    "; RETURN NEW; END $$; CREATE TRIGGER meanwhile BEFORE " + what + " ON " + table +
                    " FOR EACH ROW EXECUTE FUNCTION meanwhile()");
  }
  /// Leaves while the turn is being taken, which `beside` holds up. It also asks for that: on a connection of the
  /// site's the question might wait in line behind what is held up.
  void send_and_leave(store::Transaction& beside, const std::string& bytes) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    boost::asio::write(socket, boost::asio::buffer(bytes));
    const auto waits = [&beside] {
      const auto rows = beside.exec(
          {"site_waits",
           "SELECT count(*) AS value FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
           "(SELECT oid FROM pg_database WHERE datname = current_database())"},
          {});
      return rows && (*rows)[0].text("value") == "1";
    };
    EXPECT_TRUE(comes_about(waits));
  }
  static bool comes_about(const std::function<bool()>& state) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!state()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  void no_longer() { scratch->script("DROP FUNCTION meanwhile() CASCADE"); }

  std::string tool, session, cookie = cookie_of(ada);
};

TEST_F(ExpectedLogin, IsAnsweredAsAnyOther) {
  const auto first = left();
  for (int i = 1; i <= 3; ++i) {
    const auto heard = say(session);
    ASSERT_EQ(heard.status, 200) << heard.body;
    EXPECT_THAT(heard.head, HasSubstr("X-RateLimit-Remaining: " + std::to_string(first - i) + "\r\n"));
  }
  EXPECT_EQ(said(), "8");
  EXPECT_EQ(turns(), "0");
}

TEST_F(ExpectedLogin, ThatWasEndedElsewhereIsRefusedAndTakesNothing) {
  scratch->script("DELETE FROM auth_sessions");
  const std::string dead = std::exchange(cookie, cookie_of(ada));
  const auto before = left();
  const std::string living = std::exchange(cookie, dead);
  const auto opened = say(session), in_order = say(session);
  EXPECT_EQ(opened.status, 401);
  EXPECT_EQ(plain(opened), plain(in_order));
  EXPECT_THAT(opened.head, Not(HasSubstr("rapt_session=")));
  EXPECT_EQ(say(session).status, 401);
  EXPECT_EQ(turns(), "0");
  EXPECT_EQ(said(), "2");
  cookie = living;
  EXPECT_EQ(left(), before - 2) << "a dead login counts for its person but once";
}

TEST_F(ExpectedLogin, ThatIsRefusedCountsForItsAddress) {
  scratch->script("DELETE FROM auth_sessions");
  settings.rate_limit_address_max = 2;
  EXPECT_EQ(say(session).status, 401);
  EXPECT_EQ(say(session).status, 401);
  EXPECT_EQ(say(session).status, 429);
}

TEST_F(ExpectedLogin, HoldsNoLongerThanItsLogin) {
  struct Change {
    const char *ends, *mends;
  };
  for (const auto& [ends, mends] :
       {Change{"UPDATE users SET status = 'suspended'", "UPDATE users SET status = 'active'"},
        Change{"UPDATE users SET deleted_at = now()", "UPDATE users SET deleted_at = NULL"},
        Change{"UPDATE auth_sessions SET expires_at = '2026-03-01T08:00:00Z'",
               "UPDATE auth_sessions SET expires_at = '2026-03-01T18:00:00Z'"}}) {
    ASSERT_TRUE(is_expected()) << ends;
    scratch->script(ends);
    EXPECT_EQ(say(session).status, 401) << ends;
    EXPECT_EQ(ask("GET", "/api/v1/auth/me", cookie).status, 401) << ends;
    EXPECT_EQ(turns(), "0") << ends;
    scratch->script(mends);
  }
  EXPECT_TRUE(is_expected());
  const auto renewed = ask("POST", "/api/v1/auth/refresh", cookie);
  EXPECT_EQ(renewed.status, 200) << renewed.body;
  EXPECT_EQ(say(session).status, 401) << "the old token of a login that goes on under a new one";
  cookie = cookie_of(ada);
  EXPECT_TRUE(is_expected());
  clock.move(std::chrono::days(31));
  EXPECT_EQ(say(session).status, 401);
}

TEST_F(ExpectedLogin, OfSomebodyOverTheLimitOpensNothing) {
  settings.rate_limit_api_max = 2;  // more were counted before
  whenever("INSERT", "chat_turns", "RAISE 'opened'");
  const auto heard = as_in_order(session);
  EXPECT_EQ(heard.status, 429);
  EXPECT_THAT(heard.head, HasSubstr("X-RateLimit-Remaining: 0\r\n"));
  no_longer();
  scratch->script("DELETE FROM auth_sessions");
  EXPECT_EQ(say(session).status, 401) << "a dead login is told of no limit of its person";
  cookie = cookie_of(ada);
  clock.move(std::chrono::hours(1));
  EXPECT_EQ(say(session).status, 200) << "nothing stands in the way of the next message";
}

TEST_F(ExpectedLogin, HasNoPartInSomebodyElsesConversation) {
  const auto own = session, sams = begin(ada);
  scratch->script("UPDATE chat_sessions SET user_id = '" + id(3) + "' WHERE id = '" + sams + "'");
  for (const auto& other : {sams, new_uuid()}) {
    EXPECT_EQ(as_in_order(other).status, 404);
    EXPECT_EQ(turns(), "0");
  }
  EXPECT_EQ(say(own).status, 200);
}

TEST_F(ExpectedLogin, IsToldWhatIsWrongWithItsMessageAndTakesNothing) {
  for (const char* body : {R"({"content":7})", R"({"content":"  "})", R"({"content":"Why?","more":1})",
                           R"({"content":"Why?","replaces":99})", R"({"content":"Why?","request_id":"x"})", "{", "[]"})
    EXPECT_EQ(as_in_order(session, body).status, 400) << body;
  EXPECT_EQ(as_in_order("no-uuid").status, 404);
  EXPECT_EQ(ask("POST", path(session) + "?what=1", cookie, kWhy).status, 400);
  EXPECT_EQ(as_in_order(session, kWhy, "Idempotency-Key: a b\r\n").status, 400);
  const auto before = left();
  EXPECT_EQ(as_in_order(session, kWhy, "Origin: http://elsewhere.example\r\n").status, 403);
  EXPECT_EQ(as_in_order(session, kWhy, "Sec-Fetch-Site: cross-site\r\n").status, 403);
  EXPECT_EQ(left(), before - 1) << "what comes from elsewhere counts for nobody";
  EXPECT_EQ(turns(), "0");
  EXPECT_EQ(said(), "2");
  EXPECT_EQ(say(session).status, 200);
}

TEST_F(ExpectedLogin, IsToldOfATurnThatIsUnderWay) {
  scratch->script("INSERT INTO chat_turns (session_id, turn_id, user_id, host, started_at, expires_at) SELECT id, '" +
                  new_uuid() + "', user_id, 'other', now(), '2026-04-01' FROM chat_sessions");
  EXPECT_EQ(as_in_order(session).status, 409);
  EXPECT_EQ(turns(), "1");
  scratch->script("DELETE FROM chat_turns");
  EXPECT_EQ(say(session).status, 200);
}

TEST_F(ExpectedLogin, OfAnEndedConversationIsToldSo) {
  scratch->script("UPDATE chat_sessions SET state = 'completed', ended_at = now()");
  const auto heard = as_in_order(session);
  EXPECT_GE(heard.status, 400);
  EXPECT_LT(heard.status, 500);
  EXPECT_EQ(turns(), "0");
}

TEST_F(ExpectedLogin, ThatAsksAgainIsToldTheSameAnswer) {
  const std::string body = json{{"content", "Why?"}, {"request_id", new_uuid()}}.dump();
  const auto first = say(session, body), again = as_in_order(session, body);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, again.body);
  EXPECT_EQ(say(session, kWhy, "Idempotency-Key: mine\r\n").status, 200);
  EXPECT_THAT(say(session, kWhy, "Idempotency-Key: mine\r\n").head, HasSubstr("Idempotency-Replayed: true"));
  EXPECT_EQ(said(), "6");
  EXPECT_EQ(turns(), "0");
}

TEST_F(ExpectedLogin, ThatIsDueIsExtendedAndAnsweredInOneRequest) {
  clock.move(std::chrono::days(16));
  const auto heard = say(session);
  EXPECT_EQ(heard.status, 200) << heard.body;
  EXPECT_THAT(heard.head, HasSubstr("Set-Cookie: rapt_session="));
}

TEST_F(ExpectedLogin, ThatEndsWhileItsActorIsLoadedGivesItsTurnBack) {
  clock.move(std::chrono::hours(1));  // its activity is due to be noted, and its actor to be loaded
  whenever("INSERT", "chat_turns", "DELETE FROM auth_sessions");
  const auto opened = say(session), in_order = say(session);
  EXPECT_EQ(opened.status, 401);
  EXPECT_EQ(plain(opened), plain(in_order));
  EXPECT_EQ(turns(), "0");
}

TEST_F(ExpectedLogin, WhoseActorCannotBeLoadedGivesItsTurnBack) {
  clock.move(std::chrono::hours(1));
  whenever("UPDATE", "auth_sessions", "RAISE 'not now'");
  const auto opened = say(session), in_order = say(session);
  EXPECT_EQ(opened.status, 500);
  EXPECT_EQ(plain(opened), plain(in_order));
  EXPECT_EQ(turns(), "0");
  no_longer();
  EXPECT_EQ(say(session).status, 200);
}

TEST_F(ExpectedLogin, IsToldThatTheDatabaseIsAway) {
  const std::string name = value("name_of_a_site", "SELECT current_database() AS value");
  store::ScratchDatabase beside;
  const auto may_connect = [&](const char* yes) {
    beside.script("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + yes);
    beside.script("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
  };
  may_connect("false");
  const auto opened = say(session), in_order = say(session);
  EXPECT_EQ(opened.status, 503);
  EXPECT_EQ(plain(opened), plain(in_order));
  may_connect("true");
  EXPECT_EQ(say(session).status, 200);
  EXPECT_EQ(turns(), "0");
}

TEST_F(ExpectedLogin, ThatDoesNotWaitForItsAnswerLeavesIt) {
  whenever("INSERT", "chat_turns", "PERFORM pg_advisory_xact_lock_shared(1)");
  store::Database beside(scratch->options());
  const auto told = beside.transaction_blocking([this](store::Transaction& tx) {
    auto locked = tx.exec({"site_lock", "SELECT pg_advisory_xact_lock(1)"}, {});
    if (!locked) return Result<void>(locked.error());
    send_and_leave(tx, "POST " + path(session) + " HTTP/1.1\r\nHost: site.example\r\n" + cookie +
                           "Content-Type: application/json\r\nContent-Length: " + std::to_string(kWhy.size()) +
                           "\r\n\r\n" + kWhy);
    return Result<void>{};
  });
  ASSERT_TRUE(told) << told.error().log_detail;
  EXPECT_TRUE(comes_about([this] { return said() == "4" && turns() == "0"; }));
  EXPECT_EQ(say(session).status, 200);
}

}  // namespace
}  // namespace rapt::api
