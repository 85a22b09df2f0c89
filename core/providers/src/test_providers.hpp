// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <mutex>

#include "rapt/providers/fetcher.hpp"
#include "rapt/providers/lookup_caller.hpp"
#include "rapt/providers/provider_service.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::providers {

class TestClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return start_ + std::chrono::minutes(moved_.load()); }
  void move(std::chrono::minutes by) { moved_ += by.count(); }

 private:
  const TimePoint start_ = *parse_time("2026-03-01T08:00:00Z");
  std::atomic<std::int64_t> moved_{0};
};

/// A module that does what the test wrote, and keeps what it was told.
class ScriptedCaller final : public ProviderCaller, public LookupCaller {
 public:
  Task<Result<std::string>> start(std::string /*module*/, Start /*start*/) override {
    co_return Error::internal("logins begin through LookupCaller");
  }
  Task<Result<Begin>> begin(std::string /*module*/, Start given, std::optional<LookedUp> before) override {
    const std::lock_guard lock(mutex);
    started = std::move(given);
    looked_up = std::move(before);
    if (!starts.empty()) {
      auto next = std::move(starts.front());
      starts.pop_front();
      co_return next;
    }
    if (!url) co_return url.error();
    co_return Begin{.url = *url};
  }
  Task<Result<Step>> step(std::string /*module*/, Input given) override {
    const std::lock_guard lock(mutex);
    inputs.push_back(std::move(given));
    if (steps.empty()) co_return always;
    auto next = std::move(steps.front());
    steps.pop_front();
    co_return next;
  }
  [[nodiscard]] std::vector<std::string> provider_modules() const override { return {"oidc"}; }
  [[nodiscard]] std::vector<std::string> reachable_hosts(const std::string& /*module*/) const override {
    return granted;
  }

  std::mutex mutex;
  Result<std::string> url = std::string("https://id.example/authorize?x=y");
  std::vector<std::string> granted{"id.example"};
  std::deque<Begin> starts;  ///< said before `url`
  std::deque<Result<Step>> steps;
  Step always;
  Start started;
  std::optional<LookedUp> looked_up;  ///< at the last start
  std::vector<Input> inputs;
};

class ScriptedFetcher final : public Fetcher {
 public:
  Task<Result<Answered>> fetch(Fetch given, bool private_addresses) override {
    fetched.push_back(std::move(given));
    privately.push_back(private_addresses);
    co_return answer;
  }
  Result<Answered> answer = Answered{200, "application/json", R"({"ok":true})"};
  std::vector<Fetch> fetched;
  std::vector<bool> privately;
};

/// A school with a group, Ada with a proven address and a password, and a provider "school" for school.example.
class Providers : public ::testing::Test {
 protected:
  Providers() {
    scratch->script("INSERT INTO groups (id, name, type) VALUES ('" + kGroup +
                    "', 'School', 'school');"
                    "INSERT INTO users (id, email, name, status, password_hash, email_verified_at) VALUES ('" +
                    kAda + "', 'Ada@school.example', 'Ada', 'active', 'x', now());");
    ProviderChange change;
    change.module = "oidc";
    change.title = "School";
    change.settings_json = R"({"client_id":"abc"})";
    change.secrets["client_secret"] = "top&secret";
    change.enabled = true;
    change.domains = std::vector<Domain>{{"school.example", true}};
    const auto made = await(service.create("school", change));
    if (!made) throw std::runtime_error(made.error().message);
  }

  template <class T>
  static T await(Task<T> task) {
    return runtime::run_blocking(std::move(task));
  }
  void change(const ProviderChange& change) {
    const auto done = await(service.update("school", change, {}));
    ASSERT_TRUE(done) << done.error().message;
  }
  void make_users() {
    ProviderChange makes;
    makes.create_users = true;
    makes.default_group = GroupId::trusted(kGroup);
    change(makes);
  }
  static Claim claim(std::string subject, std::string email, bool verified = true) {
    Claim claim;
    claim.subject = std::move(subject);
    claim.email = std::move(email);
    claim.email_verified = verified;
    claim.given_name = "Bea";
    claim.family_name = "Blum";
    return claim;
  }
  /// A whole login whose module says this.
  Result<Arrived> log_in(Claim who) {
    const auto begun = await(service.begin("school", "/tools", identity::DeviceContext::kShared));
    if (!begun) return begun.error();
    {
      const std::lock_guard lock(caller.mutex);
      caller.always.claim = std::move(who);
    }
    return await(service.finish("school", begun->sealed_flow, {{"state", caller.started.state}, {"code", "c"}}));
  }
  static std::string code(const Result<Arrived>& result) { return result ? "OK" : result.error().code; }
  std::string one(const std::string& sql) {
    const std::string name = security::hex(security::sha256(sql)).substr(0, 40);
    const auto rows = await((**scratch).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return (*rows)[0].text("x");
  }

  static inline const std::string kGroup = "00000000-0000-7000-8000-000000000001";
  static inline const std::string kAda = "00000000-0000-7000-8000-00000000000a";
  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  store::Redis redis{redis_url(), 4, std::chrono::minutes(1)};
  TestClock clock;
  security::SecretBox box{"the key of a box that lives for one test"};
  ScriptedCaller caller;
  ScriptedFetcher fetcher;
  ProviderService service{{**scratch, redis, clock, box, caller, caller, fetcher, "https://learn.example"}};

 private:
  static std::string redis_url() {
    const char* url = std::getenv("TEST_REDIS_URL");
    if (url != nullptr && *url != '\0') return url;
    throw std::runtime_error("Set TEST_REDIS_URL to a Redis server. ./rapt test starts one by itself.");
  }
};

}  // namespace rapt::providers
