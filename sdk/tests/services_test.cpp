// SPDX-License-Identifier: Apache-2.0
// What a module asks of its host, through the C++ layer and the kit.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

#include <rapt/module.hpp>
#include <rapt/services.hpp>
#include <rapt/testkit.hpp>

using namespace std::chrono_literals;
using rapt::Scope;
using rapt::testkit::Line;
using rapt::testkit::Module;
using rapt::testkit::Scene;
using rapt::testkit::Services;

namespace {

/// Does in a hook what the test wants.
struct Asker {
  explicit Asker(const rapt::Host& host) : kv(host.kv()), sql(host.sql()), http(host.http()), metrics(host.metrics()) {
    try {
      kv.put(Scope::kModule, "made", "in init");
    } catch (const rapt::Refused& refused) {
      in_init = refused.status();
    }
  }
  rapt::Verdict on_message(const rapt::Context&, rapt::Reply&) {
    act(*this);
    return rapt::Verdict::kContinue;
  }
  rapt::Kv kv;
  rapt::Sql sql;
  rapt::Http http;
  rapt::Metrics metrics;
  rapt_status in_init = RAPT_OK;
  static inline std::function<void(Asker&)> act;
};

class ServicesTest : public testing::Test {
 protected:
  rapt::testkit::Answer ask(std::function<void(Asker&)> act) {
    Asker::act = std::move(act);
    return module_.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene_);
  }
  static rapt_status status_of(const std::function<void()>& call) {
    try {
      call();
      return RAPT_OK;
    } catch (const rapt::Refused& refused) {
      return refused.status();
    }
  }

  Scene scene_;
  Module module_{Module::Offer{.permissions = {"kv", "sql", "http", "metrics"}}};
};

}  // namespace
RAPT_MODULE(Asker, "asker", "1.0.0");

TEST_F(ServicesTest, ValuesStayAndBelongToSomebody) {
  ask([](Asker& m) {
    EXPECT_EQ(m.in_init, RAPT_E_NOT_ALLOWED);
    EXPECT_EQ(m.kv.get(Scope::kUser, "k"), std::nullopt);
    m.kv.put(Scope::kUser, "k", "v");
    m.kv.put(Scope::kUser, "empty", "");
    EXPECT_EQ(m.kv.add(Scope::kModule, "n", 5), 5);
  });
  EXPECT_EQ(module_.services().values.at({RAPT_KV_USER, "user-1", "k"}).text, "v");
  scene_.user_id = "user-2";
  ask([](Asker& m) {
    EXPECT_EQ(m.kv.get(Scope::kUser, "k"), std::nullopt);
    EXPECT_EQ(m.kv.add(Scope::kModule, "n", -7), -2);
  });
  scene_.user_id = "user-1";
  ask([](Asker& m) {
    EXPECT_EQ(m.kv.get(Scope::kUser, "k"), "v");
    EXPECT_EQ(m.kv.get(Scope::kUser, "empty"), "");
    EXPECT_EQ(m.kv.keys(Scope::kUser, ""), R"(["empty","k"])");
    EXPECT_EQ(m.kv.keys(Scope::kUser, "", "empty", 1), R"(["k"])");
    EXPECT_FALSE(m.kv.swap(Scope::kUser, "k", std::nullopt, "w"));
    EXPECT_TRUE(m.kv.swap(Scope::kUser, "k", "v", "w"));
    m.kv.erase(Scope::kUser, "k");
    EXPECT_EQ(m.kv.get(Scope::kUser, "k"), std::nullopt);
  });
}

TEST_F(ServicesTest, ValuesGoWhenTheirTimeIsOver) {
  ask([](Asker& m) {
    m.kv.put(Scope::kGroup, "k", "v", 60s);
    EXPECT_EQ(m.kv.add(Scope::kGroup, "n", 1, 60s), 1);
  });
  scene_.now_ms += 59'000;
  ask([](Asker& m) {
    EXPECT_EQ(m.kv.get(Scope::kGroup, "k"), "v");
    EXPECT_EQ(m.kv.add(Scope::kGroup, "n", 1, 60s), 2);
  });
  scene_.now_ms += 1'000;
  ask([](Asker& m) {
    EXPECT_EQ(m.kv.get(Scope::kGroup, "k"), std::nullopt);
    EXPECT_EQ(m.kv.add(Scope::kGroup, "n", 1), 1) << "its time was not prolonged";
  });
}

