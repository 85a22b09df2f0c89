// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/watcher.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rapt::author {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kQuiet{60};
constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW;

bool readable(int fd, std::chrono::milliseconds patience) {
  pollfd one{fd, POLLIN, 0};
  return poll(&one, 1, static_cast<int>(std::max<std::int64_t>(patience.count(), 0))) > 0;
}

bool is_hidden(const std::string& name) {
  return name.empty() || name.front() == '.';
}

}  // namespace

Result<Watcher> Watcher::open(const fs::path& folder, const fs::path& without) {
  UniqueFd inotify(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify)
    return Error::unavailable("inotify", std::string("Files cannot be watched: ") + std::strerror(errno) + ".");
  Watcher watcher(std::move(inotify), fs::absolute(without).lexically_normal());
  RAPT_TRY(watcher.add(fs::absolute(folder).lexically_normal()));
  return watcher;
}

Result<void> Watcher::add(const fs::path& folder) {
  if (folder == without_) return {};
  const int watch = inotify_add_watch(inotify_.get(), folder.c_str(), kEvents);
  if (watch < 0)
    return Error::unavailable("inotify", folder.string() + " cannot be watched: " + std::strerror(errno) + ".");
  folders_[watch] = folder;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (entry.symlink_status(failure).type() != fs::file_type::directory || is_hidden(entry.path().filename()))
      continue;
    RAPT_TRY(add(entry.path()));
  }
  return {};
}

/// Takes what has been told. True when some of it counts.
bool Watcher::take() {
  alignas(inotify_event) char buffer[16384];
  bool counts = false;
  for (;;) {
    const ssize_t got = read(inotify_.get(), buffer, sizeof buffer);
    if (got <= 0) return counts;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      inotify_event event;
      std::memcpy(&event, buffer + at, sizeof event);
      const std::string name = event.len == 0 ? "" : buffer + at + sizeof event;
      at += sizeof event + event.len;
      if (const auto folder = folders_.find(event.wd); folder != folders_.end() && (event.mask & IN_ISDIR) != 0) {
        // A folder that is gone again cannot be watched, and needs not be.
        const bool wanted = (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0 && !is_hidden(name);
        if (wanted && !add(folder->second / name)) continue;
        counts |= !is_hidden(name) && folder->second / name != without_;
      } else {
        counts |= (event.mask & (IN_CREATE | IN_IGNORED)) == 0 && !is_hidden(name);
      }
      counts |= (event.mask & IN_Q_OVERFLOW) != 0;
    }
  }
}

bool Watcher::wait(std::chrono::milliseconds patience) {
  const auto end = Steady::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Steady::now());
    if (!readable(inotify_.get(), left)) {
      if (left.count() <= 0) return false;
      continue;
    }
    if (!take()) continue;
    while (readable(inotify_.get(), kQuiet)) take();
    return true;
  }
}

}  // namespace rapt::author
