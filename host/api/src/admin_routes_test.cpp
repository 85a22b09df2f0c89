// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kManifest =
    R"({"name": "filter", "version": "1.2.0", "title": "Filter", "description": "It filters.",
  "publisher": "somebody", "license": "MIT", "abi": "1.0", "libraries": {"x86_64-linux-gnu": "lib/x86_64-linux-gnu/filter.so"},
  "hooks": [{"point": "chat:before_ai", "timeout_ms": 200}, {"point": "chat:after_ai", "timeout_ms": 500}]})";

/// A site on which a module is installed that this host does not run.
class AdminSite : public Site {
 protected:
  AdminSite() {
    scratch->script(
        "INSERT INTO modules (name, version, publisher, digest, permissions, manifest) VALUES "
        "('filter', '1.2.0', 'somebody', repeat('a', 64), '[\"log\"]', '" +
        std::string(kManifest) + "')");
  }
  json get(const std::string& path) { return answer(200, ask("GET", "/api/v1" + path, admin)); }
  json send(const std::string& method, const std::string& path, const std::string& body, int status) {
    return answer(status, ask(method, "/api/v1" + path, admin, body));
  }
  static json answer(int status, const Heard& heard) {
    EXPECT_EQ(heard.status, status) << heard.body;
    return json::parse(heard.body);
  }
  static std::string field(const json& failure) { return failure.at("details").at("fields").at(0).at("path"); }
  void journal_lines(int count) {
    std::vector<journal::Line> lines;
    for (int i = 1; i <= count; ++i)
      lines.push_back({.module = "filter", .host = "that", .level = "info", .text = std::to_string(i)});
    ASSERT_TRUE(runtime::run_blocking(journal.add_lines(std::move(lines))));
  }

  const std::string admin = cookie_of(ada);
};

TEST_F(AdminSite, IsForSystemAdministratorsAlone) {
  const std::string student = cookie_of(sam);
  const std::string tool = "/api/v1/admin/tools/" + id(9) + "/plan";
  const std::pair<std::string, std::string> all[] = {{"GET", "/api/v1/admin/modules"},
                                                     {"GET", "/api/v1/admin/modules/filter"},
                                                     {"GET", "/api/v1/admin/modules/filter/logs"},
                                                     {"PATCH", "/api/v1/admin/modules/filter"},
                                                     {"POST", "/api/v1/admin/modules/filter/release"},
                                                     {"POST", "/api/v1/admin/modules/filter/rollback"},
                                                     {"GET", tool}};
  for (const auto& [method, path] : all) {
    EXPECT_EQ(ask(method, path, student, method == "PATCH" ? R"({"enabled":false})" : "").status, 403) << path;
    EXPECT_EQ(ask(method, path, "", method == "PATCH" ? R"({"enabled":false})" : "").status, 401) << path;
  }
  EXPECT_EQ(get("/admin/modules").at("data").at(0).at("enabled"), true);
}

TEST_F(AdminSite, ShowsWhatIsInstalledAlsoWhenThisHostDoesNotRunIt) {
  const auto listed = get("/admin/modules").at("data").at(0);
  EXPECT_EQ(listed.at("name"), "filter");
  EXPECT_EQ(listed.at("state"), "stopped");
  EXPECT_EQ(listed.at("signed"), nullptr);
  EXPECT_EQ(listed.at("permissions"), json::array({"log"}));
  EXPECT_EQ(listed.at("time_limits"), json::object());
  EXPECT_EQ(listed.at("previous_version"), nullptr);
}

TEST_F(AdminSite, ShowsWhatOtherHostsSayOfAModule) {
  settings.host_name = "this";
  for (const char* host : {"this", "that"}) {
    ASSERT_TRUE(
        runtime::run_blocking(journal.report(host, {{.module = "filter", .status_json = R"({"state": "running"})"}})));
  }
  const auto found = get("/admin/modules/filter").at("data");
  EXPECT_EQ(found.at("host"), "this");
  ASSERT_EQ(found.at("hosts").size(), 1u);
  EXPECT_EQ(found.at("hosts").at(0).at("host"), "that");
  EXPECT_EQ(found.at("hosts").at(0).at("status").at("state"), "running");
}

TEST_F(AdminSite, KnowsNoModuleThatIsNotInstalled) {
  for (const char* name : {"nobody", "FILTER", "%27%20OR%201=1"}) {
    EXPECT_EQ(ask("GET", "/api/v1/admin/modules/" + std::string(name), admin).status, 404) << name;
    EXPECT_EQ(ask("GET", "/api/v1/admin/modules/" + std::string(name) + "/logs", admin).status, 404) << name;
    EXPECT_EQ(ask("POST", "/api/v1/admin/modules/" + std::string(name) + "/release", admin).status, 404) << name;
    EXPECT_EQ(ask("PATCH", "/api/v1/admin/modules/" + std::string(name), admin, R"({"enabled":true})").status, 404);
  }
}

TEST_F(AdminSite, GivesTheLogFromACursorOn) {
  journal_lines(5);
  auto lines = get("/admin/modules/filter/logs?limit=2").at("data");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines.at(0).at("text"), "4");
  EXPECT_EQ(lines.at(1).at("host"), "that");
  const auto last = lines.at(1).at("id").get<std::int64_t>();
  EXPECT_EQ(get("/admin/modules/filter/logs?after=" + std::to_string(last)).at("data"), json::array());
  EXPECT_EQ(get("/admin/modules/filter/logs?after=" + std::to_string(last - 3)).at("data").size(), 3u);
  for (const char* wrong : {"limit=0", "limit=501", "limit=x", "after=-1", "after=1.5", "after=99999999999999999999"}) {
    const auto refused = send("GET", "/admin/modules/filter/logs?" + std::string(wrong), "", 400);
    EXPECT_EQ(field(refused), std::string(wrong).substr(0, 5));
  }
}

