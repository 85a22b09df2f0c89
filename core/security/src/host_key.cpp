// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/host_key.hpp"

#include <system_error>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::security {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxKeyBytes = 4096;

Error unusable(const fs::path& path, const std::string& why) {
  Error error;
  error.kind = ErrorKind::kInvalid;
  error.message = "The key " + printable(path.native(), 1000) + " cannot be used: " + why;
  return error;
}

/// A link, unlike a rename, does not replace the key that another host has made meanwhile.
Result<void> make_key(const fs::path& path) {
  const fs::path fresh = path.native() + "." + new_uuid();
  std::error_code fault;
  fs::create_directories(path.parent_path(), fault);
  if (fault) return unusable(path, "its folder cannot be made (" + fault.message() + ").");
  RAPT_TRY(write_file_atomically(fresh, random_bytes(kHostKeyBytes), 0600));
  fs::create_hard_link(fresh, path, fault);
  std::error_code ignored;  // what is left behind is a key that nobody uses
  fs::remove(fresh, ignored);
  if (fault && fault != std::errc::file_exists) return unusable(path, "it cannot be made (" + fault.message() + ").");
  return {};
}

}  // namespace

Result<std::string> host_key(const fs::path& path) {
  std::error_code fault;
  const auto there = fs::status(path, fault);
  if (there.type() == fs::file_type::not_found) RAPT_TRY(make_key(path));
  auto key = read_file(path, kMaxKeyBytes);
  if (!key) return unusable(path, key.error().message + ". Let this host's user read it.");
  if (key->size() < kHostKeyBytes) {
    return unusable(path, "it holds " + std::to_string(key->size()) + " bytes instead of at least " +
                              std::to_string(kHostKeyBytes) +
                              ". Put the backup back: what was made with it is lost otherwise.");
  }
  return key;
}

Result<HostKeys> host_keys(const fs::path& folder) {
  auto pseudonyms = host_key(folder / "pseudonym.key");
  if (!pseudonyms) return pseudonyms.error();
  auto secrets = host_key(folder / "secrets.key");
  if (!secrets) return secrets.error();
  return HostKeys{std::move(*pseudonyms), std::move(*secrets)};
}

}  // namespace rapt::security
