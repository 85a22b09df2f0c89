// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "application.hpp"
#include "gateway_verdict.hpp"
#include "limits.hpp"
#include "module_set.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/assignments/assignment_service.hpp"
#include "rapt/chat/chat_service.hpp"
#include "rapt/classes/class_service.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/groups/group_service.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/journal/module_journal.hpp"
#include "rapt/module_settings/configured_caller.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/module_settings/settings.hpp"
#include "rapt/providers/fetcher.hpp"
#include "rapt/providers/lookup_caller.hpp"
#include "rapt/providers/provider_service.hpp"
#include "rapt/quota/administration.hpp"
#include "rapt/quota/quota_service.hpp"
#include "rapt/runs/run_service.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/password.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/users/user_service.hpp"
#include "registry_desk.hpp"
#include "test_contract.hpp"

namespace rapt::api {

class TestClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return start_ + std::chrono::hours(moved_.load()); }
  void move(std::chrono::hours by) { moved_ += by.count(); }

 private:
  const TimePoint start_ = *parse_time("2026-03-01T08:00:00Z");
  std::atomic<std::int64_t> moved_{0};
};

/// A model that says one thing.
class TestGateway final : public gateway::Gateway {
 public:
  std::atomic<int> asked{0};
  std::atomic<bool> throws{false};
  Task<gateway::Exchange> complete(gateway::ChatRequest, gateway::DeltaSink* sink) override {
    if (sink != nullptr) co_await sink->on_delta("Why?");
    std::string untold;
    if (sink == nullptr) untold = "Why?";
    co_return gateway::Exchange{gateway::Completion{std::move(untold), "stop"},
                                gateway::Spent{"model", 3, 1, false, {}}};
  }
  Task<Result<void>> check() override {
    ++asked;
    if (throws) throw std::runtime_error("the hidden reason");
    co_return Result<void>{};
  }
};

/// A provider's module that says who comes.
class TestProvider final : public providers::ProviderCaller, public providers::LookupCaller {
 public:
  providers::Step says;    ///< to every step
  providers::Start asked;  ///< at the last start
  Task<Result<std::string>> start(std::string /*module*/, providers::Start /*start*/) override {
    co_return Error::internal("logins begin through LookupCaller");
  }
  Task<Result<providers::Begin>> begin(std::string /*module*/, providers::Start start,
                                       std::optional<providers::LookedUp> /*before*/) override {
    asked = std::move(start);
    co_return providers::Begin{.url = "https://id.example/authorize"};
  }
  Task<Result<providers::Step>> step(std::string /*module*/, providers::Input /*input*/) override { co_return says; }
  [[nodiscard]] std::vector<std::string> provider_modules() const override { return {"oidc"}; }
  [[nodiscard]] std::vector<std::string> reachable_hosts(const std::string& /*module*/) const override {
    return {"id.example"};
  }
};

/// A folder of its own, removed at the end.
struct ScratchFolder {
  ScratchFolder() { std::filesystem::create_directories(path / "trust"); }
  ~ScratchFolder() {
    std::error_code ignored;  // what is left in the temporary folder harms nobody
    std::filesystem::remove_all(path, ignored);
  }
  const std::filesystem::path path = std::filesystem::temp_directory_path() / ("rapt-site-" + new_uuid());
};

struct Heard {
  int status = 0;
  std::string head;  ///< with the status line
  std::string body;
};

/// The whole API behind a real server on a port of its own, with real services and no modules. Ada (system
/// administrator) and Sam have the password "right"; their addresses are new each time, because Redis remembers.
class Site : public testing::Test {
 protected:
  Site() {
    settings.public_url = "http://site.example";
    const std::string hash = security::hash_password("right");
    scratch->script("INSERT INTO groups (id, name, type) VALUES ('" + id(1) +
                    "', 'District', 'district');"
                    "INSERT INTO users (id, email, name, status, password_hash) VALUES ('" +
                    id(2) + "', '" + ada + "', 'Ada', 'active', '" + hash + "'), ('" + id(3) + "', '" + sam +
                    "', 'Sam', 'active', '" + hash +
                    "');"
                    "INSERT INTO group_members (user_id, group_id, role) VALUES ('" +
                    id(2) + "', '" + id(1) + "', 'system_admin'), ('" + id(3) + "', '" + id(1) + "', 'student');");
    if (const auto started = server.start(); !started) throw std::runtime_error(started.error().message);
    thread = std::thread([this] { loop.run(); });
  }
  ~Site() override {
    loop.spawn(end());
    thread.join();
  }

  static std::string id(int number) { return "00000000-0000-7000-8000-00000000000" + std::to_string(number); }