TEST_F(AdminSite, SwitchesAModuleOffAndOn) {
  EXPECT_EQ(send("PATCH", "/admin/modules/filter", R"({"enabled":false})", 200).at("data").at("enabled"), false);
  EXPECT_EQ(get("/admin/modules").at("data").at(0).at("enabled"), false);
  EXPECT_THAT(get("/admin/modules/filter").at("data").at("reason").get<std::string>(), HasSubstr("switched it off"));
  EXPECT_EQ(send("PATCH", "/admin/modules/filter", R"({"enabled":true})", 200).at("data").at("enabled"), true);
}

TEST_F(AdminSite, NarrowsALimitAndTakesThatBack) {
  const auto limits = [this] { return get("/admin/modules/filter").at("data").at("time_limits"); };
  send("PATCH", "/admin/modules/filter", R"({"time_limits":{"chat:before_ai":150,"chat:after_ai":400}})", 200);
  EXPECT_EQ(limits(), (json{{"chat:before_ai", 150}, {"chat:after_ai", 400}}));
  send("PATCH", "/admin/modules/filter", R"({"time_limits":{"chat:before_ai":null}})", 200);
  EXPECT_EQ(limits(), (json{{"chat:after_ai", 400}}));
}

TEST_F(AdminSite, ChangesEverythingOrNothing) {
  const std::pair<std::string, std::string> all[] = {
      {R"({"enabled":false,"time_limits":{"chat:after_ai":400,"chat:before_ai":201}})", "time_limits.chat:before_ai"},
      {R"({"enabled":false,"time_limits":{"chat:after_ai":400,"session:start":10}})", "time_limits.session:start"},
      {R"({"enabled":false,"time_limits":{"chat:after_ai":400,"rubbish":null}})", "time_limits.rubbish"},
      {R"({"enabled":false,"time_limits":{"chat:after_ai":0}})", "time_limits.chat:after_ai"},
      {R"({"enabled":false,"time_limits":{"chat:after_ai":"400"}})", "time_limits.chat:after_ai"},
      {R"({"enabled":false,"time_limits":{"chat:after_ai":1.5}})", "time_limits.chat:after_ai"},
      {R"({"enabled":false,"time_limits":[400]})", "time_limits"},
      {R"({"enabled":0})", "enabled"},
      {R"({"enabled":false,"digest":"b"})", "digest"},
      {R"({})", ""}};
  for (const auto& [body, path] : all) {
    EXPECT_EQ(field(send("PATCH", "/admin/modules/filter", body, 400)), path) << body;
  }
  const auto found = get("/admin/modules/filter").at("data");
  EXPECT_EQ(found.at("enabled"), true);
  EXPECT_EQ(found.at("time_limits"), json::object());
}

TEST_F(AdminSite, LetsAModuleOutOfQuarantine) {
  send("POST", "/admin/modules/filter/release", "{}", 200);
  const auto health = runtime::run_blocking(journal.health()).value();
  ASSERT_EQ(health.size(), 1u);
  EXPECT_TRUE(health[0].released_at);
  EXPECT_EQ(field(send("POST", "/admin/modules/filter/release", R"({"force":true})", 400)), "force");
}

TEST_F(AdminSite, GoesBackToNoVersionThatNeverWas) {
  EXPECT_EQ(send("POST", "/admin/modules/filter/rollback", "{}", 409).at("code"), "CONFLICT");
}

TEST_F(AdminSite, ShowsWhatAToolAsksInTheOrderOfAMessagesWay) {
  // Without the check of attachments, as when a module has been removed after the tool was made.
  tools::ToolService unchecked(**scratch, clock, {});
  const auto start = admin.find('=') + 1;
  auto actor = runtime::run_blocking(auth.authenticate(admin.substr(start, admin.find('\r') - start)));
  ASSERT_TRUE(actor);
  const auto tool = runtime::run_blocking(unchecked.create(
      *actor,
      "name: Tutor\ntype: chat\nversion: 1.0.0\nbehavior: Ask.\nmodules:\n  - filter\n  - name: gone\n    on_failure: "
      "open\n",
      {}));
  ASSERT_TRUE(tool) << tool.error().message;
  const auto plan = get("/admin/tools/" + tool->tool.id.str() + "/plan").at("data");
  EXPECT_EQ(plan.at("tool").at("name"), "Tutor");
  std::vector<std::string> points;
  for (const auto& hook : plan.at("hooks")) points.push_back(hook.at("point"));
  EXPECT_THAT(points, testing::ElementsAre("session:start", "chat:on_message", "chat:before_ai", "chat:on_delta",
                                           "chat:after_ai", "session:end"));
  const auto steps = plan.at("hooks").at(2).at("steps");
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps.at(0).at("installed"), true);
  EXPECT_EQ(steps.at(0).at("on_failure"), "closed");
  EXPECT_EQ(steps.at(1).at("module"), "gone");
  EXPECT_EQ(steps.at(1).at("installed"), false);
  EXPECT_EQ(steps.at(1).at("on_failure"), "open");
  EXPECT_EQ(steps.at(1).at("timeout_ms"), nullptr);
}

TEST_F(AdminSite, HasNoPlanOfAToolThatIsNotThere) {
  send("GET", "/admin/tools/" + id(9) + "/plan", "", 404);
  send("GET", "/admin/tools/nonsense/plan", "", 404);
}

}  // namespace
}  // namespace rapt::api
