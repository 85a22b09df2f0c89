// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/jobs/module_jobs.hpp"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <thread>

#include "job_store.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/jobs/worker.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::jobs {
namespace {

using namespace std::chrono_literals;
using runtime::run_blocking;

constexpr const char* kUser = "00000000-0000-7000-8000-000000000201";
constexpr const char* kTool = "00000000-0000-7000-8000-000000000401";
constexpr const char* kSession = "00000000-0000-7000-8000-000000000601";

/// What handlers were given, in order, and how many of a module were done at the same time.
struct Seen {
  std::mutex mutex;
  std::vector<std::string> keys;
  std::map<std::string, int> now, most;
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex);
    return keys;
  }
};

/// A host: a worker for modules with a loop and connections of its own. Redis is not there at all.
class OtherModuleHost {
 public:
  OtherModuleHost(const store::Database::Options& database, const std::string& name, Handler handler)
      : database_(database), redis_("redis://127.0.0.1:1", 2), worker_(database_, redis_, options(name)) {
    worker_.handle(kModuleJob, handler);
    worker_.handle(kModuleEvent, handler);
    loop_.spawn(worker_.run());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~OtherModuleHost() {
    runtime::run_blocking_void(worker_.stop());
    loop_.stop();
    thread_.join();
  }

 private:
  static Worker::Options options(const std::string& name) {
    Worker::Options out;
    out.host = name;
    out.sweep = 30ms;
    out.retry_initial = 5ms;
    out.retry_maximum = 20ms;
    out.for_modules = true;
    return out;
  }
  runtime::Runtime loop_{1};
  store::Database database_;
  store::Redis redis_;
  Worker worker_;
  std::thread thread_;
};

class ModuleJobsTest : public ::testing::Test {
 protected:
  ModuleJobsTest() {
    scratch->script(std::string("INSERT INTO users (id, email, name) VALUES ('") + kUser +
                    R"(', 'a@example.org', 'Ada');
      INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000101', 'School', 'school');
      INSERT INTO tools (id, type, name, group_id, created_by, current_version_id) VALUES ('00000000-0000-7000-8000-000000000401',
        'chat', 'T', '00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000201',
        '00000000-0000-7000-8000-000000000402');
      INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed) VALUES
        ('00000000-0000-7000-8000-000000000402', '00000000-0000-7000-8000-000000000401', '1.0.0', 'name: T', '{}');)");
  }
  void install(const std::string& name, const std::string& manifest = "{}",
               const std::string& grants = R"(["jobs", "events"])") {
    scratch->script("INSERT INTO modules (name, version, publisher, digest, permissions, manifest) VALUES ('" + name +
                    "', '1.0.0', 'p', repeat('0', 64), '" + grants + "', '" + manifest +
                    "') ON CONFLICT (name) DO UPDATE SET manifest = excluded.manifest");
  }
  void store_session() {
    scratch->script(std::string("INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id) VALUES ('") +
                    kSession + "', '" + kTool + "', '00000000-0000-7000-8000-000000000402', '" + kUser + "')");
  }
  static NewModuleJob job(const std::string& module, const std::string& key, About about = {}) {
    NewModuleJob out;
    out.work.module = module;
    out.work.name = "later";
    out.work.key = key;
    out.work.about = std::move(about);
    out.payload_json = R"({"secret": "what somebody wrote"})";
    return out;
  }
  Ordered order_now(NewModuleJob wanted) {
    auto done = run_blocking(order(**scratch, std::move(wanted)));
    EXPECT_TRUE(done) << (done ? "" : done.error().log_detail);
    return done ? *done : Ordered::kFull;
  }
  Handler noting(std::function<Done(const Job&)> and_then = {}) {
    return [this, and_then](Job job) -> Task<Done> {
      {
        const std::lock_guard lock(seen.mutex);
        seen.keys.push_back(job.module->key);
        auto& now = seen.now[job.module->module];
        seen.most[job.module->module] = std::max(seen.most[job.module->module], ++now);
      }
      co_await runtime::sleep_for(2ms);
      const std::lock_guard lock(seen.mutex);
      --seen.now[job.module->module];
      Done done;
      if (and_then) done = and_then(job);
      co_return done;
    };
  }
  std::string value(const std::string& sql) {
    const auto name = "t" + std::to_string(std::hash<std::string>{}(sql));
    const auto rows = run_blocking((**scratch).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().message + rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  std::string states() {
    return value(
        "SELECT coalesce(string_agg(state || ':' || n, ' ' ORDER BY state), '') AS value FROM (SELECT state::text, "
        "count(*) AS n FROM jobs GROUP BY state) s");
  }
  ::testing::AssertionResult becomes(const std::string& sql, const std::string& wanted) {
    std::string last;
    for (const auto until = std::chrono::steady_clock::now() + 90s; std::chrono::steady_clock::now() < until;) {
      last = value(sql);
      if (last == wanted) return ::testing::AssertionSuccess();
      std::this_thread::sleep_for(20ms);
    }
    return ::testing::AssertionFailure() << "it stayed \"" << last << "\"";
  }
  ::testing::AssertionResult are(const std::string& wanted) {
    return becomes(
        "SELECT coalesce(string_agg(state || ':' || n, ' ' ORDER BY state), '') AS value FROM (SELECT state::text, "
        "count(*) AS n FROM jobs GROUP BY state) s",
        wanted);
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  Seen seen;
};

TEST_F(ModuleJobsTest, AreOrderedOncePerKeyAndAtMostTenThousandWait) {
  install("mailer");
  EXPECT_EQ(order_now(job("mailer", "a")), Ordered::kOrdered);
  EXPECT_EQ(order_now(job("mailer", "a")), Ordered::kKnown);
  EXPECT_EQ(order_now(job("other", "a")), Ordered::kOrdered) << "a key is the module's own";
  EXPECT_TRUE(*run_blocking(take_back(**scratch, "mailer", "later", "a")));
  EXPECT_FALSE(*run_blocking(take_back(**scratch, "mailer", "later", "a")));
  EXPECT_EQ(order_now(job("mailer", "a")), Ordered::kOrdered) << "taken back: not known any more";
  scratch->script(
      "INSERT INTO jobs (id, kind, idempotency_key, module, name) SELECT gen_random_uuid(), 'module.job', "
      "'mailer/later/x' || n, 'mailer', 'later' FROM generate_series(1, 9998) AS n");
  EXPECT_EQ(order_now(job("mailer", "b")), Ordered::kOrdered);
  EXPECT_EQ(order_now(job("mailer", "c")), Ordered::kFull);
  EXPECT_EQ(order_now(job("other", "c")), Ordered::kOrdered) << "another module has room of its own";
}

TEST_F(ModuleJobsTest, AreDoneOnceByTwoHostsAndOneOfAModuleAtATime) {
  install("mailer");
  install("counter");
  for (int i = 0; i < 20; ++i) {
    for (const auto* module : {"mailer", "counter"}) order_now(job(module, std::string(module) + std::to_string(i)));
  }
  {
    const OtherModuleHost one(scratch->options(), "one", noting()), two(scratch->options(), "two", noting());
    EXPECT_TRUE(are("done:40"));
  }
  auto keys = seen.all();
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
  EXPECT_EQ(keys.size(), 40U);
  EXPECT_LE(seen.most["mailer"], 2) << "one on each host";
  EXPECT_EQ(value("SELECT string_agg(DISTINCT payload::text, ' ') AS value FROM jobs"), "{}") << "cleared";
}

TEST_F(ModuleJobsTest, ThatNobodyCanDoNowCountNoAttempt) {
  install("mailer");
  auto wanted = job("mailer", "a");
  wanted.max_attempts = 2;
  order_now(wanted);
  std::vector<std::pair<int, int>> told;
  const auto handler = noting([&](const Job& job) {
    told.emplace_back(job.attempt - job.postponed, job.max_attempts - job.postponed);
    if (told.size() <= 3) return Done{Done::Kind::kLater, "It is being started.", 1ms};
    return Done{Done::Kind::kAgain, "The other side is away."};
  });
  {
    const OtherModuleHost host(scratch->options(), "one", handler);
    EXPECT_TRUE(are("failed:1"));
  }
  const std::vector<std::pair<int, int>> expected{{1, 2}, {1, 2}, {1, 2}, {1, 2}, {2, 2}};
  EXPECT_EQ(told, expected);
  const auto shown = run_blocking(module_jobs(**scratch, "mailer", "", 10));
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->jobs.size(), 1U);
  EXPECT_EQ(shown->failed, 1);
  EXPECT_EQ(shown->jobs[0].attempts, 2);
  EXPECT_EQ(shown->jobs[0].last_error, "The other side is away.");
  EXPECT_NE(value("SELECT payload::text AS value FROM jobs"), "{}") << "for whoever has it done again";
  ASSERT_TRUE(run_blocking(retry_module_job(**scratch, "mailer", shown->jobs[0].id)));
  EXPECT_EQ(run_blocking(retry_module_job(**scratch, "mailer", shown->jobs[0].id)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(run_blocking(retry_module_job(**scratch, "other", shown->jobs[0].id)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(value("SELECT (max_attempts - attempts)::text AS value FROM jobs"), "2");
  ASSERT_TRUE(run_blocking(cancel_module_job(**scratch, "mailer", shown->jobs[0].id)));
  EXPECT_EQ(states(), "");
}

TEST_F(ModuleJobsTest, OfAWorkerThatDiedAreDoneByAnother) {
  install("mailer");
  order_now(job("mailer", "a"));
  const Claimer dead{"dead/1", {kModuleJob}, 1ms};
  const auto taken = run_blocking(claim_module_job(**scratch, dead, {}));
  ASSERT_TRUE(taken && *taken) << (taken ? "" : taken.error().log_detail);
  const auto open = run_blocking(open_jobs(**scratch, "mailer", "", 0, 10));
  ASSERT_TRUE(open) << open.error().log_detail;
  ASSERT_EQ(open->size(), 1U);
  EXPECT_TRUE(open->front().running);
  EXPECT_EQ(open->front().attempts, 1);
  EXPECT_TRUE(run_blocking(open_jobs(**scratch, "mailer", "", open->front().seq, 10))->empty());
  EXPECT_TRUE(run_blocking(open_jobs(**scratch, "mailer", "other", 0, 10))->empty());
  const OtherModuleHost host(scratch->options(), "one", noting());
  EXPECT_TRUE(are("done:1"));
  EXPECT_EQ(value("SELECT attempts::text AS value FROM jobs"), "2");
}

TEST_F(ModuleJobsTest, GoWithWhomTheyAreAbout) {
  install("mailer");
  store_session();
  order_now(job("mailer", "a", {.user_id = kUser}));
  order_now(job("mailer", "b", {.session_id = kSession}));
  order_now(job("mailer", "c", {.session_id = "00000000-0000-7000-8000-000000000699"}));
  EXPECT_FALSE(run_blocking(order(**scratch, job("mailer", "d", {.user_id = new_uuid()})))) << "nobody";
  scratch->script(std::string("DELETE FROM chat_sessions WHERE id = '") + kSession + "'");
  EXPECT_EQ(value("SELECT string_agg(key, '' ORDER BY key) AS value FROM jobs"), "ac");
  scratch->script(std::string("UPDATE tools SET created_by = NULL; DELETE FROM users WHERE id = '") + kUser + "'");
  EXPECT_EQ(value("SELECT string_agg(key, '' ORDER BY key) AS value FROM jobs"), "c")
      << "of a conversation that is not stored yet";
  scratch->script("DELETE FROM modules");
  const auto shown = run_blocking(module_jobs(**scratch, "mailer", "failed", 10));
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->jobs.size(), 1U);
  EXPECT_EQ(shown->jobs[0].last_error, "The module was removed before this was done.");
}

TEST_F(ModuleJobsTest, TellOfEventsInOrderAlsoWhenOneFails) {
  const auto tell = [&](const std::string& session, const std::string& topic) {
    const auto told = (**scratch).transaction_blocking([&](store::Transaction& tx) {
      return append_event(tx, {topic, session, R"({"session_id": ")" + session + R"("})"});
    });
    ASSERT_TRUE(told) << told.error().log_detail;
  };
  store_session();
  tell(kSession, "chat.session_started");
  EXPECT_EQ(states(), "") << "nobody has subscribed";
  install("log", R"({"events": {"subscribe": ["session.started", "message.stored", "session.completed"]}})");
  install("deaf", R"({"events": {"subscribe": ["session.started"]}})", "[]");
  for (const auto* topic :
       {"chat.session_started", "chat.message_stored", "chat.message_blocked", "chat.session_ended"})
    tell(kSession, topic);
  tell("00000000-0000-7000-8000-000000000666", "chat.session_ended");
  EXPECT_EQ(value("SELECT string_agg(module || ' ' || name, ', ' ORDER BY seq) AS value FROM jobs"),
            "log session.started, log message.stored, log session.completed")
      << "not to one without the permission, not of what is not there";
  EXPECT_EQ(value("SELECT payload ->> 'user_id' AS value FROM jobs ORDER BY seq LIMIT 1"), kUser);
  std::vector<std::string> told;
  const auto handler = noting([&](const Job& job) {
    told.push_back(job.module->name);
    return told.size() < 3 ? Done{Done::Kind::kAgain, "Not now."} : Done{};
  });
  {
    const OtherModuleHost one(scratch->options(), "one", handler);
    EXPECT_TRUE(are("done:3"));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"session.started", "session.started", "session.started", "message.stored",
                                            "session.completed"}));
  EXPECT_EQ(*run_blocking(publish(**scratch, "session.started", "{}", {}, 3)), 1);
  EXPECT_EQ(value("SELECT depth::text AS value FROM jobs WHERE state = 'waiting'"), "3");
  scratch->script("UPDATE jobs SET created_at = created_at - interval '8 days' WHERE state = 'waiting'");
  EXPECT_EQ(*run_blocking(give_up_stale(**scratch, SystemClock().now())), 1U);
  EXPECT_EQ(states(), "done:3 failed:1");
}

TEST_F(ModuleJobsTest, TellOfPeopleGroupsAndSettings) {
  install("log",
          R"({"events": {"subscribe": ["user.created", "user.deleted", "class.enrolled", "class.left", "group.created",
              "group.archived", "module.settings-changed"]}})");
  install("other", R"({"events": {"subscribe": ["module.settings-changed"]}})");
  scratch->script(
      R"(INSERT INTO users (id, email, name) VALUES ('00000000-0000-7000-8000-000000000202', 'b@example.org', 'B');
    INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000102', 'S', 'school');
    INSERT INTO classes (id, group_id, name) VALUES ('00000000-0000-7000-8000-000000000301', '00000000-0000-7000-8000-000000000102', 'C');
    INSERT INTO class_members (class_id, user_id, role) VALUES
      ('00000000-0000-7000-8000-000000000301', '00000000-0000-7000-8000-000000000202', 'student');
    DELETE FROM class_members;
    UPDATE users SET deleted_at = now() WHERE email = 'b@example.org';
    UPDATE groups SET deleted_at = now() WHERE name = 'S';
    INSERT INTO module_settings (module, settings) VALUES ('log', '{"a": 1}'))");
  EXPECT_EQ(
      value("SELECT string_agg(module || ' ' || name, ', ' ORDER BY seq) AS value FROM jobs"),
      "log user.created, log group.created, log class.enrolled, log class.left, log user.deleted, log group.archived, "
      "log module.settings-changed");
}

