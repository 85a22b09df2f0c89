// SPDX-License-Identifier: AGPL-3.0-or-later
#include <sys/stat.h>

#include <sstream>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "release_commands.hpp"

namespace rapt::cli {

Result<security::PrivateKey> load_releases_key(const std::string& path) {
  const auto unusable = [&](const std::string& why) {
    return Error::invalid("key", printable(path, 500) + " is no key to sign releases with: " + why + ".");
  };
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
    return unusable("others may read it. Say `chmod 600` of it, and think about who has");
  auto text = read_file(path, 4096);
  if (!text) return unusable(text.error().message);
  std::istringstream lines(*text);
  std::string key;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (!key.empty()) return unusable("it holds more than one");
    key = line;
  }
  auto read = security::PrivateKey::from_text(key);
  text->assign(text->size(), '\0');
  key.assign(key.size(), '\0');
  if (!read) return unusable("`rapt-marketplace root keygen releases.key --for releases` makes one");
  return read;
}

}  // namespace rapt::cli
