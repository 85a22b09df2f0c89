// SPDX-License-Identifier: AGPL-3.0-or-later
// Models, and the settings of the system, of groups and of classes.
#include <deque>

#include <nlohmann/json.hpp>

#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

class AiRoutes : public Site {
 protected:
  json data(const Heard& heard) {
    const auto parsed = json::parse(heard.body);
    return parsed.contains("data") ? parsed["data"] : parsed;
  }
  std::string etag(const Heard& heard) {
    const auto at = heard.head.find("ETag: ");
    return heard.head.substr(at + 6, heard.head.find('\r', at) - at - 6);
  }
  std::vector<std::string> wrong_fields(const Heard& heard) {
    std::vector<std::string> paths;
    const auto parsed = json::parse(heard.body);
    for (const auto& field : parsed.at("details").at("fields")) paths.push_back(field["path"]);
    return paths;
  }
  void add_model(const std::string& id, bool active = true) {
    const auto made =
        ask("POST", "/api/v1/admin/ai/models", admin,
            json{{"id", id}, {"active", active}, {"input_cost_per_1k", "0.003"}, {"output_cost_per_1k", 0.015}}.dump());
    ASSERT_EQ(made.status, 201) << made.body;
  }

  const std::string admin = cookie_of(ada);
  const std::string district = "/api/v1/admin/ai/settings/" + id(1);
};

