// SPDX-License-Identifier: AGPL-3.0-or-later
// Releases, the instances that take them, and community tools.
#include <gmock/gmock.h>

#include "instances.hpp"
#include "rapt/base/ids.hpp"
#include "releases.hpp"
#include "test_site.hpp"
#include "tool_form.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Releases : public ::testing::Test {
 protected:
  void release(const std::string& version, const std::string& channel = "stable", int percent = 100,
               const std::string& min_from = "") {
    site_.sql("INSERT INTO releases (version, sort_key, channel, min_from, rollout_percent) VALUES ('" + version +
              "', '" + sort_key(*Version::parse(version)) + "', '" + channel + "', '" + min_from + "', " +
              std::to_string(percent) + ")");
  }
  std::string latest(const std::string& query) {
    const auto data = site_.json("/api/releases/latest" + query).at("data");
    return data.is_null() ? "none" : data.at("version").get<std::string>();
  }
  struct Instance {
    std::string id, token;
  };
  Instance instance() {
    const auto answer = site_.post("/api/instances/register", json::object());
    EXPECT_EQ(answer.status, 201) << answer.body;
    const auto data = json::parse(answer.body).at("data");
    return {data.at("id"), data.at("token")};
  }
  http::Response beat(const Instance& who, const json& extra) {
    json body{{"version", "1.0.0"}, {"channel", "stable"}, {"deployment_type", "bare"}};
    body.update(extra);
    return site_.post("/api/instances/" + who.id + "/heartbeat", body, who.token);
  }
  TestSite site_;
};

TEST_F(Releases, AreOfferedByChannelAndAge) {
  release("1.9.0");
  release("1.10.0");
  release("2.0.0-beta.1", "beta");
  EXPECT_EQ(latest(""), "1.10.0");
  EXPECT_EQ(latest("?channel=beta"), "2.0.0-beta.1");
  EXPECT_EQ(latest("?current=1.9.0"), "1.10.0");
  EXPECT_EQ(latest("?current=1.10.0"), "none");
  release("3.0.0", "stable", 100, "2.0.0");
  EXPECT_EQ(latest("?current=1.9.0"), "1.10.0") << "one that cannot go to 3.0.0 at once goes by way of 1.10.0";
  EXPECT_EQ(latest("?current=2.0.0"), "3.0.0");
  const auto page = site_.json("/api/releases?limit=3");
  EXPECT_EQ(page.at("data").at(0).at("version"), "3.0.0");
  EXPECT_EQ(page.at("meta").at("next_cursor"), "1.10.0");
  EXPECT_EQ(site_.json("/api/releases?limit=3&cursor=1.10.0").at("data").at(0).at("version"), "1.9.0");
  EXPECT_EQ(site_.json("/api/releases/1.9.0").at("data").at("channel"), "stable");
  EXPECT_EQ(site_.get("/api/releases/9.9.9").status, 404);
  for (const auto* query : {"?channel=nightly", "?current=x", "?instance=x"})
    EXPECT_EQ(site_.get(std::string("/api/releases/latest") + query).status, 400) << query;
}

TEST_F(Releases, ReachAShareOfInstancesThatOnlyGrows) {
  release("1.0.0");
  release("1.1.0", "stable", 30);
  EXPECT_EQ(latest(""), "1.0.0") << "who does not say who it is gets what all get";
  int first = 0, more = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto id = "instance-" + std::to_string(i);
    const bool at_30 = is_reached(id, "1.1.0", 30), at_60 = is_reached(id, "1.1.0", 60);
    first += at_30 ? 1 : 0;
    more += at_60 ? 1 : 0;
    EXPECT_TRUE(at_60 || !at_30) << id;
    EXPECT_FALSE(is_reached(id, "1.1.0", 0));
    EXPECT_TRUE(is_reached(id, "1.1.0", 100));
  }
  EXPECT_NEAR(first, 300, 60);
  EXPECT_NEAR(more, 600, 60);
  const auto id = new_uuid();
  EXPECT_EQ(latest("?instance=" + id), is_reached(id, "1.1.0", 30) ? "1.1.0" : "1.0.0");
}