TEST_F(ModuleJobsTest, TellOfWhatIsHandedInOnce) {
  install("log", R"({"events": {"subscribe": ["submission.submitted"]}})");
  store_session();
  scratch->script(R"(
    INSERT INTO classes (id, group_id, name) SELECT '00000000-0000-7000-8000-000000000301', id, 'C' FROM groups LIMIT 1;
    INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name)
      SELECT '00000000-0000-7000-8000-000000000801', '00000000-0000-7000-8000-000000000301', tool_id, id, 'A' FROM tool_versions LIMIT 1;
    INSERT INTO submissions (assignment_id, user_id, session_id)
      SELECT '00000000-0000-7000-8000-000000000801', user_id, id FROM chat_sessions LIMIT 1;)");
  EXPECT_EQ(states(), "") << "it is in progress";
  scratch->script("UPDATE submissions SET state = 'late', submitted_at = now()");
  scratch->script("UPDATE submissions SET state = 'submitted'");
  EXPECT_EQ(value("SELECT string_agg(module || ' ' || name, ', ') AS value FROM jobs"), "log submission.submitted");
  EXPECT_EQ(value("SELECT payload ->> 'state' || ' ' || (payload ->> 'attempt') AS value FROM jobs"), "late 1");
  EXPECT_EQ(value("SELECT (session_id IS NOT NULL AND user_id IS NOT NULL AND group_id IS NOT NULL)::text AS value "
                  "FROM jobs"),
            "true");
}

