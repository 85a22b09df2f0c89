// SPDX-License-Identifier: AGPL-3.0-or-later
// What a module must not reach, asked for by one in its sandbox, of the real services: PostgreSQL beyond its schema,
// servers in the house behind public names, more than fits. Each time: what its author is told, what the administrator
// reads, and that neither this process nor the neighbor's has ended.
#include <gmock/gmock.h>

#include "fake_internet.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/host/http.hpp"
#include "rapt/host/module_schema.hpp"
#include "rapt/host/sql.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"
#include "test_tls_server.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using hooks::Answer;
using host::TestTlsServer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// No body, and a head that says why (modules/ask.c).
constexpr const char* kRefused = "-3 -\n-3 {\"error\":\"refused\"";

const std::string kRefusedModule = "hostile-ask", kNeighbor = "hostile-replace",
                  kRefusedConfig = "{}";  // outlive the calls
constexpr const char* kRefusedPermissions =
    R"([{"name":"sql","reason":"r"},{"name":"http","reason":"r","hosts":["*.example.org"]}])";
constexpr const char* kPublic = "93.184.216.34";

/// What servers in public answer: by the path.
std::string answer(const std::string& request) {
  const auto moved = [](const std::string& where) {
    return TestTlsServer::reply("", "HTTP/1.1 302 Moved\r\nLocation: " + where + "\r\n");
  };
  if (request.starts_with("GET /inner ")) return moved("https://inner.example.org/secrets");
  if (request.starts_with("GET /address ")) return moved("https://10.0.0.7/secrets");
  if (request.starts_with("GET /large ")) return TestTlsServer::reply(std::string((512U << 10) + 1, 'x'));
  return TestTlsServer::reply("in public");
}

/// A host with real services.
struct RefusingHost {
  RefusingHost(const Workshop& workshop, const std::string& url, const security::SecretBox& box,
               const TestTlsServer& server)
      : database({.url = url, .connections = 2}), house(workshop, [this](host::Supervisor::Options& options) {
          fearless(options);
          options.services = &capabilities;
        }) {
    capabilities.add(sandbox::Service::kSql, std::make_unique<host::SqlCapability>(database, box, url));
    capabilities.add(sandbox::Service::kHttp,
                     std::make_unique<host::HttpCapability>(host::HttpCapability::Options{.ca_file = server.ca_file}));
  }
  ~RefusingHost() { house.stop(); }
  RefusingHost(const RefusingHost&) = delete;
  RefusingHost& operator=(const RefusingHost&) = delete;

  store::Database database;
  host::Capabilities capabilities;
  House house;
};

class Refusals : public ::testing::Test {
 protected:
  Refusals() {
    internet_.name("public.example.org", {kPublic});
    internet_.lead(kPublic, server_.port());
    schema_of(kRefusedModule, "CREATE TABLE notes (text text)");
    host_ = started();
    before_ = pids();
  }
  ~Refusals() override {
    host_.reset();
    for (const char* one : {"hostile-ask", "hostile-other"}) {
      const auto dropped = (**scratch_).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
        const auto gone = schemas_.purge(tx, one);
        if (!gone) return gone.error();
        return {};
      });
      EXPECT_TRUE(dropped) << one;
    }
  }
  void TearDown() override {
    EXPECT_EQ(host_->house.ask(kNeighbor, 10s).kind, Answer::Kind::kReplace);
    EXPECT_EQ(pids(), before_) << "who is refused goes on, and so does everybody else";
  }

  std::unique_ptr<RefusingHost> started() {
    auto host = std::make_unique<RefusingHost>(workshop_, scratch_->options().url, box_, server_);
    host->house.start({workshop_.pack("ask", {.permissions = kRefusedPermissions}), workshop_.pack("replace")});
    for (const auto& name : {kRefusedModule, kNeighbor}) host->house.wait_running(name);
    return host;
  }
  void schema_of(const std::string& module, const std::string& script) {
    bundle::Bundle bundle;
    bundle.manifest.name = module;
    bundle.manifest.migrations_path = "sql";
    bundle.files["sql/0001_first.sql"] = {0644, script};
    const auto made = (**scratch_).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
      const auto fresh = schemas_.ensure(tx, module);
      if (!fresh) return fresh.error();
      return {};
    });
    ASSERT_TRUE(made) << made.error().message;
    const auto brought =
        (**scratch_).transaction_blocking([&](store::Transaction& tx) { return schemas_.bring(tx, bundle); });
    ASSERT_TRUE(brought) << brought.error().message;
  }
  std::pair<int, int> pids() { return {host_->house.status(kRefusedModule).pid, host_->house.status(kNeighbor).pid}; }
  /// What the module got for its orders (modules/ask.c), one a line.
  static std::string told(RefusingHost& host, const std::string& orders) {
    auto context = sample_context();
    context.current->content = orders;
    return host.house.ask(kRefusedModule, context, hooks::Point::kChatOnMessage, kRefusedConfig, 60s).text;
  }
  std::string told(const std::string& orders) { return told(*host_, orders); }
  static std::string get(const std::string& url) {
    return R"(http|{"redirects":2,"timeout_ms":20000,"url":")" + url + "\"}|-\n";
  }
  /// The administrator reads it in the module's log, at once or in a moment.
  static void expect_logged(RefusingHost& host, const std::string& sentence) {
    std::string seen;
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (seen.find(sentence) == std::string::npos && std::chrono::steady_clock::now() < until) {
      for (const auto& line : host.house.supervisor().take_lines())
        if (line.module == kRefusedModule) seen += line.level + " " + line.text + "\n";
      std::this_thread::sleep_for(1ms);
    }
    EXPECT_THAT(seen, HasSubstr(sentence));
  }
  void expect_logged(const std::string& sentence) { expect_logged(*host_, sentence); }
  std::uint64_t refused(const std::string& service) {
    for (const auto& one : host_->house.status(kRefusedModule).services)
      if (one.name == service) return one.refused;
    return 0;
  }

  Workshop workshop_;
  TestTlsServer server_{answer};
  FakeInternet internet_;
  std::unique_ptr<store::ScratchDatabase> scratch_ = store::ScratchDatabase::migrated();
  security::SecretBox box_{std::string(32, 'k')};
  host::ModuleSchemas schemas_{scratch_->options().url, box_};
  std::unique_ptr<RefusingHost> host_;
  std::pair<int, int> before_;
};