TEST_F(Releases, AreHaltedWhenAFifthOfTheFirstFail) {
  release("1.0.0");
  release("1.1.0");
  std::vector<Instance> instances;
  for (int i = 0; i < 6; ++i) instances.push_back(instance());
  site_.sql("UPDATE instances SET registered_at = now() - interval '2 days'");
  const auto report = [this](const Instance& who, const std::string& state) {
    const auto answer = beat(who, {{"update", {{"state", state}, {"version", "1.1.0"}}}});
    EXPECT_EQ(answer.status, 204) << answer.body;
  };
  report(instances[0], "failed");
  report(instances[0], "rolled_back");
  for (int i = 1; i < 4; ++i) report(instances[i], "healthy");
  EXPECT_EQ(latest(""), "1.1.0") << "four instances are too few to judge";
  report(instances[4], "healthy");
  EXPECT_EQ(latest(""), "1.1.0") << "one of five is not more than a fifth";
  report(instances[5], "failed");
  EXPECT_EQ(latest(""), "1.0.0");
  EXPECT_THAT(site_.json("/api/releases/1.1.0").at("data").at("halted_because").get<std::string>(),
              HasSubstr("2 of the first 6"));
  // An operator lets it go on: only what is reported from then on counts.
  site_.sql("UPDATE releases SET halted_because = NULL, watched_since = now() WHERE version = '1.1.0'");
  report(instances[5], "rolled_back");
  EXPECT_EQ(latest(""), "1.1.0");
}

TEST_F(Releases, AreNotHaltedByInstancesThatCameForIt) {
  release("1.0.0");
  release("1.1.0");
  std::vector<Instance> instances;
  for (int i = 0; i < 6; ++i) instances.push_back(instance());
  const auto all_fail = [&] {
    for (const auto& who : instances) {
      for (const auto* state : {"updating", "failed"})
        EXPECT_EQ(beat(who, {{"update", {{"state", state}, {"version", "1.1.0"}}}}).status, 204);
    }
  };
  all_fail();
  EXPECT_EQ(latest(""), "1.1.0") << "who registers today does not count";
  // A release of last week, and instances that came between.
  site_.sql("UPDATE releases SET published_at = now() - interval '7 days'");
  site_.sql("UPDATE instances SET registered_at = now() - interval '2 days'");
  all_fail();
  EXPECT_EQ(latest(""), "1.1.0") << "who came after the release does not count either";
  site_.sql("UPDATE instances SET registered_at = now() - interval '8 days'");
  all_fail();
  EXPECT_EQ(latest(""), "1.0.0");
}

TEST_F(Releases, TakeFromInstancesWhatIsDocumentedAndNothingElse) {
  const auto who = instance(), other = instance();
  EXPECT_EQ(beat(who, {{"modules", {{"reading-log", "1.0.0"}}}}).status, 204);
  EXPECT_EQ(site_.one("SELECT modules->>'reading-log' AS value FROM instances WHERE id = '" + who.id + "'"), "1.0.0");
  const std::vector<std::pair<json, std::string>> faults{
      {{{"hostname", "x"}}, "hostname"},
      {{{"version", "x"}}, "version"},
      {{{"channel", "x"}}, "channel"},
      {{{"deployment_type", "x"}}, "deployment_type"},
      {{{"modules", {{"A", "1.0.0"}}}}, "modules.A"},
      {{{"modules", {{"a-b", 1}}}}, "modules.a-b"},
      {{{"modules", 1}}, "modules"},
      {{{"update", {{"state", "odd"}, {"version", "1.0.0"}}}}, "update.state"},
      {{{"update", {{"state", "failed"}, {"version", "1.0.0"}, {"log", "x"}}}}, "update.log"}};
  for (const auto& [extra, field] : faults) {
    const auto answer = beat(who, extra);
    ASSERT_EQ(answer.status, 400) << extra.dump();
    EXPECT_EQ(json::parse(answer.body).at("details").at("fields").at(0).at("path"), field) << answer.body;
  }
  for (const auto& token : {std::string("x"), std::string(), other.token, who.token + "x", who.id + ".",
                            who.id + "." + std::string(43, 'A')}) {
    const auto answer = beat({who.id, token}, json::object());
    EXPECT_EQ(answer.status, 401) << token;
    EXPECT_THAT(answer.body, Not(HasSubstr(who.token)));
  }
  EXPECT_EQ(
      site_.one("SELECT count(*)::text AS value FROM information_schema.columns WHERE table_name = 'instances' AND "
                "column_name ~ 'address|host|ip'"),
      "0");
  EXPECT_EQ(site_.post("/api/instances/register", {{"name", "A school"}}).status, 400);
}

