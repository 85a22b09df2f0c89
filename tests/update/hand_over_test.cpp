// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "rapt/agent/server_keeper.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/store/test_redis.hpp"

extern char** environ;

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr seconds kPatience{180};

std::string get(http::Client& client, std::uint16_t port, const std::string& path, bool keeps) {
  http::ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port) + path;
  if (!keeps) request.headers.set("Connection", "close");
  const auto answer = runtime::run_blocking(client.fetch(std::move(request)));
  if (!answer) return "failed: " + answer.error().message + " " + answer.error().log_detail;
  return std::to_string(answer->status) + " " + answer->body;
}

/// Asks all the time.
class Visitor {
 public:
  Visitor(std::uint16_t port, bool keeps)
      : thread_([=, this](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            const auto answer = get(client_, port, "/api/v1/instance", keeps);
            if (answer.starts_with("200 ")) {
              ++answered;
            } else {
              ++failed;
              ADD_FAILURE() << "after " << answered << " answers: " << answer;
            }
            std::this_thread::sleep_for(milliseconds(2));
          }
        }) {}
  std::atomic<int> answered = 0, failed = 0;
  void wait_for_more(int answers) const {
    for (const int until = answered + answers; answered < until && failed == 0;)
      std::this_thread::sleep_for(milliseconds(2));
  }

 private:
  http::Client client_;
  std::jthread thread_;
};

/// `rapt serve` of this build, as two releases, with a database of their own.
class RealServers : public ::testing::Test {
 protected:
  RealServers() : database_(store::ScratchDatabase::migrated()) {
    std::string name = (fs::temp_directory_path() / "rapt-update-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    fs::permissions(folder_, fs::perms::owner_all | fs::perms::others_exec);
    KeeperOptions options;
    options.port = 0;
    options.host_name = folder_.filename().string();
    options.environment = variables();
    options.log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.append(line).append("\n");
    };
    keeper_ = make_keeper(loop_.executor(), std::move(options));
  }
  ~RealServers() override {
    run(keeper_->stop(kPatience)).value();
    if (HasFailure()) std::fprintf(stderr, "%s", lines().c_str());
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::vector<std::string> variables() {
    std::vector<std::string> all;
    for (char** one = environ; *one != nullptr; ++one) all.emplace_back(*one);
    fs::create_directories(folder_ / "var");
    all.insert(all.end(), {"DATABASE_URL=" + database_->options().url, "REDIS_URL=" + store::test_redis_url(),
                           "RAPT_VAR_DIR=" + (folder_ / "var").string(), "AI_GATEWAY_URL=http://127.0.0.1:9/v1",
                           "RATE_LIMIT_ADDRESS_MAX=100000", "MODULE_UPDATE_CHECK_MINUTES=0", "RAPT_THREADS=1"});
    return all;
  }
  fs::path release(const std::string& version) {
    const fs::path folder = folder_ / version;
    fs::create_directories(folder / "bin");
    fs::copy_file(RAPT_PROGRAM, folder / "bin/rapt");
    fs::copy_file(RAPT_RUNNER_PROGRAM, folder / "bin/rapt-runner");
    fs::create_directory_symlink(fs::absolute(store::ScratchDatabase::migrations().parent_path()),
                                 folder / "migrations");
    return folder;
  }
  template <class T>
  T run(Task<T> task) {
    auto done = std::make_shared<std::promise<T>>();
    auto whole = [](Task<T> inner, std::shared_ptr<std::promise<T>> promise) -> Task<void> {
      promise->set_value(co_await std::move(inner));
    };
    loop_.spawn(whole(std::move(task), done));
    return done->get_future().get();
  }
  std::string lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  std::unique_ptr<store::ScratchDatabase> database_;
  fs::path folder_;
  std::mutex mutex_;
  std::string lines_;
  http::Client client_;
  runtime::Runtime loop_{1};
  std::unique_ptr<ServerKeeper> keeper_;
  struct Thread {
    explicit Thread(runtime::Runtime& given) : loop(given), thread([&given] { given.run(); }) {}
    ~Thread() { loop.stop(); }
    runtime::Runtime& loop;
    std::jthread thread;
  } thread_{loop_};
};

TEST_F(RealServers, TakeEachOthersPlaceUnderLoad) {
  const auto one = release("1.0.0"), two = release("1.1.0");
  run(keeper_->start(one, kPatience)).value();
  EXPECT_THAT(lines(), HasSubstr("serve.ready"));
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (int i = 0; i < 4; ++i) visitors.push_back(std::make_unique<Visitor>(keeper_->port(), i % 2 == 0));
  for (const auto& visitor : visitors) visitor->wait_for_more(5);
  run(keeper_->hand_over(two, kPatience)).value();
  for (const auto& visitor : visitors) visitor->wait_for_more(20);
  const auto health = run(keeper_->health());
  EXPECT_TRUE(health.ready) << health.because;
  EXPECT_EQ(health.release, two.string());
  run(keeper_->hand_over(one, kPatience)).value();  // waits until the first one has gone
  for (const auto& visitor : visitors) visitor->wait_for_more(20);
  for (const auto& visitor : visitors) EXPECT_EQ(visitor->failed, 0);
  visitors.clear();
  EXPECT_THAT(lines(), HasSubstr("serve.stopped"));
}

TEST_F(RealServers, OneThatDoesNotBecomeReadyNeverHasAConnection) {
  run(keeper_->start(release("1.0.0"), kPatience)).value();
  Visitor visitor(keeper_->port(), false);
  const auto broken = release("1.1.0");
  fs::remove(broken / "bin/rapt");
  // Its database is none, so it can never become ready; nobody is told 503.
  std::ofstream(broken / "bin/rapt") << "#!/bin/sh\nexport DATABASE_URL=postgresql://nobody@127.0.0.1:9/none\nexec '"
                                     << (folder_ / "1.0.0/bin/rapt").string() << "' \"$@\"\n";
  fs::permissions(broken / "bin/rapt", fs::perms::owner_all);
  const auto failed = run(keeper_->hand_over(broken, seconds(3)));
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("1.1.0 was not ready within 3 s"));
  visitor.wait_for_more(20);
  EXPECT_EQ(visitor.failed, 0);
  EXPECT_EQ(run(keeper_->health()).ends, 0u);
}

}  // namespace
}  // namespace rapt::agent
