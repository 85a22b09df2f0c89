// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/mail/mail.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/jobs/queue.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::mail {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string redis_url() {
  const char* url = std::getenv("TEST_REDIS_URL");
  if (url != nullptr && *url != '\0') return url;
  throw std::runtime_error("Set TEST_REDIS_URL to a Redis server. ./rapt test starts one by itself.");
}

/// aiosmtpd in a process of its own, which ends with us.
class MailServer {
 public:
  MailServer() {
    int in[2], out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0), ::dup2(out[1], 1);
      for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
      ::execl("/usr/bin/python3", "python3", RAPT_SMTP_SERVER, nullptr);
      ::_exit(127);
    }
    ::close(in[0]), ::close(out[1]);
    to_ = UniqueFd(in[1]);
    from_ = ::fdopen(out[0], "r");
    port = std::stoi(line());
  }
  ~MailServer() {
    to_.reset();
    ::waitpid(pid_, nullptr, 0);
    std::fclose(from_);
  }
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  std::string line() {
    char text[65536];
    if (std::fgets(text, sizeof text, from_) == nullptr) throw std::runtime_error("the mail server has ended");
    return text;
  }
  int port = 0;

 private:
  pid_t pid_ = -1;
  UniqueFd to_;
  std::FILE* from_ = nullptr;
};

constexpr store::Statement kSubjectOnceSent{"test.sent",
                                            "SELECT subject AS value FROM outgoing_mails WHERE sent_at IS NOT NULL"};
constexpr store::Statement kWhyFailed{"test.failed", "SELECT last_error AS value FROM jobs WHERE state = 'failed'"};
constexpr store::Statement kTrouble{"test.trouble", "SELECT last_error AS value FROM outgoing_mails"};
constexpr store::Statement kSealed{"test.sealed", "SELECT sealed_body AS value FROM outgoing_mails"};
constexpr store::Statement kPayload{"test.payload", "SELECT payload::text AS value FROM jobs"};
constexpr store::Statement kSeveral{"test.several", "SELECT attempts::text AS value FROM jobs WHERE attempts > 2"};
constexpr store::Statement kId{"test.id", "SELECT id::text AS value FROM outgoing_mails"};

class MailTest : public ::testing::Test {
 protected:
  MailTest() {
    jobs::Worker::Options options;
    options.host = new_uuid();
    options.stream_prefix = "mail-test-" + new_uuid();
    options.retry_initial = options.retry_maximum = std::chrono::milliseconds(20);
    options.sweep = std::chrono::milliseconds(20);
    worker = std::make_unique<jobs::Worker>(**scratch, redis, options);
  }
  ~MailTest() override {
    if (!thread.joinable()) return;
    loop.spawn(end());
    thread.join();
  }
  void start(const std::string& url, const security::SecretBox& opener) {
    worker->handle(kSendJob, send_handler(**scratch, clock, opener, {url, "School <noreply@school.example>"}));
    loop.spawn(worker->run());
    thread = std::thread([this] { loop.run(); });
  }
  void start(const std::string& url) { start(url, box); }