TEST_F(ServicesTest, WhatIsNoKeyOrValueIsRefused) {
  scene_.session_id = "";
  ask([](Asker& m) {
    EXPECT_EQ(status_of([&] { static_cast<void>(m.kv.get(Scope::kModule, "")); }), RAPT_E_INVALID);
    EXPECT_EQ(status_of([&] { static_cast<void>(m.kv.get(Scope::kModule, "a\nb")); }), RAPT_E_INVALID);
    EXPECT_EQ(status_of([&] { static_cast<void>(m.kv.get(Scope::kModule, std::string(257, 'k'))); }), RAPT_E_INVALID);
    EXPECT_EQ(status_of([&] { m.kv.put(Scope::kModule, "k", "\xff"); }), RAPT_E_INVALID);
    EXPECT_EQ(status_of([&] { m.kv.put(Scope::kModule, "k", std::string((64 << 10) + 1, 'v')); }), RAPT_E_TOO_LARGE);
    EXPECT_EQ(status_of([&] { m.kv.put(Scope::kModule, "k", "v", -1s); }), RAPT_E_INVALID);
    EXPECT_EQ(status_of([&] { m.kv.put(Scope::kSession, "k", "v"); }), RAPT_E_NOT_ALLOWED) << "about no conversation";
    m.kv.put(Scope::kModule, "k", "x1");
    EXPECT_EQ(status_of([&] { m.kv.add(Scope::kModule, "k", 1); }), RAPT_E_INVALID);
  });
}

TEST_F(ServicesTest, SqlAndHttpAnswerWhatTheTestSays) {
  ask([](Asker& m) { EXPECT_EQ(status_of([&] { m.sql.query("SELECT 1"); }), RAPT_E_UNAVAILABLE); });
  module_.services().sql = [](const std::string& sql, const std::string& params) -> Services::Said {
    if (sql == "bad") return {RAPT_E_INVALID, R"({"sqlstate":"42601"})"};
    return {RAPT_OK, params + sql};
  };
  module_.services().http = [](const std::string&, const std::optional<std::string>& body) -> Services::Said {
    if (!body) return {RAPT_E_UNAVAILABLE, R"({"error":"timeout"})"};
    return {RAPT_OK, R"({"status":200})", *body};
  };
  ask([](Asker& m) {
    EXPECT_EQ(m.sql.query("SELECT $1", "[1]"), "[1]SELECT $1");
    EXPECT_EQ(m.sql.transact("[]"), "[]");
    EXPECT_EQ(status_of([&] { m.sql.query("SELECT", "{}"); }), RAPT_E_INVALID);
    try {
      m.sql.query("bad");
      ADD_FAILURE() << "no exception";
    } catch (const rapt::SqlFault& fault) {
      EXPECT_EQ(fault.json(), R"({"sqlstate":"42601"})");
    }
    EXPECT_EQ(m.http.request("{}", "body").body, "body");
    const auto nobody = m.http.request("{}");
    EXPECT_FALSE(nobody.arrived);
    EXPECT_EQ(nobody.head, R"({"error":"timeout"})");
    EXPECT_EQ(status_of([&] { static_cast<void>(m.http.request("[]")); }), RAPT_E_INVALID);
  });
}

TEST_F(ServicesTest, FiguresAreSeen) {
  ask([](Asker& m) {
    EXPECT_EQ(m.metrics.count("words", 3), RAPT_OK);
    EXPECT_EQ(m.metrics.observe("seconds", 0.5), RAPT_OK);
    EXPECT_EQ(m.metrics.count("Words"), RAPT_E_INVALID);
    for (int i = 0; i < 14; ++i) EXPECT_EQ(m.metrics.count("more"), RAPT_OK);
    EXPECT_EQ(m.metrics.count("more"), RAPT_E_TOO_LARGE);
  });
  const auto& figures = module_.services().figures;
  ASSERT_EQ(figures.size(), 16u);
  EXPECT_EQ(figures[0].name, "words");
  EXPECT_EQ(figures[0].value, 3);
  EXPECT_FALSE(figures[1].is_counter);
}

TEST(ServicesWithoutPermission, AreNotThereAndSaySo) {
  Module module;
  Asker::act = [](Asker& m) {
    EXPECT_FALSE(m.kv);
    EXPECT_EQ(m.metrics.count("words"), RAPT_E_NOT_ALLOWED);
    m.kv.put(Scope::kModule, "k", "v");
  };
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, Scene{}).verdict, RAPT_ERROR);
  EXPECT_EQ(module.log().back().second,
            "hook failed: the host refused kv.put: it was not granted, or not for this call");
}
