// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kPolicy = "/api/v1/admin/modules/filter/policy";

/// A site on which a module is installed that needs another one.
class PolicySite : public Site {
 protected:
  PolicySite() {
    install("base", "1.2.0", "{}");
    install("filter", "1.2.0", R"({"base": "^1"})");
  }
  void install(const std::string& name, const std::string& version, const std::string& dependencies) {
    scratch->script("INSERT INTO modules (name, version, publisher, digest, permissions, manifest) VALUES ('" + name +
                    "', '" + version + "', 'somebody', repeat('a', 64), '[]', '{\"dependencies\": " + dependencies +
                    "}')");
  }
  json send(const std::string& method, const std::string& path, const std::string& body, int status) {
    const auto heard = ask(method, path, admin, body);
    EXPECT_EQ(heard.status, status) << heard.body;
    return json::parse(heard.body);
  }
  json get(const std::string& path) { return send("GET", "/api/v1" + path, "", 200).at("data"); }

  const std::string admin = cookie_of(ada);
};

TEST_F(PolicySite, SaysManualUntilSomebodySaysOtherwise) {
  const auto policy = get("/admin/modules/filter/policy");
  EXPECT_EQ(policy.at("auto_update"), "manual");
  EXPECT_EQ(policy.at("channel"), "stable");
  EXPECT_EQ(policy.at("pin"), nullptr);
  EXPECT_EQ(policy.at("updated_by"), nullptr);
}

TEST_F(PolicySite, TakesAWholePolicy) {
  const auto changed =
      send("PUT", kPolicy, R"({"auto_update": "patch", "channel": "beta", "pin": "^1"})", 200).at("data");
  EXPECT_EQ(changed.at("auto_update"), "patch");
  EXPECT_EQ(changed.at("pin"), "^1");
  EXPECT_EQ(get("/admin/modules/filter").at("policy").at("channel"), "beta");
  EXPECT_EQ(send("PUT", kPolicy, R"({"auto_update": "minor", "channel": "stable"})", 200).at("data").at("pin"),
            nullptr);
}

TEST_F(PolicySite, NamesWhatIsWrong) {
  const auto path = [&](const std::string& body) {
    return send("PUT", kPolicy, body, 400).at("details").at("fields").at(0).at("path").get<std::string>();
  };
  EXPECT_EQ(path(R"({"auto_update": "always", "channel": "stable"})"), "auto_update");
  EXPECT_EQ(path(R"({"auto_update": "patch"})"), "channel");
  EXPECT_EQ(path(R"({"auto_update": "patch", "channel": "stable", "pin": "soon"})"), "pin");
  EXPECT_EQ(path(R"({"auto_update": "patch", "channel": "stable", "pin": "^2"})"), "pin");
  EXPECT_EQ(path(R"({"auto_update": "patch", "channel": "stable", "hurry": true})"), "hurry");
  EXPECT_EQ(get("/admin/modules/filter/policy").at("auto_update"), "manual");
}

TEST_F(PolicySite, ShowsWhatTheRegistrySaysOfAModule) {
  scratch->script(
      "INSERT INTO module_updates (module, installed_version, version, needs_consent, held_because, yanked_because) "
      "VALUES ('base', '1.2.0', '1.3.0', true, 'It asks for more.', 'It leaks.');"
      "INSERT INTO module_advisories (id, module, affected, fixed, severity, title, published_at) VALUES "
      "('RA-2026-0001', 'base', '<1.3', '1.3.0', 'high', 'It leaks.', '2026-03-01T00:00:00Z'),"
      "('RA-2026-0002', 'base', '>=2', '', 'high', 'Another one.', '2026-03-01T00:00:00Z')");
  const auto module = get("/admin/modules/base");
  EXPECT_EQ(module.at("update").at("version"), "1.3.0");
  EXPECT_EQ(module.at("update").at("needs_consent"), true);
  EXPECT_EQ(module.at("yanked"), "It leaks.");
  ASSERT_EQ(module.at("advisories").size(), 1u);
  EXPECT_EQ(module.at("dependents"), json::array({"filter 1.2.0 needs base ^1"}));
  const auto advisories = get("/admin/advisories");
  ASSERT_EQ(advisories.size(), 1u);
  EXPECT_EQ(advisories[0].at("id"), "RA-2026-0001");
  EXPECT_EQ(advisories[0].at("installed_version"), "1.2.0");
}

}  // namespace
}  // namespace rapt::api