TEST_F(Refusals, OfTablesThatAreNotItsOwn) {
  schema_of("hostile-other", "CREATE TABLE mine (x int); INSERT INTO mine VALUES (42)");
  for (const char* table : {"public.users", "module_hostile_other.mine"})
    EXPECT_THAT(told(std::string("sql|query|SELECT * FROM ") + table + "|-"),
                AllOf(StartsWith("-3 {"), HasSubstr("42501")))
        << table;
  expect_logged("warn It asked PostgreSQL for what is not its own: permission denied for schema module_hostile_other");
  EXPECT_EQ(refused("sql"), 2U);
  EXPECT_THAT(told("sql|query|SELECT count(*) FROM notes|-"), HasSubstr("[[0]]")) << "its own stay its own";
}

TEST_F(Refusals, OfStatementsThatChangeTheSession) {
  for (const char* statement : {"RESET ROLE", "SET search_path TO public", "CREATE TABLE more (x int)"})
    EXPECT_THAT(told(std::string("sql|query|") + statement + "|-"), HasSubstr("0A000")) << statement;
  expect_logged("warn A statement was refused (sql): A module's statement begins with SELECT");
}

TEST_F(Refusals, OfARedirectIntoTheHouse) {
  internet_.name("inner.example.org", {"10.0.0.7"});
  EXPECT_THAT(told(get("https://public.example.org/")), HasSubstr("0 in public")) << "it may ask in public";
  EXPECT_THAT(told(get("https://public.example.org/inner")), StartsWith(kRefused));
  expect_logged("warn It asked for inner.example.org, which leads to an address that is not public");
  EXPECT_THAT(told(get("https://public.example.org/address")), StartsWith(kRefused));
  expect_logged("warn It asked for 10.0.0.7, which was not granted");
  EXPECT_EQ(refused("http"), 2U);
}

TEST_F(Refusals, OfANameThatLeadsIntoTheHouseTheNextTime) {
  EXPECT_THAT(told(get("https://public.example.org/")), HasSubstr("0 in public"));
  internet_.name("public.example.org", {"127.0.0.1"});
  const auto other = started();  // it has looked nothing up before
  EXPECT_THAT(told(*other, get("https://public.example.org/")), StartsWith(kRefused));
  expect_logged(*other, "public.example.org, which leads to an address that is not public");
}

TEST_F(Refusals, OfANameWithAnAddressInTheHouseBesideAPublicOne) {
  internet_.name("both.example.org", {"93.184.216.99", "127.0.0.1"});  // nobody answers at the first
  EXPECT_THAT(told(get("https://both.example.org/")), StartsWith(kRefused));
  expect_logged("both.example.org, which leads to an address that is not public");
}

TEST_F(Refusals, OfWhatIsTooLarge) {
  EXPECT_THAT(told(get("https://public.example.org/large")), StartsWith("-2 -\n-2 {\"error\":\"size\""));
  expect_logged("warn The answer of public.example.org is larger than 512 KiB");
  EXPECT_EQ(told(R"(http|{"method":"POST","url":"https://public.example.org/"}|*524289)"), "-2 -\n-2 -\n");
  expect_logged("warn It was refused at once: a text of 524289 bytes");
  EXPECT_EQ(told("sql|query|SELECT * FROM generate_series(1, 10001)|-"), "-2 -\n");
  expect_logged("warn It asked its tables for more than an answer holds");
}

}  // namespace
}  // namespace rapt::hostile
