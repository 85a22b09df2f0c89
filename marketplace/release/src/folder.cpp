// SPDX-License-Identifier: AGPL-3.0-or-later
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gzip.hpp"
#include "paths.hpp"
#include "rapt/base/text.hpp"
#include "rapt/release/archive.hpp"
#include "rapt/security/sha256.hpp"

namespace rapt::release {
namespace {

namespace fs = std::filesystem;

Error spoiled(const fs::path& path, const std::string& why) {
  return refuse(printable(path.string(), 500) + " " + why + ": this release is spoiled. Unpack it again.");
}

Result<void> compare(const fs::path& path, const File& file) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0)
    return spoiled(path, std::string("cannot be read: ") + std::strerror(errno));
  if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != file.bytes)
    return spoiled(path, "is not what it was");
  if (((status.st_mode & S_IXUSR) != 0) != file.executable) return spoiled(path, "has another mode than it had");
  const auto digest = security::digest_of_file(path);
  if (!digest) return spoiled(path, "cannot be read");
  if (digest->sha256 != file.sha256) return spoiled(path, "has other bytes than it had");
  return {};
}

Result<void> compare_all(const fs::path& folder, const Manifest& manifest) {
  for (const auto& file : manifest.files) RAPT_TRY(compare(folder / file.path, file));
  std::size_t found = 0;
  std::error_code failure;
  for (fs::recursive_directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure))
    found += at->is_directory(failure) && !at->is_symlink(failure) ? 0 : 1;
  if (failure) return spoiled(folder, "cannot be read: " + failure.message());
  if (found != manifest.files.size() + 1) return spoiled(folder, "holds more files than it should");
  return {};
}

}  // namespace

Result<Manifest> read_folder(const fs::path& folder, bool thorough) {
  const auto text = read_file(folder / kManifestFile, kMaxManifestBytes);
  if (!text) return text.error();
  auto manifest = parse(*text);
  if (manifest && thorough) RAPT_TRY(compare_all(folder, *manifest));
  return manifest;
}

}  // namespace rapt::release
