// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "keeper_name.hpp"
#include "rapt/agent/server_keeper.hpp"
#include "rapt/agent/supervision.hpp"
#include "rapt/base/file.hpp"
#include "rapt/http/client.hpp"
#include "rapt/http/listening.hpp"
#include "rapt/http/server.hpp"
#include "rapt/runtime/runtime.hpp"

extern char** environ;

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr seconds kPatience{60};

/// What a release's program does in these tests: answers with the release that it is of. A real process with a real
/// server, started by a script FOLDER/bin/rapt; how it behaves is in the file FOLDER/behavior.
class Program final : public http::Handler {
 public:
  Task<void> handle(http::Request& request, http::Responder& responder) override {
    http::Response response;
    response.status = 200;
    response.body = std::getenv("KEEPER_TEST_RELEASE");
    if (request.path == "/name") response.body = std::getenv("RAPT_HOST_NAME");
    if (request.path == "/die") _exit(7);
    co_await responder.send(std::move(response));
  }
  [[nodiscard]] http::Response failure(int status, std::string_view, std::string_view message,
                                       std::string_view) const override {
    http::Response response;
    response.status = status;
    response.body = message;
    return response;
  }
};

Task<void> stop_all(runtime::Runtime& loop, http::Server& server) {
  co_await server.stop(seconds(20));
  loop.stop();
}

std::string behavior() {
  std::string text;
  std::getline(std::ifstream(fs::path(std::getenv("KEEPER_TEST_FOLDER")) / "behavior"), text);
  return text;
}

TEST(KeeperProgram, DISABLED_Serve) {
  const std::string how = behavior();
  std::fprintf(stderr, "behaves: %s\n", how.c_str());
  if (how == "die") _exit(3);
  if (how == "hang") std::fprintf(stderr, "hangs: %d\n", getpid());
  auto supervision = Supervision::take().value();
  ASSERT_TRUE(supervision.has_socket());
  ASSERT_EQ(std::getenv("LISTEN_FDS"), nullptr);
  runtime::Runtime loop(2);
  Program program;
  http::ServerOptions options;
  options.listening = supervision.take_socket().release();
  options.drain = milliseconds(200);
  http::Server server(loop.executor(), options, program);
  if (how == "serve") {
    server.start().value();
    supervision.tell("READY=1");
  }
  loop.on_signal([&] { loop.spawn(stop_all(loop, server)); });
  loop.run();
  _exit(0);
}

/// What is told of an agent, by itself: a line a file, which appears whole.
void tell(const std::string& name, const std::string& text) {
  ASSERT_TRUE(write_file_atomically(fs::path(std::getenv("KEEPER_TEST_FOLDER")).parent_path() / name, text + "\n"));
}

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one) all.emplace_back(*one);
  return all;
}

/// The agent of 1.0.0 starts its server, hands over to 1.1.0, and becomes the agent of that.
Task<void> live(ServerKeeper& keeper, bool inherited) {
  const fs::path own = std::getenv("KEEPER_TEST_FOLDER"), next = own.parent_path() / "1.1.0";
  const auto started = co_await keeper.start(own, kPatience);
  if (!started) tell("fault", started.error().message);
  tell(inherited ? "port-of-1.1.0" : "port-of-1.0.0", std::to_string(keeper.port()));
  if (inherited) co_return;
  while (!fs::exists(own.parent_path() / "go-on")) co_await runtime::sleep_for(milliseconds(5));
  const auto handed = co_await keeper.hand_over(next, kPatience);
  if (!handed) tell("fault", handed.error().message);
  std::vector<std::string> words{"agent"}, more{"KEEPER_TEST_MORE=1"};
  for (;;) {
    const auto stayed = co_await keeper.become(next, words, more);
    if (stayed.error().kind != ErrorKind::kConflict) tell("fault", stayed.error().message);
    co_await runtime::sleep_for(milliseconds(20));
  }
}

TEST(KeeperProgram, DISABLED_Agent) {
  auto inherited = take_inheritance().value();
  const bool has_inherited = inherited.has_value();
  EXPECT_EQ(has_inherited, std::getenv("KEEPER_TEST_MORE") != nullptr);
  const fs::path own = std::getenv("KEEPER_TEST_FOLDER");
  KeeperOptions options;
  options.port = 0;
  options.host_name = own.parent_path().filename().string();
  options.environment = own_environment();
  options.inherited = std::move(inherited);
  runtime::Runtime loop(1);
  const auto keeper = make_keeper(loop.executor(), std::move(options));
  loop.spawn(live(*keeper, has_inherited));
  loop.run();
}

