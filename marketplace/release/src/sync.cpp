// SPDX-License-Identifier: AGPL-3.0-or-later
#include "sync.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "gzip.hpp"
#include "rapt/base/file.hpp"

namespace rapt::release {

Result<void> sync_folder(const std::filesystem::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return disk_error(folder, errno, 0);
  return {};
}

Result<void> move_into_place(const std::filesystem::path& part, const std::filesystem::path& to) {
  if (::rename(part.c_str(), to.c_str()) != 0) return disk_error(to, errno, 0);
  return sync_folder(to.has_parent_path() ? to.parent_path() : std::filesystem::path("."));
}

}  // namespace rapt::release