  /// Sends the bytes of one request and reads to the end of the connection.
  Heard raw(const std::string& bytes) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    boost::asio::write(socket, boost::asio::buffer(bytes));
    std::string all;
    boost::system::error_code closed;
    boost::asio::read(socket, boost::asio::dynamic_buffer(all), closed);
    const auto end = all.find("\r\n\r\n");
    if (all.size() < 12 || end == std::string::npos) throw std::runtime_error("no answer: " + all);
    return {std::stoi(all.substr(9, 3)), all.substr(0, end + 2), all.substr(end + 4)};
  }
  /// One request; the answer must be as the API's description says.
  Heard ask(const std::string& method, const std::string& target, const std::string& fields = "",
            const std::string& body = "") {
    const std::string about =
        body.empty() && method != "POST"
            ? ""
            : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    const auto heard = raw(method + " " + target + " HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n" + about +
                           fields + "\r\n" + body);
    const auto fault = contract_fault({method, target, heard.status, heard.head, heard.body});
    if (!fault.empty())
      ADD_FAILURE() << method << " " << target << " is not as host/api/openapi describes it: " << fault << "\n"
                    << heard.head << heard.body;
    return heard;
  }
  Heard log_in(const std::string& email, const std::string& password) {
    return ask("POST", "/api/v1/auth/login", "", R"({"email":")" + email + R"(","password":")" + password + "\"}");
  }
  /// A Cookie field of somebody who has just logged in.
  std::string cookie_of(const std::string& email) {
    const auto heard = log_in(email, "right");
    const auto start = heard.head.find("rapt_session=");
    if (start == std::string::npos) throw std::runtime_error("no cookie: " + heard.head + heard.body);
    return "Cookie: " + heard.head.substr(start, heard.head.find(';', start) - start) + "\r\n";
  }

  const std::string ada = new_uuid() + "@example.org";
  const std::string sam = new_uuid() + "@example.org";
  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  runtime::Runtime loop{1};
  TestClock clock;
  TestGateway gateway;
  config::Settings settings;
  store::Redis redis{redis_url(), 4, std::chrono::minutes(1)};
  Limits rate_limits{redis, clock, settings, "site-" + new_uuid()};  // each site counts for itself
  host::Supervisor modules{loop.executor(), supervision()};  ///< not started: a test that needs modules starts it
  security::SecretBox box{"the key of a site that lives for one test"};
  hooks::ScriptedCaller scripted;  ///< which modules there are, as far as settings and tools go
  module_settings::Administration module_settings{**scratch, box};
  module_settings::LiveSettings live_settings{**scratch, box, scripted};
  module_settings::ConfiguredCaller configured{modules, live_settings};
  hooks::Dispatcher dispatcher{configured};
  identity::PasswordHasher passwords;
  identity::AuthService auth{**scratch, clock, box, passwords};
  accounts::AccountService accounts{{**scratch, clock, box, passwords, "http://site.example"}};
  users::UserService users{**scratch, clock, accounts};
  TestProvider provider;
  providers::NetworkFetcher fetcher{{}};
  providers::ProviderService providers{
      {**scratch, redis, clock, box, provider, provider, fetcher, "http://site.example"}};
  tools::ToolService tools{**scratch, clock, {&scripted, &live_settings}};
  groups::GroupService groups{**scratch, clock};
  classes::ClassService classes{**scratch, clock};
  assignments::AssignmentService assignments{**scratch, clock};
  quota::Administration ai{{**scratch, redis, clock, "test-model"}};
  quota::QuotaService quota{{**scratch, redis, clock, "test-model"}};
  chat::ChatService chat{{**scratch, tools, dispatcher, gateway, quota, clock, redis, "this", "site-" + new_uuid()}};
  runs::RunService runs{{**scratch, tools, dispatcher, gateway, quota, clock}};
  GatewayVerdict verdict{gateway, [] { return std::chrono::steady_clock::time_point(std::chrono::hours(1)); }};
  ScratchFolder folder;
  install::Installer installer{**scratch, folder.path, {}, bundle::SignaturePolicy::kDevelopmentMayLack};
  journal::ModuleJournal journal{**scratch};
  ModuleSet module_set{{installer, modules, journal}, folder.path / "trust", "this"};
  RegistryDesk registry{{.installer = installer,
                         .database = **scratch,
                         .clock = clock,
                         .var_dir = folder.path,
                         .trust = {},
                         .policy = bundle::SignaturePolicy::kDevelopmentMayLack,
                         .host = "this",
                         .url = "",
                         .changed = [this] { module_set.look_again(); },
                         .spawn = [this](Task<void> task) { loop.spawn(std::move(task)); }}};
  Application application{
      {settings,  clock,   box,        **scratch,   redis, auth,     accounts,        users,         providers,
       tools,     groups,  classes,    assignments, chat,  runs,     verdict,         modules,       dispatcher,
       installer, journal, module_set, rate_limits, ai,    scripted, module_settings, live_settings, registry},
      std::nullopt,
      "http://site.example"};
  http::Server server{loop.executor(), {}, application};
  std::thread thread;

 private:
  static std::string redis_url() {
    const char* url = std::getenv("TEST_REDIS_URL");
    if (url != nullptr && *url != '\0') return url;
    throw std::runtime_error(
        "Set TEST_REDIS_URL to a Redis server, for example unix:///run/redis/redis.sock. ./rapt test starts one by "
        "itself.");
  }
  static host::Supervisor::Options supervision() {
    host::Supervisor::Options options;
    options.runner = RAPT_TEST_RUNNER;
    options.signature_policy = bundle::SignaturePolicy::kDevelopmentMayLack;
    options.restart_initial = std::chrono::milliseconds(10);
    options.circuit_pause = std::chrono::hours(1);  // what has opened stays so, however slow the machine is
    return options;
  }
  Task<void> end() {
    co_await server.stop(std::chrono::seconds(5));
    co_await modules.stop();
    loop.stop();
  }
};

}  // namespace rapt::api
