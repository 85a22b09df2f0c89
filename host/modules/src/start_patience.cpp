// SPDX-License-Identifier: AGPL-3.0-or-later
#include "start_patience.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace rapt::host {

namespace {

/// Of a process with one thread, as a runner is (proc(5)).
struct Share {
  bool waits = false;  ///< for a processor, or for pages of its file
  std::chrono::nanoseconds had{0};
};

std::optional<Share> share_of(int pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream stat(folder + "/stat"), scheduled(folder + "/schedstat");
  const std::string line((std::istreambuf_iterator<char>(stat)), {});
  const auto behind_name = line.rfind(") ");  // the name may hold anything
  std::int64_t nanoseconds = 0;
  if (behind_name == std::string::npos || behind_name + 2 >= line.size() || !(scheduled >> nanoseconds))
    return std::nullopt;
  const char state = line[behind_name + 2];
  return Share{state == 'R' || state == 'D', std::chrono::nanoseconds(nanoseconds)};
}

}  // namespace

bool StartPatience::holds(int pid, Clock::time_point now) const {
  if (now >= last_) return false;
  if (pid == 0) return true;
  const auto share = share_of(pid);
  return share && share->waits && share->had < limit_ / 2;
}

}  // namespace rapt::host