/// A folder with releases.
class Home : public ::testing::Test {
 protected:
  Home() {
    std::string name = (fs::temp_directory_path() / "rapt-keeper-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~Home() override {
    if (keeper_) run(keeper_->stop(kPatience)).value();
    keeper_.reset();
    settle();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  fs::path release(const std::string& version, const std::string& how = "serve") {
    const fs::path folder = folder_ / version;
    fs::create_directories(folder / "bin");
    std::ofstream(folder / "behavior") << how << "\n";
    std::ofstream(folder / "bin/rapt")
        << "#!/bin/sh\n"
        << "folder='" << folder.string() << "'\n"
        << "[ \"$2\" = --check-takeover ] && { grep -qx serve \"$folder/behavior\"; exit; }\n"
        << "case $1 in serve) as=Serve ;; *) as=Agent ;; esac\n"
        << "export KEEPER_TEST_FOLDER=\"$folder\" KEEPER_TEST_RELEASE=" << version << "\n"
        << "exec '" << fs::read_symlink("/proc/self/exe").string()
        << "' --gtest_also_run_disabled_tests --gtest_filter=KeeperProgram.DISABLED_$as\n";
    fs::permissions(folder / "bin/rapt", fs::perms::owner_all);
    return folder;
  }

  /// Held on the whole machine, where other tests run.
  std::string host_name() const { return folder_.filename().string(); }
  KeeperOptions options() {
    KeeperOptions options;
    options.port = 0;
    options.host_name = host_name();
    options.first_pause = milliseconds(20);
    options.longest_pause = milliseconds(100);
    options.environment = own_environment();
    options.log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.append(line).append("\n");
    };
    return options;
  }
  ServerKeeper& keeper() {
    if (!keeper_) keeper_ = make_keeper(loop_.executor(), options());
    return *keeper_;
  }

  /// On the loop that the keeper lives on, which one thread runs.
  template <class T>
  T run(Task<T> task) {
    auto done = std::make_shared<std::promise<T>>();
    auto whole = [](Task<T> inner, std::shared_ptr<std::promise<T>> promise) -> Task<void> {
      promise->set_value(co_await std::move(inner));
    };
    loop_.spawn(whole(std::move(task), done));
    return done->get_future().get();
  }
  /// What was posted to the loop has been done.
  void settle() {
    auto nothing = []() -> Task<int> { co_return 0; };
    run(nothing());
  }

  std::string get(const std::string& path) {
    http::ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(keeper().port()) + path;
    const auto answer = runtime::run_blocking(client_.fetch(std::move(request)));
    return answer ? answer->body : "failed: " + answer.error().message;
  }
  Health wait_for(const std::function<bool(const Health&)>& wanted) {
    for (;;) {
      auto health = run(keeper().health());
      if (wanted(health)) return health;
      std::this_thread::sleep_for(milliseconds(10));
    }
  }
  std::string lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// Waits for a line that has these words before a number.
  int await_number(const std::string& words) {
    for (;; std::this_thread::sleep_for(milliseconds(5))) {
      const auto all = lines();
      const auto at = all.find(words);
      if (at != std::string::npos && all.find('\n', at) != std::string::npos)
        return std::stoi(all.substr(at + words.size()));
    }
  }

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

TEST_F(Home, StartsAReleaseAndPassesItsLinesOn) {
  const auto one = release("1.0.0");
  run(keeper().start(one, kPatience)).value();
  EXPECT_EQ(get("/"), "1.0.0");
  EXPECT_EQ(get("/name"), host_name());
  EXPECT_THAT(lines(), HasSubstr("behaves: serve\n"));
  const auto health = run(keeper().health());
  EXPECT_TRUE(health.ready);
  EXPECT_EQ(health.ends, 0u);
  EXPECT_EQ(health.release, one.string());
  EXPECT_EQ(run(keeper().start(one, kPatience)).error().kind, ErrorKind::kConflict);
}

TEST_F(Home, TellsTheLastWordsOfAReleaseThatDoesNotStart) {
  const auto failed = run(keeper().start(release("1.0.0", "die"), kPatience)).error();
  EXPECT_EQ(failed.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(failed.message, AllOf(HasSubstr("1.0.0"), HasSubstr("ended with 3"), HasSubstr("behaves: die")));
  EXPECT_FALSE(run(keeper().health()).ready);
  run(keeper().start(release("0.9.0"), kPatience)).value();
  EXPECT_EQ(get("/"), "0.9.0");
}

TEST_F(Home, AReleaseWithoutAProgramIsSaidToBeWithoutOne) {
  fs::create_directories(folder_ / "empty");
  EXPECT_THAT(run(keeper().start(folder_ / "empty", kPatience)).error().message, HasSubstr("cannot be started"));
}

TEST_F(Home, StartsAServerThatEndsAgain) {
  run(keeper().start(release("1.0.0"), kPatience)).value();
  get("/die");
  const auto health = wait_for([](const Health& now) { return now.ends == 1 && now.ready; });
  EXPECT_EQ(get("/"), "1.0.0");
  EXPECT_THAT(health.because, HasSubstr("ended with 7"));
}

TEST_F(Home, SaysWhoseThePortIsNot) {
  const UniqueFd taken = http::listen_at("127.0.0.1", 0).value();
  auto other = options();
  other.port = http::port_of_listening(taken.get()).value();
  keeper_ = make_keeper(loop_.executor(), std::move(other));
  const auto failed = run(keeper().start(release("1.0.0"), seconds(0))).error();
  EXPECT_EQ(failed.kind, ErrorKind::kConflict);
  EXPECT_THAT(failed.message, HasSubstr("Another program listens at 127.0.0.1:"));
}

TEST_F(Home, TakesASocketThatListensAlready) {
  auto given = options();
  given.listening = http::listen_at("127.0.0.1", 0).value();
  const auto port = http::port_of_listening(given.listening.get()).value();
  keeper_ = make_keeper(loop_.executor(), std::move(given));
  run(keeper().start(release("1.0.0"), kPatience)).value();
  EXPECT_EQ(keeper().port(), port);
  EXPECT_EQ(get("/"), "1.0.0");
}

/// Asks all the time, over one connection or a new one for each request.
class Visitor {
 public:
  Visitor(std::uint16_t port, bool keeps)
      : url_("http://127.0.0.1:" + std::to_string(port) + "/"),
        keeps_(keeps),
        thread_([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) ask();
        }) {}
  std::atomic<int> answered = 0, failed = 0;
  void wait_for_more(int answers) const {
    for (const int until = answered + answers; answered < until && failed == 0;)
      std::this_thread::sleep_for(milliseconds(1));
  }

 private:
  void ask() {
    http::ClientRequest request;
    request.url = url_;
    if (!keeps_) request.headers.set("Connection", "close");
    const auto answer = runtime::run_blocking(client_.fetch(std::move(request)));
    if (answer && answer->status == 200) {
      ++answered;
    } else {
      ++failed;
      ADD_FAILURE() << "after " << answered
                    << " answers: " << (answer ? std::to_string(answer->status) : answer.error().message);
    }
  }
  const std::string url_;
  const bool keeps_;
  http::Client client_;
  std::jthread thread_;
};

TEST_F(Home, HandsOverThereAndBackWithoutARequestThatFails) {
  const auto one = release("1.0.0"), two = release("1.1.0");
  run(keeper().start(one, kPatience)).value();
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (int i = 0; i < 4; ++i) visitors.push_back(std::make_unique<Visitor>(keeper().port(), i % 2 == 0));
  for (const auto& visitor : visitors) visitor->wait_for_more(5);
  run(keeper().hand_over(two, kPatience)).value();
  for (const auto& visitor : visitors) visitor->wait_for_more(5);
  const auto health = wait_for([](const Health& now) { return now.ready; });
  EXPECT_EQ(health.release, two.string());
  run(keeper().hand_over(one, kPatience)).value();  // waits for the first one's end
  for (const auto& visitor : visitors) visitor->wait_for_more(5);
  for (const auto& visitor : visitors) EXPECT_EQ(visitor->failed, 0);
}

TEST_F(Home, TheServerBesideHasANameOfItsOwn) {
  run(keeper().start(release("1.0.0"), kPatience)).value();
  run(keeper().hand_over(release("1.1.0"), kPatience)).value();
  while (get("/") != "1.1.0") std::this_thread::sleep_for(milliseconds(5));
  while (get("/name") != host_name() + "_2") std::this_thread::sleep_for(milliseconds(5));
}

TEST_F(Home, AServerOfAKilledKeeperThatStillEndsWhatItHasBegunKeepsItsName) {
  UniqueFd held = hold_name(host_name());
  ASSERT_TRUE(held);
  EXPECT_FALSE(hold_name(host_name()));
  run(keeper().start(release("1.0.0"), kPatience)).value();
  EXPECT_EQ(get("/name"), host_name() + "_2");
  EXPECT_FALSE(hold_name(host_name() + "_2")) << "the server holds it";
  held.reset();
  run(keeper().stop(kPatience)).value();
  EXPECT_TRUE(hold_name(host_name() + "_2"));
  run(keeper().start(release("1.1.0"), kPatience)).value();
  EXPECT_EQ(get("/name"), host_name());
}

TEST_F(Home, TheOldOneGoesOnWhenTheNewOneDoesNotStart) {
  run(keeper().start(release("1.0.0"), kPatience)).value();
  EXPECT_THAT(run(keeper().hand_over(release("1.1.0", "die"), kPatience)).error().message, HasSubstr("ended with 3"));
  EXPECT_THAT(run(keeper().hand_over(release("1.2.0", "hang"), seconds(1))).error().message,
              HasSubstr("1.2.0 was not ready within 1 s"));
  EXPECT_EQ(get("/"), "1.0.0");
  const auto health = run(keeper().health());
  EXPECT_TRUE(health.ready);
  EXPECT_EQ(health.ends, 0u);
}

TEST_F(Home, AServerThatIsKilledDuringAHandOverComesBack) {
  run(keeper().start(release("1.0.0"), kPatience)).value();
  auto handing =
      std::async(std::launch::async, [&] { return run(keeper().hand_over(release("1.1.0", "hang"), kPatience)); });
  const auto hanging = await_number("hangs: ");
  get("/die");
  wait_for([](const Health& now) { return now.ends == 1 && now.ready; });
  ASSERT_EQ(::kill(hanging, SIGKILL), 0);
  EXPECT_FALSE(handing.get());
  EXPECT_EQ(get("/"), "1.0.0");
}

TEST_F(Home, ConnectionsWaitWhileNoServerRuns) {
  run(keeper().start(release("1.0.0"), kPatience)).value();
  run(keeper().stop(kPatience)).value();
  EXPECT_FALSE(run(keeper().health()).ready);
  auto waiting = std::async(std::launch::async, [&] { return get("/"); });
  run(keeper().start(release("1.1.0"), kPatience)).value();
  EXPECT_EQ(waiting.get(), "1.1.0");
}

TEST_F(Home, StaysWhatItIsWhenTheNewProgramCannotTakeOver) {
  run(keeper().start(release("1.0.0"), kPatience)).value();
  const auto failed = run(keeper().become(release("1.1.0", "die"), {"agent"}, {})).error();
  EXPECT_THAT(failed.message, HasSubstr("cannot take this process over"));
  EXPECT_EQ(get("/"), "1.0.0");
}

TEST_F(Home, TheAgentBecomesTheNewOneWhileItsServerGoesOnAndItsEndEndsTheServer) {
  const auto one = release("1.0.0"), two = release("1.1.0");
  const auto wait_for_file = [&](const std::string& name) {
    std::string line;
    while (line.empty()) {
      EXPECT_FALSE(fs::exists(folder_ / "fault"));
      std::ifstream file(folder_ / name);
      std::getline(file, line);
      std::this_thread::sleep_for(milliseconds(5));
    }
    return static_cast<std::uint16_t>(std::stoi(line));
  };
  const std::string program = (one / "bin/rapt").string();
  const pid_t agent = fork();
  if (agent == 0) {
    execl(program.c_str(), program.c_str(), "agent", nullptr);
    _exit(127);
  }
  const auto port = wait_for_file("port-of-1.0.0");
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (int i = 0; i < 4; ++i) visitors.push_back(std::make_unique<Visitor>(port, i % 2 == 0));
  for (const auto& visitor : visitors) visitor->wait_for_more(5);
  std::ofstream(folder_ / "go-on") << "now\n";
  EXPECT_EQ(wait_for_file("port-of-1.1.0"), port);
  for (const auto& visitor : visitors) visitor->wait_for_more(5);
  for (const auto& visitor : visitors) EXPECT_EQ(visitor->failed, 0);
  visitors.clear();
  EXPECT_EQ(waitpid(agent, nullptr, WNOHANG), 0) << "the process is the same";
  kill(agent, SIGKILL);
  waitpid(agent, nullptr, 0);
  // Nobody holds the port any more, and who comes next gets it.
  auto next = options();
  next.port = port;
  keeper_ = make_keeper(loop_.executor(), std::move(next));
  run(keeper().start(one, kPatience)).value();
  EXPECT_EQ(get("/"), "1.0.0");
}

TEST(Inheritance, OfWhatCannotBeIsRefused) {
  EXPECT_FALSE(take_inheritance().value());
  const std::string self = std::to_string(getpid());
  for (const std::string& text :
       {std::string("2 3 4 5 6 1 /r"), std::string("1 3 4"), "1 700 701 702 " + self + " 1 /r",
        "1 3 3 3 " + self + " 1 /r", std::string("1 3 4 5 6 9 /r"), std::string("x")}) {
    setenv("RAPT_AGENT_HANDED", text.c_str(), 1);
    EXPECT_FALSE(take_inheritance()) << text;
    EXPECT_EQ(std::getenv("RAPT_AGENT_HANDED"), nullptr);
  }
}

}  // namespace
}  // namespace rapt::agent