TEST_F(AiRoutes, ModelsAreAddedChangedAndTakenAway) {
  add_model("vendor/big/model-1");
  const std::string path = "/api/v1/admin/ai/models/vendor%2Fbig%2Fmodel-1";
  const auto seen = ask("GET", path, admin);
  ASSERT_EQ(seen.status, 200);
  EXPECT_EQ(data(seen)["id"], "vendor/big/model-1");
  EXPECT_EQ(data(seen)["name"], "vendor/big/model-1") << "its id, until it has another";
  EXPECT_EQ(data(seen)["input_cost_per_1k"], "0.003");
  EXPECT_EQ(data(seen)["output_cost_per_1k"], "0.015");

  const std::string match = "If-Match: " + etag(seen) + "\r\n";
  const auto changed = ask("PATCH", path, admin + match, R"({"name":"Big","active":false,"max_output_tokens":900})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(data(changed)["max_output_tokens"], 900);
  EXPECT_EQ(data(changed)["input_cost_per_1k"], "0.003") << "what is not sent stays";
  EXPECT_EQ(ask("PATCH", path, admin + match, R"({"name":"Old"})").status, 412);
  EXPECT_TRUE(data(ask("GET", "/api/v1/ai/models", admin)).empty()) << "not offered while it is not active";
  EXPECT_EQ(data(ask("GET", "/api/v1/admin/ai/models", admin)).size(), 1U);

  EXPECT_EQ(ask("DELETE", path, admin + match).status, 412);
  EXPECT_EQ(ask("DELETE", path, admin).status, 204);
  EXPECT_EQ(ask("GET", path, admin).status, 404);
}

TEST_F(AiRoutes, AllFaultsOfAModelAreToldAtOnce) {
  const auto heard =
      ask("POST", "/api/v1/admin/ai/models", admin,
          R"({"id":"no spaces","name":"","active":"yes","input_cost_per_1k":-1,"max_output_tokens":0,"odd":1})");
  ASSERT_EQ(heard.status, 400);
  EXPECT_THAT(wrong_fields(heard), testing::UnorderedElementsAre("id", "name", "active", "input_cost_per_1k",
                                                                 "max_output_tokens", "odd", "output_cost_per_1k"));
  add_model("m");
  EXPECT_EQ(ask("POST", "/api/v1/admin/ai/models", admin, R"({"id":"m"})").status, 409);
  for (const char* cost : {R"("1e3")", R"("0.123456789")", "1e-9", R"("12345")", R"("")", "true"}) {
    const auto body = std::string(R"({"input_cost_per_1k":)") + cost + "}";
    EXPECT_EQ(ask("PATCH", "/api/v1/admin/ai/models/m", admin, body).status, 400) << cost;
  }
  EXPECT_EQ(ask("PATCH", "/api/v1/admin/ai/models/m", admin, R"({"input_cost_per_1k":null})").status, 400);
  const auto open =
      ask("PATCH", "/api/v1/admin/ai/models/m", admin, R"({"input_cost_per_1k":null,"output_cost_per_1k":null})");
  EXPECT_EQ(data(open)["output_cost_per_1k"], nullptr);
}

TEST_F(AiRoutes, AModelThatIsSomebodysDefaultStays) {
  add_model("vendor/model");
  ASSERT_EQ(ask("PATCH", district, admin, R"({"default_model":"vendor/model"})").status, 200);
  const auto refused = ask("DELETE", "/api/v1/admin/ai/models/vendor%2Fmodel", admin);
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.body.find("District"), std::string::npos) << refused.body;
  ASSERT_EQ(ask("PATCH", district, admin, R"({"default_model":null,"fallback_models":["vendor/model"]})").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/v1/admin/ai/models/vendor%2Fmodel", admin).status, 409);
  ASSERT_EQ(ask("PATCH", district, admin, R"({"fallback_models":[]})").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/v1/admin/ai/models/vendor%2Fmodel", admin).status, 204);
}

TEST_F(AiRoutes, SettingsAreWhatAPlaceSaysItself) {
  const auto fresh = ask("GET", district, admin);
  ASSERT_EQ(fresh.status, 200);
  EXPECT_EQ(data(fresh)["monthly_budget"], nullptr);
  EXPECT_EQ(data(fresh)["updated_at"], nullptr);
  const auto set =
      ask("PATCH", district, admin + "If-Match: " + etag(fresh) + "\r\n",
          R"({"monthly_budget":"100.50","tokens_per_day":500000,"time_zone":"America/Chicago","soft_limit":0.9})");
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(data(set)["monthly_budget"], "100.5");
  EXPECT_EQ(data(set)["soft_limit"], "0.9");
  EXPECT_EQ(ask("PATCH", district, admin + "If-Match: " + etag(fresh) + "\r\n", R"({"monthly_budget":1})").status, 412);
  const auto cleared = ask("PATCH", district, admin, R"({"monthly_budget":null})");
  EXPECT_EQ(data(cleared)["monthly_budget"], nullptr);
  EXPECT_EQ(data(cleared)["tokens_per_day"], 500000);
  EXPECT_EQ(data(ask("GET", "/api/v1/admin/ai/settings", admin))["time_zone"], "UTC") << "the system's own";
}

TEST_F(AiRoutes, AllFaultsOfSettingsAreToldAtOnce) {
  add_model("idle", false);
  const auto heard =
      ask("PATCH", district, admin, R"({"default_model":"idle","fallback_models":["none"],"daily_budget":"ten",
    "soft_limit":1.5,"budget_alert_threshold":0,"requests_per_day":-1,"time_zone":"Mars/Olympus","config":[],"odd":1})");
  ASSERT_EQ(heard.status, 400);
  EXPECT_THAT(wrong_fields(heard), testing::UnorderedElementsAre("default_model", "fallback_models[0]", "daily_budget",
                                                                 "soft_limit", "budget_alert_threshold",
                                                                 "requests_per_day", "time_zone", "config", "odd"));
  EXPECT_EQ(data(ask("GET", district, admin))["updated_at"], nullptr) << "nothing of it was stored";
}

TEST_F(AiRoutes, AClassOnlyNarrows) {
  scratch->script("INSERT INTO classes (id, group_id, name) VALUES ('" + id(4) + "', '" + id(1) + "', 'Algebra')");
  const std::string path = "/api/v1/classes/" + id(4) + "/ai-settings";
  const auto set = ask("PATCH", path, admin, R"({"user_requests_per_hour":20,"max_output_tokens":500})");
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(data(ask("GET", path, admin))["user_requests_per_hour"], 20);
  const auto heard = ask("PATCH", path, admin, R"({"time_zone":"UTC","fallback_models":[]})");
  EXPECT_EQ(heard.status, 400);
  EXPECT_THAT(wrong_fields(heard), testing::UnorderedElementsAre("time_zone", "fallback_models"));
}

TEST_F(AiRoutes, WhatHoldsIsToldWithWhereItComesFrom) {
  add_model("vendor/model");
  ASSERT_EQ(ask("PATCH", "/api/v1/admin/ai/settings", admin, R"({"default_model":"vendor/model"})").status, 200);
  ASSERT_EQ(ask("PATCH", district, admin, R"({"monthly_budget":"10","user_requests_per_day":5,"requests_per_hour":9})")
                .status,
            200);
  scratch->script(
      "INSERT INTO ai_usage (group_id, model, request_type, input_tokens, output_tokens, cost, day) VALUES ('" + id(1) +
      "', 'm', 'chat', 1, 1, 2.5, '2026-03-01')");
  const auto heard = ask("GET", district + "/resolved", admin);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const auto holds = data(heard);
  EXPECT_EQ(holds["model"]["id"], "vendor/model");
  EXPECT_EQ(holds["model"]["source"]["kind"], "system");
  std::map<std::string, json> limits;
  for (const auto& limit : holds["limits"]) limits[limit["name"]] = limit;
  EXPECT_EQ(limits["monthly_budget"]["used"], "2.5");
  EXPECT_EQ(limits["monthly_budget"]["source"]["name"], "District");
  EXPECT_EQ(limits["monthly_budget"]["resets_at"], "2026-04-01T00:00:00.000Z");
  EXPECT_EQ(limits["user_requests_per_day"]["used"], nullptr) << "each person is counted alone";
  EXPECT_EQ(limits["requests_per_hour"]["used"], "0");
}

TEST_F(AiRoutes, EveryChangeRaisesThePolicysVersion) {
  const auto version = [&] {
    static int reads = 0;
    static std::deque<std::string> names;
    const auto& name = names.emplace_back("test.version" + std::to_string(++reads));
    const auto rows = runtime::run_blocking((**scratch).query({name.c_str(), "SELECT version FROM ai_policy_version"}));
    return (*rows)[0].integer("version");
  };
  const auto before = version();
  add_model("m");
  const auto added = version();
  EXPECT_GT(added, before);
  ASSERT_EQ(ask("PATCH", district, admin, R"({"requests_per_day":9})").status, 200);
  EXPECT_GT(version(), added);
}

}  // namespace
}  // namespace rapt::api
