// SPDX-License-Identifier: AGPL-3.0-or-later
// Agents and a registry: signed metadata, its unsigned word, and what it is told.
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include "agent_fixture.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/http/server.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kArchitecture = "x86_64-linux-gnu";

/// A registry's repository as a folder, signed for real, with a role for releases.
class Repository {
 public:
  Repository(fs::path folder, const Clock& clock) : folder_(std::move(folder)), clock_(clock) {}

  void add(marketplace::PlatformRelease release, const std::string& archive) {
    const auto path = marketplace::release_target(release.version, release.architecture);
    const auto sha256 = security::hex(security::sha256(archive));
    targets_[path] = {archive.size(), {{"sha256", sha256}}, marketplace::encode_release(release)};
    put("targets/" + marketplace::hashed_path(path, sha256), archive);
  }
  void publish(std::chrono::hours valid = std::chrono::hours(24 * 7)) {
    ++version_;
    const auto expires = clock_.now() + valid;
    tuf::Targets releases{version_, expires, targets_, {}}, top{version_, expires, {}, {}};
    top.delegations.keys[id(offline_)] = tuf::key_of(offline_.public_key());
    tuf::DelegatedRole role;
    role.name = std::string(marketplace::kReleasesRole);
    role.role.key_ids = {id(offline_)};
    role.paths = {"releases/*/*"};
    role.terminating = true;
    top.delegations.roles = {role};
    tuf::Snapshot snapshot{version_, expires, {}};
    sign("releases.json", releases, offline_, snapshot);
    sign("targets.json", top, online_, snapshot);
    const auto file = tuf::sign_document(snapshot, {&online_});
    put("metadata/" + std::to_string(version_) + ".snapshot.json", file);
    tuf::Timestamp timestamp{version_, expires, meta_of(file)};
    put("metadata/timestamp.json", tuf::sign_document(timestamp, {&online_}));
  }
  [[nodiscard]] std::string root() const {
    tuf::Root root;
    root.version = 1;
    root.expires = clock_.now() + std::chrono::hours(24 * 365);
    root.keys = {{id(root_), tuf::key_of(root_.public_key())}, {id(online_), tuf::key_of(online_.public_key())}};
    for (const auto* role : {"targets", "snapshot", "timestamp"}) root.roles[role] = {{id(online_)}, 1};
    root.roles["root"] = {{id(root_)}, 1};
    return tuf::sign_document(root, {&root_});
  }
  [[nodiscard]] Result<std::string> read(const std::string& path) const {
    return read_file(folder_ / path.substr(1), 1u << 24);
  }
  [[nodiscard]] std::string url() const { return "file://" + folder_.string(); }

 private:
  static std::string id(const security::PrivateKey& key) { return tuf::id_of(tuf::key_of(key.public_key())); }
  [[nodiscard]] tuf::FileMeta meta_of(const std::string& file) const {
    return {version_, file.size(), {{"sha256", security::hex(security::sha256(file))}}};
  }
  template <class Document>
  void sign(const std::string& name, const Document& document, const security::PrivateKey& key,
            tuf::Snapshot& snapshot) const {
    const auto file = tuf::sign_document(document, {&key});
    snapshot.meta[name] = meta_of(file);
    put("metadata/" + std::to_string(version_) + "." + name, file);
  }
  void put(const std::string& path, const std::string& bytes) const {
    fs::create_directories((folder_ / path).parent_path());
    ASSERT_TRUE(write_file_atomically(folder_ / path, bytes));
  }

  fs::path folder_;
  const Clock& clock_;
  security::PrivateKey root_ = security::PrivateKey::generate(), online_ = security::PrivateKey::generate(),
                       offline_ = security::PrivateKey::generate();
  std::map<std::string, tuf::Target> targets_;
  std::int64_t version_ = 0;
};

