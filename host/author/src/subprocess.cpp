// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/subprocess.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "rapt/base/file.hpp"

namespace rapt::author {
namespace {

constexpr std::size_t kKept = std::size_t{256} << 10;

/// What a child is started with: nothing to read, and one pipe for all that it says.
class Streams {
 public:
  explicit Streams(int to) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, to, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, to, STDERR_FILENO);
  }
  ~Streams() { posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::string read_all(int from) {
  std::string out;
  std::array<char, 16384> piece;
  for (;;) {
    const ssize_t got = read(from, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(got));
    if (out.size() > 2 * kKept) out.erase(0, out.size() - kKept);
  }
}

}  // namespace

Result<Finished> run_program(const std::vector<std::string>& words) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Error::internal(std::string("pipe2: ") + std::strerror(errno));
  const UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const Streams streams(to.get());
  pid_t pid = -1;
  const int failure = posix_spawnp(&pid, arguments[0], streams.get(), nullptr, arguments.data(), environ);
  if (failure != 0)
    return Error::unavailable(words[0],
                              "The program " + words[0] + " cannot be started: " + std::strerror(failure) + ".");
  to.reset();
  Finished done{.output = read_all(from.get())};
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  done.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return done;
}

std::optional<std::string> find_program(const std::vector<std::string>& names, std::string_view path_variable) {
  for (const auto& name : names) {
    if (name.empty()) continue;
    if (name.find('/') != std::string::npos) {
      if (access(name.c_str(), X_OK) == 0) return name;
      continue;
    }
    for (std::string_view rest = path_variable; !rest.empty();) {
      const auto colon = rest.find(':');
      const auto path = std::string(rest.substr(0, colon)) + "/" + name;
      if (access(path.c_str(), X_OK) == 0) return path;
      rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
    }
  }
  return std::nullopt;
}

}  // namespace rapt::author
