// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ceremony_folder.hpp"

#include <charconv>

#include "ceremony.hpp"
#include "key_folder.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 16 * 1024 * 1024;

std::string shown_path(const fs::path& path) {
  return printable(path.native(), 1000);
}

/// 0 when the folder has none.
Result<std::int64_t> newest_version(const fs::path& folder, std::string_view role) {
  std::int64_t newest = 0;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
    if (const auto named = role_of_file(entry->path()); named && named->second == role)
      newest = std::max(newest, named->first);
  }
  if (failure)
    return Error::invalid("", "The folder " + shown_path(folder) + " cannot be read: " + failure.message() + ".");
  return newest;
}

template <class Signed, class Parse>
Result<std::optional<Signed>> newest(const fs::path& folder, std::string_view role, Parse parse) {
  const auto version = newest_version(folder, role);
  if (!version) return version.error();
  if (*version == 0) return std::optional<Signed>();
  const auto path = document_path(folder, role, *version);
  const auto file = read_document(path);
  if (!file) return file.error();
  auto read = parse(*file);
  if (!read) return Error::invalid(shown_path(path), read.error().message);
  return std::optional<Signed>(std::move(*read));
}

}  // namespace

Result<std::pair<std::int64_t, std::string>> role_of_file(const fs::path& path) {
  const auto name = path.filename().native();
  std::int64_t version = 0;
  const auto [rest, fault] = std::from_chars(name.data(), name.data() + name.size(), version);
  const std::string_view tail(rest, static_cast<std::size_t>(name.data() + name.size() - rest));
  for (const std::string_view role : {std::string_view("root"), std::string_view("targets"), kReleasesRole}) {
    if (fault == std::errc() && version >= 1 && tail == "." + std::string(role) + ".json")
      return std::pair(version, std::string(role));
  }
  return Error::invalid(shown_path(path),
                        "It is not called as documents of ceremonies are: 1.root.json, 1.targets.json.");
}

Result<std::string> read_document(const fs::path& path) {
  return read_file(path, kMostBytes);
}

fs::path document_path(const fs::path& folder, std::string_view role, std::int64_t version) {
  return folder / (std::to_string(version) + "." + std::string(role) + ".json");
}

Result<std::optional<SignedRoot>> newest_root(const fs::path& folder) {
  return newest<SignedRoot>(folder, "root", tuf::parse_root);
}

Result<std::optional<SignedTargets>> newest_targets(const fs::path& folder, std::string_view role) {
  return newest<SignedTargets>(folder, role, tuf::parse_targets);
}

Result<void> write_new(const fs::path& path, std::string_view file) {
  std::error_code failure;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), failure);
  if (failure) return Error::invalid(shown_path(path), "Its folder cannot be made: " + failure.message() + ".");
  if (fs::exists(fs::symlink_status(path, failure)))
    return Error::conflict(shown_path(path) +
                           " is there already. A version is made once; move it away if nobody has signed it.");
  return write_file_atomically(path, file);
}

}  // namespace rapt::marketplace