/// That folder over HTTP, with the registry's own routes.
class Registry final : public http::Handler {
 public:
  explicit Registry(const Repository& repository) : repository_(repository) {
    EXPECT_TRUE(server_.start());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Registry() override {
    loop_.stop();
    thread_.join();
  }
  Task<void> handle(http::Request& request, http::Responder& responder) override {
    co_await responder.send(answer(request));
  }
  [[nodiscard]] http::Response failure(int status, std::string_view, std::string_view message,
                                       std::string_view) const override {
    return {status, {}, std::string(message)};
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  std::vector<std::string> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  void say(std::vector<json> words) {
    const std::lock_guard lock(mutex_);
    words_ = std::move(words);
  }
  std::atomic<bool> forgets{false};  ///< it does not know the next instance that tells something

 private:
  http::Response answer(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    if (request.path.starts_with("/api/")) heard_.push_back(request.method + " " + request.path + " " + request.body);
    if (request.path == "/api/releases") return page(request);
    if (request.path == "/api/instances/register")
      return {201, {}, json{{"data", {{"id", new_uuid()}, {"token", "secret"}}}}.dump()};
    if (request.path.ends_with("/heartbeat")) {
      if (forgets.exchange(false)) return {401, {}, "{}"};
      return {request.headers.get("Authorization") == "Bearer secret" ? 204 : 401, {}, ""};
    }
    auto file = repository_.read(request.path);
    return file ? http::Response{200, {}, std::move(*file)} : http::Response{404, {}, ""};
  }
  /// One a page, so that pages are followed.
  http::Response page(const http::Request& request) {
    const auto at = std::stoul(request.query_value("cursor").value_or("0"));
    json out = {{"data", json::array()}, {"meta", {{"next_cursor", nullptr}}}};
    if (at < words_.size()) out["data"].push_back(words_[at]);
    if (at + 1 < words_.size()) out["meta"]["next_cursor"] = std::to_string(at + 1);
    return {200, {}, out.dump()};
  }

  const Repository& repository_;
  std::mutex mutex_;
  std::vector<std::string> heard_;
  std::vector<json> words_;
  runtime::Runtime loop_{1};
  http::Server server_{loop_.executor(), {}, *this};
  std::thread thread_;
};

json word(const std::string& version, int percent, const json& halted = nullptr) {
  return {{"version", version}, {"rollout_percent", percent}, {"halted_because", halted}};
}

class AgentRegistryTest : public PlatformTest {
 protected:
  AgentRegistryTest() {
    offer("1.1.0", "the archive");
    repository_.publish();
    marketplace::TrustedRegistry trusted({var_ / "registry", registry_.url()}, http_, clock_);
    EXPECT_TRUE(trusted.pin(repository_.root(), false));
  }
  ~AgentRegistryTest() override { fs::remove_all(var_); }

  void offer(const std::string& version, const std::string& archive, const std::string& architecture = kArchitecture) {
    marketplace::PlatformRelease release;
    release.version = version;
    release.architecture = architecture;
    release.notes = "Mends what was broken.";
    release.released_at = clock_.now();
    repository_.add(release, archive);
  }
  RegistryReleases releases(const std::string& url = "") {
    return {{var_ / "registry", var_ / "downloads", kArchitecture}, url.empty() ? registry_.url() : url, http_, clock_};
  }
  std::vector<std::string> told(const std::string& what) {
    std::vector<std::string> out;
    for (const auto& one : registry_.heard())
      if (one.find(what) != std::string::npos) out.push_back(one.substr(one.find('{')));
    return out;
  }

  fs::path var_ = fs::path(::testing::TempDir()) / ("agent-" + new_uuid());
  Repository repository_{var_ / "repository", clock_};
  Registry registry_{repository_};
  http::Client http_;
};

/// Keeps what it was told.
class Heard final : public Progress {
 public:
  Task<void> at(Phase, std::string detail) override {
    details.push_back(std::move(detail));
    co_return;
  }
  std::vector<std::string> details;
};

TEST_F(AgentRegistryTest, ReadsWhatIsSignedAndWhatTheRegistrySays) {
  offer("1.2.0", "for another machine", "aarch64-linux-gnu");
  repository_.publish();
  registry_.say({word("1.1.0", 30), word("1.2.0", 100, "It failed.")});
  auto source = releases();
  const auto known = run_blocking(source.look());
  ASSERT_TRUE(known) << known.error().message;
  ASSERT_THAT(known->releases, SizeIs(2));
  ASSERT_TRUE(known->words);
  EXPECT_EQ(known->words->at("1.1.0").rollout_percent, 30);
  EXPECT_EQ(known->words->at("1.2.0").halted_because, "It failed.");
}

TEST_F(AgentRegistryTest, AMirrorHasNoWord) {
  auto source = releases(repository_.url());
  const auto known = run_blocking(source.look());
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_FALSE(known->words);
  EXPECT_THAT(known->releases, SizeIs(1));
  EXPECT_THAT(registry_.heard(), IsEmpty());
}

TEST_F(AgentRegistryTest, FetchesAnArchiveAndTellsHowFarItIs) {
  registry_.say({word("1.1.0", 100)});
  auto source = releases();
  const auto known = run_blocking(source.look());
  ASSERT_TRUE(known) << known.error().message;
  Heard heard;
  const auto file = run_blocking(source.archive(known->releases.at(0), heard));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(read_file(*file, 1000).value(), "the archive");
  EXPECT_EQ(file->parent_path(), var_ / "downloads");
  EXPECT_EQ(heard.details.back(), "0 of 1 MiB");
  source.done(*file);
  EXPECT_FALSE(fs::exists(*file));
}

TEST_F(AgentRegistryTest, AWordThatCannotBeReadIsToldAndBelievedInNothing) {
  for (const auto& bad : {json{{"version", "1.1.0"}}, word("one", 100), word("1.1.0", 101), word("1.1.0", -1),
                          json("text"), word("1.1.0", 100, json::array())}) {
    registry_.say({bad});
    auto source = releases();
    const auto known = run_blocking(source.look());
    ASSERT_FALSE(known) << bad;
    EXPECT_EQ(known.error().kind, ErrorKind::kUpstream) << bad;
    EXPECT_THAT(known.error().message, HasSubstr("list of releases cannot be read"));
  }
}

TEST_F(AgentRegistryTest, AClockThatIsWrongIsToldAsExpiredMetadata) {
  ScriptedStrategy strategy("1.0.0");
  auto source = releases();
  Agent agent({database_, clock_, box_, strategy, &source, nullptr}, options("one"));
  turn(agent);
  clock_.time += std::chrono::hours(24 * 30);
  due();
  turn(agent);
  EXPECT_THAT(state().look.fault, HasSubstr("expired"));
  EXPECT_TRUE(state().look.failing_since);
}

TEST_F(AgentRegistryTest, TheRegistryHearsNothingUnlessAdministratorsHaveAgreed) {
  ScriptedStrategy strategy("1.0.0");
  registry_.say({word("1.1.0", 100)});
  auto source = releases();
  auto wanted = options("one");
  wanted.auto_update = true;
  Agent agent({database_, clock_, box_, strategy, &source, nullptr}, wanted);
  turn(agent);
  due();
  turn(agent);
  EXPECT_EQ(strategy.version, "1.1.0");
  for (const auto& one : registry_.heard()) EXPECT_EQ(one, "GET /api/releases ");
}

TEST_F(AgentRegistryTest, TellsHowItFaresOnceADayAndAfterEachOutcome) {
  ScriptedStrategy strategy("1.0.0");
  strategy.ending = Ending::kRolledBack;
  registry_.say({word("1.1.0", 100)});
  auto source = releases();
  Reporter reporter(database_, box_, http_, {registry_.url(), "bare", marketplace::Channel::kStable});
  auto wanted = options("one");
  wanted.auto_update = true;
  Agent agent({database_, clock_, box_, strategy, &source, &reporter}, wanted);
  turn(agent);
  turn(agent);
  const json plain = {
      {"channel", "stable"}, {"deployment_type", "bare"}, {"modules", json::object()}, {"version", "1.0.0"}};
  ASSERT_THAT(told("heartbeat"), SizeIs(1));
  EXPECT_EQ(json::parse(told("heartbeat")[0]), plain);
  due();
  turn(agent);
  ASSERT_THAT(told("heartbeat"), SizeIs(3));
  EXPECT_EQ(json::parse(told("heartbeat")[1]).at("update"), json({{"state", "updating"}, {"version", "1.1.0"}}));
  EXPECT_EQ(json::parse(told("heartbeat")[2]).at("update"), json({{"state", "rolled_back"}, {"version", "1.1.0"}}));
  EXPECT_THAT(told("register"), SizeIs(1));
  // A day later the last outcome is said again, or it would be forgotten.
  run("UPDATE platform_instance SET reported_at = now() - interval '25 hours'");
  registry_.forgets = true;
  turn(agent);
  EXPECT_THAT(told("register"), SizeIs(2)) << "it was forgotten, and is made known anew";
  EXPECT_EQ(json::parse(told("heartbeat").back()).at("update").at("state"), "rolled_back");
  EXPECT_EQ(count("platform_instance WHERE convert_from(token_sealed, 'UTF8') LIKE '%secret%'"), 0);
}

TEST_F(AgentRegistryTest, AnotherRegistryGetsANewId) {
  Reporter first(database_, box_, http_, {registry_.url(), "bare", marketplace::Channel::kStable});
  ASSERT_TRUE(run_blocking(first.tell("1.0.0", "")));
  const auto before = rows("SELECT instance_id::text AS id FROM platform_instance")[0].text("id");
  Reporter second(database_, box_, http_, {registry_.url() + "/", "bare", marketplace::Channel::kStable});
  ASSERT_TRUE(run_blocking(second.tell("1.0.0", "")));
  EXPECT_NE(rows("SELECT instance_id::text AS id FROM platform_instance")[0].text("id"), before);
}

TEST_F(AgentRegistryTest, ARegistryThatIsAwayIsNoFaultOfTheInstance) {
  ScriptedStrategy strategy("1.0.0");
  auto source = releases("http://127.0.0.1:1");
  Reporter reporter(database_, box_, http_, {"http://127.0.0.1:1", "bare", marketplace::Channel::kStable});
  Agent agent({database_, clock_, box_, strategy, &source, &reporter}, options("one"));
  turn(agent);
  due();
  turn(agent);
  EXPECT_THAT(state().look.fault, HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(count("platform_instance WHERE reported_at < now() - interval '22 hours'"), 1) << "an hour later again";
}

}  // namespace
}  // namespace rapt::agent
