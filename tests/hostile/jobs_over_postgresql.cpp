// SPDX-License-Identifier: AGPL-3.0-or-later
// The whole way of a job: ordered by a module in its sandbox, kept in PostgreSQL, done in another of its processes.
// Redis is not there at all. Two houses on one database are two hosts.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>

#include "rapt/host/jobs.hpp"
#include "rapt/jobs/worker.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_schema.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using runtime::run_blocking;
using ::testing::HasSubstr;
namespace asio = boost::asio;

const std::string kJobsModule = "hostile-extensions";
constexpr const char* kPermissions = R"([{"name":"jobs","reason":"r"},{"name":"events","reason":"r"}])";
constexpr const char* kDeclared = R"("jobs":[{"name":"work","timeout_ms":3000,"max_attempts":2}],)"
                                  R"("events":{"subscribe":["hostile-extensions.done-one"],"publish":["done-one"]})";

/// A host: supervisor, services, and the worker for modules.
class Host {
 public:
  Host(const Workshop& workshop, const std::string& url, const std::string& name)
      : database({.url = url, .connections = 3}),
        redis("redis://127.0.0.1:1", 2),
        house(workshop,
              [this](host::Supervisor::Options& options) {
                fearless(options);
                options.services = &capabilities;
              }),
        worker(database, redis, options(name)) {
    const host::OfferSource offers = [this](const std::string& module) { return house.supervisor().offer(module); };
    capabilities.add(sandbox::Service::kJobs,
                     std::make_unique<host::JobsCapability>(host::work_orders(database), offers, causation));
    capabilities.add(sandbox::Service::kEvents,
                     std::make_unique<host::EventsCapability>(host::work_orders(database), offers, causation));
    const auto handler = host::module_work_handler(
        {database, clock, causation, offers,
         [this](host::ModuleCall call) { return house.supervisor().ask(std::move(call)); },
         [](const std::string&, const std::string&) { return std::string("somebody"); },
         [](std::string, std::string) -> Task<Result<std::string>> { co_return std::string("{}"); }});
    worker.handle(jobs::kModuleJob, handler);
    worker.handle(jobs::kModuleEvent, handler);
    asio::co_spawn(asio::make_strand(house.loop()), worker.run(), asio::detached);
  }
  ~Host() {
    runtime::run_blocking_void(worker.stop());
    house.stop();
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  SystemClock clock;
  store::Database database;
  store::Redis redis;
  host::Causation causation;
  host::Capabilities capabilities;
  House house;
  jobs::Worker worker;

 private:
  static jobs::Worker::Options options(const std::string& name) {
    jobs::Worker::Options out;
    out.host = name;
    out.sweep = 30ms;
    out.retry_initial = 10ms;
    out.retry_maximum = 50ms;
    out.for_modules = true;
    return out;
  }
};

class JobsOverPostgresql : public ::testing::Test {
 protected:
  host::InstalledModule packed() {
    return workshop_.pack("extensions", {.abi = "1.3", .permissions = kPermissions, .declared = kDeclared});
  }
  void install() {
    script("INSERT INTO modules (name, version, publisher, digest, permissions, manifest) VALUES ('" + kJobsModule +
           "', '1.0.0', 'p', repeat('0', 64), '[\"jobs\", \"events\"]', '{" + kDeclared + "}')");
  }
  void script(const std::string& sql) {
    const auto done = database_.transaction_blocking([&](store::Transaction& tx) { return tx.exec_script(sql); });
    ASSERT_TRUE(done) << done.error().log_detail;
  }
  void order(const std::string& what) {
    jobs::NewModuleJob job;
    job.work.module = kJobsModule;
    job.work.name = "work";
    job.work.key = what;
    job.max_attempts = 2;
    job.payload_json = R"({"order":")" + what + R"("})";
    const auto ordered = run_blocking(jobs::order(database_, std::move(job)));
    ASSERT_TRUE(ordered) << ordered.error().log_detail;
    ASSERT_EQ(*ordered, jobs::Ordered::kOrdered);
  }
  jobs::ModuleJobSummary job(const std::string& key) {
    for (const auto* state : {"", "done"}) {
      const auto all = run_blocking(jobs::module_jobs(database_, kJobsModule, state, 500));
      if (!all) throw std::runtime_error(all.error().log_detail);
      for (const auto& one : all->jobs)
        if (one.key == key) return one;
    }
    return {};
  }
  jobs::ModuleJobSummary ended(const std::string& key) {
    for (const auto until = std::chrono::steady_clock::now() + 90s; std::chrono::steady_clock::now() < until;) {
      auto one = job(key);
      if (one.state == "done" || one.state == "failed") return one;
      std::this_thread::sleep_for(20ms);
    }
    ADD_FAILURE() << key << " did not end";
    return {};
  }