TEST_F(ModuleJobsTest, AreOrderedByTheClockOnceAndMadeUpForOnce) {
  const auto at = [](const char* text) { return *parse_time(text); };
  const auto ordered = [&](const char* when) { return *run_blocking(order_due(**scratch, at(when))); };
  install("report", R"({"jobs": [{"name": "nightly", "cron": "0 3 * * *", "max_attempts": 3}, {"name": "by-hand"}]})");
  EXPECT_EQ(ordered("2026-11-20T12:00:00Z"), 0U) << "the first time lies ahead";
  EXPECT_EQ(value("SELECT next_at::text AS value FROM module_schedules").substr(0, 16), "2026-11-21 03:00");
  EXPECT_EQ(ordered("2026-11-21T02:59:59Z"), 0U);
  std::size_t together = 0;
  std::mutex mutex;
  std::vector<std::thread> hosts;
  for (int i = 0; i < 4; ++i) {
    hosts.emplace_back([&] {
      store::Database own(scratch->options());
      const auto n = run_blocking(order_due(own, at("2026-11-21T03:00:01Z")));
      const std::lock_guard lock(mutex);
      together += n ? *n : 100;
    });
  }
  for (auto& host : hosts) host.join();
  EXPECT_EQ(together, 1U) << "one host of four";
  EXPECT_EQ(value("SELECT key || ' ' || max_attempts AS value FROM jobs"), "clock:2026-11-21T03:00:00.000Z 3");
  EXPECT_EQ(ordered("2026-11-24T12:00:00Z"), 0U) << "the first is not done yet: it makes up for the others";
  scratch->script("UPDATE jobs SET state = 'done', ended_at = now()");
  EXPECT_EQ(ordered("2026-11-24T12:00:01Z"), 0U);
  EXPECT_EQ(ordered("2026-11-29T12:00:00Z"), 1U) << "four nights without a host are one job";
  install("report", R"({"jobs": [{"name": "nightly", "cron": "30 4 * * *"}]})");
  EXPECT_EQ(ordered("2026-11-29T12:00:00Z"), 0U);
  EXPECT_EQ(value("SELECT next_at::text AS value FROM module_schedules").substr(0, 16), "2026-11-30 04:30");
  install("report", R"({"jobs": [{"name": "by-hand"}]})");
  EXPECT_EQ(ordered("2026-11-30T12:00:00Z"), 0U);
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM module_schedules"), "0");
}

}  // namespace
}  // namespace rapt::jobs
