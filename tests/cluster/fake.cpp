// SPDX-License-Identifier: AGPL-3.0-or-later
#include "fake.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::testing {
namespace {

using nlohmann::json;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    out = UniqueFd(ends[0]);
    in = UniqueFd(ends[1]);
  }
  UniqueFd out, in;
};

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "rapt-cluster-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
  return name;
}

Task<void> note_the_end(const std::function<Task<void>()>& work, std::atomic<bool>& ended) {
  co_await work();
  ended = true;
}

}  // namespace

Fake::Fake(const std::string& script) : folder_(new_folder()) {
  Pipe commands, answers;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, commands.out.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, answers.in.get(), STDOUT_FILENO);
  const char* named = std::getenv("RAPT_NODE");
  std::string node = named != nullptr ? named : "node", file = RAPT_CLUSTER_DIR "/" + script, where = folder_.string();
  std::array<char*, 4> words{node.data(), file.data(), where.data(), nullptr};
  const int failed = ::posix_spawnp(&process_, node.c_str(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("node did not start; RAPT_NODE names it where it is not on the path");
  to_ = std::move(commands.in);
  from_ = std::move(answers.out);
  answers.in.reset();
  url_ = json::parse(line()).at("url").get<std::string>();
}

Fake::~Fake() {
  to_.reset();
  if (process_ > 0) ::waitpid(process_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Fake::line() {
  for (;;) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      std::string out = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return out;
    }
    std::array<char, 4096> piece{};
    const auto got = ::read(from_.get(), piece.data(), piece.size());
    if (got <= 0) throw std::runtime_error("the server of the test has ended");
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
  }
}

json Fake::tell(const std::string& command, json arguments) {
  arguments["command"] = command;
  const std::string text = arguments.dump() + "\n";
  if (::write(to_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("the server of the test has ended");
  json out = json::parse(line());
  if (out.contains("error")) throw std::runtime_error(out["error"].get<std::string>());
  return out;
}

Task<void> Notes::at(Phase phase, std::string detail) {
  if (phases.empty() || phases.back() != phase) phases.push_back(phase);
  last = std::move(detail);
  co_return;
}

bool run_or_kill(Fake& fake, const std::function<Task<void>()>& work) {
  std::atomic<bool> ended = false;
  std::optional<runtime::Runtime> loop(std::in_place, 1);
  // On a lane: there the client's transfers are the loop's own, and go with it.
  boost::asio::co_spawn(loop->lane(), note_the_end(work, ended), boost::asio::detached);
  std::thread thread([&] { loop->run(); });
  const bool told = comes_true([&] { return ended || fake.tell("state")["hanging"].get<bool>(); });
  loop->stop();
  thread.join();
  loop.reset();
  if (!told) throw std::runtime_error("neither an end nor a request that hangs");
  return ended;
}

bool comes_true(const std::function<bool()>& said) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!said()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace rapt::agent::testing