  Workshop workshop_;
  store::ScratchSchema schema_{RAPT_CORE_MIGRATIONS};
  store::Database database_{{.url = schema_.url(), .connections = 2}};
};

/// What a module does instead of its job, and what the administrator reads of it.
struct Bad {
  const char *what, *reason;
  friend std::ostream& operator<<(std::ostream& out, const Bad& bad) { return out << bad.what; }
};
class BadJobs : public JobsOverPostgresql, public ::testing::WithParamInterface<Bad> {};

TEST_P(BadJobs, FailWithASentenceAndTheNextOneIsDone) {
  install();
  order(GetParam().what);
  order("done");
  Host host(workshop_, schema_.url(), "one");
  host.house.start({packed()});
  EXPECT_EQ(ended("done").state, "done");
  const auto one = ended(GetParam().what);
  EXPECT_EQ(one.state, "failed");
  EXPECT_EQ(one.attempts, 2);
  EXPECT_THAT(one.last_error, HasSubstr(GetParam().reason));
  EXPECT_EQ(host.house.status(kJobsModule).restarts, 0u) << "no lesson has noticed";
}
INSTANTIATE_TEST_SUITE_P(All, BadJobs,
                         ::testing::Values(Bad{"prose", "its log"},
                                           Bad{"shape", "Its answer at job was refused: it is neither {}"},
                                           Bad{"throw", "its log may say why"}, Bad{"crash", "abort"},
                                           Bad{"never", "limit"}),
                         [](const auto& one) { return std::string(one.param.what); });

TEST_F(JobsOverPostgresql, WaitsForAModuleThatIsNotThereYetAndEndsWithOneThatIsRemoved) {
  install();
  order("done");
  Host host(workshop_, schema_.url(), "one");
  host.house.start({});
  for (const auto until = std::chrono::steady_clock::now() + 60s; job("done").last_error.empty();) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_THAT(job("done").last_error, HasSubstr("does not run on this host"));
  EXPECT_EQ(job("done").attempts, 0);
  host.house.update({packed()});
  EXPECT_EQ(ended("done").state, "done");
  EXPECT_EQ(job("done").attempts, 1);
  host.house.update({});
  order("later done");
  script("DELETE FROM modules");
  EXPECT_THAT(ended("later done").last_error, HasSubstr("was removed"));
}

TEST_F(JobsOverPostgresql, AFloodIsRefusedAndACircleOfEventsComesToAnEnd) {
  install();
  script(
      "INSERT INTO jobs (id, kind, idempotency_key, module, name, key, run_at) SELECT gen_random_uuid(), 'module.job', "
      "'k' || n, '" +
      kJobsModule + "', 'work', 'k' || n, now() + interval '1 day' FROM generate_series(1, 9998) AS n");
  order("flood");  // orders five more: two places are left while it runs itself
  Host one(workshop_, schema_.url(), "one"), two(workshop_, schema_.url(), "two");
  one.house.start({packed()});
  two.house.start({packed()});
  EXPECT_EQ(ended("flood").state, "done");
  const auto all = run_blocking(jobs::module_jobs(database_, kJobsModule, "waiting", 500));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->waiting, 9999) << "with itself there were 10,000, and one more fitted in";
  script("DELETE FROM jobs");
  ASSERT_EQ(*run_blocking(jobs::publish(database_, kJobsModule + ".done-one", R"({"order":"echo"})", {}, 0)), 1);
  for (const auto until = std::chrono::steady_clock::now() + 90s;;) {
    const auto now = run_blocking(jobs::module_jobs(database_, kJobsModule, "done", 500));
    ASSERT_TRUE(now);
    if (now->waiting + now->running == 0) {
      EXPECT_EQ(now->done, 9) << "the first, and eight in answer to each other";
      break;
    }
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::sleep_for(20ms);
  }
}

}  // namespace
}  // namespace rapt::hostile
