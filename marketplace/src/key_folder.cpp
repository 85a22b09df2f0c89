// SPDX-License-Identifier: AGPL-3.0-or-later
#include "key_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostKeyBytes = 4096;
constexpr unsigned kOthers = 077, kOthersWrite = 022;

std::string shown(const fs::path& path) {
  return printable(path.native(), 1000);
}

Error unusable(const fs::path& path, const std::string& why) {
  Error error;
  error.kind = ErrorKind::kInvalid;
  error.message = "The key " + shown(path) + " cannot be used: " + why;
  return error;
}

/// That nobody but its owner, who is this user or root, can read a secret.
Result<void> check_private(const fs::path& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return unusable(path, std::error_code(errno, std::generic_category()).message() + ".");
  if (!S_ISREG(about.st_mode)) return unusable(path, "it is no file.");
  if ((about.st_mode & kOthers) != 0)
    return unusable(path, "others may read it. Say `chmod 600 " + shown(path) + "`, and think about who has.");
  if (about.st_uid != ::geteuid() && about.st_uid != 0) return unusable(path, "it belongs to another user.");
  return {};
}

/// The one line that is no comment.
Result<std::string> line_of(const fs::path& path) {
  const auto text = read_file(path, kMostKeyBytes);
  if (!text) return unusable(path, text.error().message);
  std::string found;
  for (std::size_t begin = 0; begin < text->size();) {
    const auto end = std::min(text->find('\n', begin), text->size());
    const auto line = text->substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line.front() == '#') continue;
    if (!found.empty()) return unusable(path, "it holds more than one key.");
    found = line;
  }
  if (found.empty()) return unusable(path, "it is empty.");
  return found;
}

fs::path public_path(const fs::path& path) {
  auto out = path;
  return path.extension() == ".key" ? out.replace_extension(".pub") : fs::path(path.native() + ".pub");
}

}  // namespace

Result<security::PrivateKey> read_private_key(const fs::path& path) {
  RAPT_TRY(check_private(path));
  const auto line = line_of(path);
  if (!line) return line.error();
  auto key = security::PrivateKey::from_text(*line);
  if (!key) return unusable(path, "it is no Ed25519 key as `rapt-marketplace root keygen` writes it.");
  return key;
}

Result<security::PublicKey> read_public_key(const fs::path& path) {
  if (path.extension() == ".key") {
    const auto key = read_private_key(path);
    if (!key) return key.error();
    return key->public_key();
  }
  const auto line = line_of(path);
  if (!line) return line.error();
  auto key = security::PublicKey::from_text(*line);
  if (!key) return unusable(path, "it is no public Ed25519 key in base64url.");
  return key;
}

Result<security::PublicKey> make_key(const fs::path& path, std::string_view what_for) {
  const auto open = public_path(path);
  std::error_code failure;
  for (const auto& there : {path, open}) {
    if (fs::exists(fs::symlink_status(there, failure)))
      return Error::conflict(shown(there) + " exists already, and a key is never replaced. Choose another name.");
  }
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), failure);
  if (failure) return unusable(path, "its folder cannot be made: " + failure.message() + ".");
  const auto key = security::PrivateKey::generate();
  const auto about =
      "# " + std::string(what_for) + ", Ed25519, key " + tuf::id_of(tuf::key_of(key.public_key())) + "\n";
  RAPT_TRY(write_file_atomically(path, about + key.to_text() + "\n", 0600));
  RAPT_TRY(write_file_atomically(open, about + key.public_key().to_text() + "\n"));
  return key.public_key();
}

Result<std::shared_ptr<KeyFolder>> KeyFolder::open(fs::path folder) {
  std::shared_ptr<KeyFolder> out(new KeyFolder(std::move(folder)));
  RAPT_TRY(out->read());
  if (out->keys_.empty()) {
    return Error::invalid("",
                          "The folder of keys " + shown(out->folder_) +
                              " holds no *.key. Put the online keys there: timestamp, snapshot, community, registry.");
  }
  return out;
}

Result<void> KeyFolder::read() {
  struct stat about {};
  if (::stat(folder_.c_str(), &about) != 0 || !S_ISDIR(about.st_mode))
    return Error::invalid("", "The folder of keys " + shown(folder_) + " is not there.");
  if ((about.st_mode & kOthersWrite) != 0)
    return Error::invalid("", "Others may write to the folder of keys " + shown(folder_) + ". Say `chmod 700` to it.");
  std::error_code failure;
  for (fs::directory_iterator entry(folder_, failure), end; !failure && entry != end; entry.increment(failure)) {
    if (entry->path().extension() != ".key") continue;
    auto key = read_private_key(entry->path());
    if (!key) return key.error();
    auto held = std::make_shared<const security::PrivateKey>(std::move(*key));
    keys_[tuf::id_of(tuf::key_of(held->public_key()))] = std::move(held);
  }
  if (failure)
    return Error::invalid("", "The folder of keys " + shown(folder_) + " cannot be read: " + failure.message() + ".");
  return {};
}

Result<KeyFolder::Held> KeyFolder::of(std::string_view role_name, const tuf::Role& role) {
  const std::lock_guard lock(mutex_);
  std::string missing;
  for (int tries = 0; tries < 2; ++tries) {
    if (tries == 1) RAPT_TRY(read());
    Held out;
    for (const auto& id : role.key_ids) {
      const auto key = keys_.find(id);
      if (key == keys_.end()) {
        missing = id;
      } else if (out.size() < static_cast<std::size_t>(role.threshold)) {
        out.push_back(key->second);
      }
    }
    if (out.size() == static_cast<std::size_t>(role.threshold)) return out;
  }
  return Error::invalid("", "The folder of keys " + shown(folder_) + " lacks the key of the role " +
                                std::string(role_name) + " that the metadata names, " +
                                printable(missing.substr(0, 16)) + ". Put its file there.");
}

}  // namespace rapt::marketplace