  Result<void> send(const std::string& to, const std::string& subject = "Your password") {
    return (**scratch).transaction_blocking([&](store::Transaction& tx) {
      return enqueue(tx, box, {to, subject, "https://school.example/#token=secret"});
    });
  }
  std::string value(const store::Statement& statement) {
    const auto rows = runtime::run_blocking((**scratch).query(statement));
    return rows && !rows->empty() ? (*rows)[0].optional_text("value").value_or("") : "";
  }
  /// Waits until it has a value.
  std::string wait_for(const store::Statement& what) {
    for (;;) {
      const std::string found = value(what);
      if (!found.empty()) return found;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  store::Redis redis{redis_url(), 2, std::chrono::minutes(1)};
  const SystemClock clock;
  const security::SecretBox box{"a key"};
  runtime::Runtime loop{1};
  std::unique_ptr<jobs::Worker> worker;
  std::thread thread;

 private:
  Task<void> end() {
    co_await worker->stop();
    loop.stop();
  }
};

TEST_F(MailTest, GoesOutBySmtpAndForgetsItsText) {
  MailServer server;
  start("smtp://127.0.0.1:" + std::to_string(server.port));
  ASSERT_TRUE(send("ada@example.org"));
  const auto heard = server.line();
  EXPECT_THAT(heard, HasSubstr(R"("from": "noreply@school.example")"));
  EXPECT_THAT(heard, HasSubstr(R"("to": ["ada@example.org"])"));
  EXPECT_THAT(heard, HasSubstr("Subject: Your password"));
  wait_for(kSubjectOnceSent);
  EXPECT_EQ(value(kSealed), "");
}

TEST_F(MailTest, LiesSealedInTheDatabaseUntilThen) {
  ASSERT_TRUE(send("ada@example.org"));
  EXPECT_NE(value(kSealed), "");
  EXPECT_THAT(value(kSealed), Not(HasSubstr("secret")));
  EXPECT_THAT(value(kPayload), Not(HasSubstr("secret")));
}

TEST_F(MailTest, FailsForGoodWhereTheServerRefusesTheRecipient) {
  MailServer server;
  start("smtp://127.0.0.1:" + std::to_string(server.port));
  ASSERT_TRUE(send("refused@example.org"));
  EXPECT_THAT(wait_for(kWhyFailed), HasSubstr("for good"));
}

TEST_F(MailTest, IsTriedAgainWhereTheServerPutsItOff) {
  MailServer server;
  start("smtp://127.0.0.1:" + std::to_string(server.port));
  ASSERT_TRUE(send("later@example.org"));
  EXPECT_THAT(wait_for(kTrouble), HasSubstr("did not take"));
  EXPECT_NE(wait_for(kSeveral), "");
}

TEST_F(MailTest, SendsNoPasswordWithoutEncryption) {
  MailServer server;
  start("smtp://school:hidden@127.0.0.1:" + std::to_string(server.port));
  ASSERT_TRUE(send("ada@example.org"));
  const auto why = wait_for(kTrouble);
  EXPECT_THAT(why, HasSubstr("no encryption"));
  EXPECT_THAT(why, Not(HasSubstr("hidden")));
}

TEST_F(MailTest, WaitsForAServerThatIsAway) {
  start("smtp://127.0.0.1:1");
  ASSERT_TRUE(send("ada@example.org"));
  EXPECT_THAT(wait_for(kTrouble), HasSubstr("did not take"));
}

TEST_F(MailTest, SaysThatThereIsNoServer) {
  start("");
  ASSERT_TRUE(send("ada@example.org"));
  EXPECT_THAT(wait_for(kTrouble), HasSubstr("set MAIL_URL"));
}

TEST_F(MailTest, LandsInAFolderThatOthersCannotRead) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("rapt-mail-" + new_uuid());
  start("file:" + folder.string());
  ASSERT_TRUE(send("ada@example.org", "Grüße"));
  wait_for(kSubjectOnceSent);
  const auto id = value(kId);
  std::stringstream text;
  text << std::ifstream(folder / (id + ".eml")).rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("To: ada@example.org\r\n"));
  EXPECT_EQ(std::filesystem::status(folder / (id + ".eml")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove_all(folder);
}

TEST_F(MailTest, FailsWithTheKeysNameWhenItWasSealedWithAnother) {
  const security::SecretBox other{"another key"};
  start("", other);
  ASSERT_TRUE(send("ada@example.org"));
  EXPECT_THAT(wait_for(kWhyFailed), HasSubstr(box.key_id()));
}

TEST_F(MailTest, RefusesLineBreaksAndSeveralAddresses) {
  for (const char* to : {"", "a@b.c\r\nBcc: x@y.z", "a@b.c, d@e.f", "Ada <a@b.c>"}) EXPECT_FALSE(send(to)) << to;
  EXPECT_FALSE(send("a@b.c", "x\nBcc: x@y.z"));
  EXPECT_EQ(value(kId), "");
}

}  // namespace
}  // namespace rapt::mail