TEST_F(Releases, ForgetInstancesThatAreSilentForLong) {
  const auto silent = instance(), heard = instance();
  site_.sql("UPDATE instances SET seen_at = now() - interval '401 days' WHERE id = '" + silent.id + "'");
  runtime::run_blocking(forget_instances(site_.site.database)).value();
  EXPECT_EQ(beat(silent, json::object()).status, 401);
  EXPECT_EQ(beat(heard, json::object()).status, 204);
}

const char* const kChat =
    "name: Tutor\ntype: chat\nversion: 1.0.0\nbehavior: Ask back.\nmodules: [safety-filter, {name: "
    "reading-log}]\nmeta:\n  subject: Mathematics\n  description: Asks back.\n  grades: [K, 9]\n";

TEST(ToolForms, AreReadAndRefusedWithTheirPlace) {
  const auto form = read_tool_form(kChat);
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->name, "Tutor");
  EXPECT_EQ(form->grade_level, "K, 9");
  EXPECT_EQ(form->modules, (std::vector<std::string>{"safety-filter", "reading-log"}));
  const std::string product = "name: Plan\ntype: product\nversion: 1.0.0\nbehavior: Plan.\n";
  const std::string schemas =
      "input_schema: {type: object}\noutput_schema: {type: object, properties: {a: {type: string}}}\n";
  EXPECT_TRUE(read_tool_form(product + schemas));
  const std::vector<std::pair<std::string, std::string>> faults{
      {"", "yaml"},
      {"- a", "yaml"},
      {"a: [", "yaml"},
      {"a: &x 1\nb: *x", "yaml"},
      {"a: !!binary x", "yaml"},
      {std::string(kChat) + "---\na: 1", "yaml"},
      {std::string("name: \xff"), "yaml"},
      {std::string(300000, 'a'), "yaml"},
      {std::string(70, '['), "yaml"},
      {"type: chat", "yaml.name"},
      {"name: a\ntype: game\nversion: 1.0.0\nbehavior: b", "yaml.type"},
      {"name: a\ntype: chat\nversion: one\nbehavior: b", "yaml.version"},
      {"name: a\ntype: chat\nversion: 1.0.0", "yaml.behavior"},
      {product, "yaml.input_schema"},
      {product + "input_schema: {type: 7}\noutput_schema: {type: object}", "yaml.input_schema"},
      {std::string("name: a\ntype: chat\nversion: 1.0.0\nbehavior: b\nmodules: [../x]"), "yaml.modules"}};
  for (const auto& [yaml, place] : faults) {
    const auto refused = read_tool_form(yaml);
    ASSERT_FALSE(refused) << yaml.substr(0, 60);
    ASSERT_FALSE(refused.error().fields.empty());
    EXPECT_EQ(refused.error().fields[0].path, place) << yaml.substr(0, 60);
  }
}

TEST_F(Releases, ToolsAreShownOnceTheyAreReviewed) {
  site_.add_publisher("lake");
  const auto id = new_uuid();
  site_.sql("INSERT INTO community_tools (id, publisher, name, type, subject, yaml, search) VALUES ('" + id +
            "', 'lake', 'Tutor', 'chat', 'Mathematics', 'name: Tutor', to_tsvector('english', 'Tutor'))");
  EXPECT_EQ(site_.json("/api/tools").at("data").size(), 0U);
  EXPECT_EQ(site_.get("/api/tools/" + id).status, 404);
  site_.sql("UPDATE community_tools SET state = 'published'");
  EXPECT_EQ(site_.json("/api/tools?q=tut&type=chat&subject=mathematics").at("data").at(0).at("id"), id);
  EXPECT_EQ(site_.json("/api/tools?type=product").at("data").size(), 0U);
  EXPECT_EQ(site_.get("/api/tools?type=game").status, 400);
  EXPECT_EQ(site_.json("/api/tools/" + id).at("data").at("yaml"), "name: Tutor");
  site_.flush_downloads();
  EXPECT_EQ(site_.json("/api/tools").at("data").at(0).at("downloads"), 1);
  EXPECT_EQ(site_.post("/api/tools", {{"yaml", kChat}}).status, 401) << "only publishers may hand one in";
}

TEST_F(Releases, LargeBodiesAreRefusedUnread) {
  EXPECT_EQ(site_.ask("POST", "/api/instances/register", {{"Content-Type", "application/json"}}, std::string(5000, ' '))
                .status,
            413);
  EXPECT_EQ(site_.ask("POST", "/api/tools", {{"Content-Type", "application/json"}}, std::string(100000, ' ')).status,
            413)
      << "a stranger's, that is";
}

}  // namespace
}  // namespace rapt::marketplace
