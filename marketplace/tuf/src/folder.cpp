// SPDX-License-Identifier: AGPL-3.0-or-later
#include "folder.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "rapt/base/text.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::tuf {
namespace {

constexpr std::size_t kMaxFileBytes = 64u << 20;
constexpr std::string_view kNote = ".complete";
constexpr std::size_t kMaxNameBytes = 200;  // a file system takes 255, and a temporary file's name is longer

Error away(const std::filesystem::path& path, const std::string& doing, const std::string& why) {
  return Error::unavailable("update metadata", "Cannot " + doing + " " + printable(path.native(), 500) + ": " + why +
                                                   " Check the folder's rights and the free space, then try again.");
}

Result<std::optional<std::string>> read_at(const std::filesystem::path& file) {
  std::error_code fault;
  if (!std::filesystem::exists(file, fault)) {
    if (fault) return away(file, "look for", fault.message() + ".");
    return std::optional<std::string>();
  }
  auto bytes = read_file(file, kMaxFileBytes);
  if (!bytes) return away(file, "read", bytes.error().message);
  return std::optional<std::string>(std::move(*bytes));
}

Result<void> write_at(const std::filesystem::path& file, std::string_view bytes) {
  const auto written = write_file_atomically(file, bytes);
  return written ? Result<void>() : Result<void>(away(file, "write", written.error().message));
}

}  // namespace

std::string quoted_name(std::string_view role) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : role) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
        std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::filesystem::path Folder::file_of(std::string_view role) const {
  auto name = quoted_name(role);
  if (name.size() > kMaxNameBytes) name = "%long-" + security::hex(security::sha256(role));
  return path_ / (name + ".json");
}

Result<std::optional<std::string>> Folder::read(std::string_view role) const {
  return read_at(file_of(role));
}

Result<void> Folder::write(std::string_view role, std::string_view bytes) const {
  return write_at(file_of(role), bytes);
}

Result<std::string> Folder::read_note() const {
  auto text = read_at(path_ / kNote);
  if (!text) return text.error();
  return std::move(*text).value_or("");
}

Result<void> Folder::write_note(std::string_view text) const {
  return write_at(path_ / kNote, text);
}

Result<void> Folder::remove(std::string_view role) const {
  std::error_code fault;
  std::filesystem::remove(file_of(role), fault);
  return fault ? Result<void>(away(file_of(role), "remove", fault.message() + ".")) : Result<void>();
}

Result<void> Folder::clear() const {
  std::error_code fault;
  for (std::filesystem::directory_iterator entry(path_, fault), end; !fault && entry != end; entry.increment(fault)) {
    const auto file = entry->path();
    if (file.extension() != ".json") continue;
    std::filesystem::remove(file, fault);
    if (fault) break;
  }
  return fault ? Result<void>(away(path_, "clear", fault.message() + ".")) : Result<void>();
}

Result<std::optional<UniqueFd>> Folder::try_lock() const {
  std::error_code fault;
  std::filesystem::create_directories(path_, fault);
  if (fault) return away(path_, "create", fault.message() + ".");
  const auto file = path_ / ".lock";
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return away(file, "open", std::string(std::strerror(errno)) + ".");
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return std::optional<UniqueFd>(std::move(fd));
  if (errno == EWOULDBLOCK || errno == EINTR) return std::optional<UniqueFd>();
  return away(file, "lock", std::string(std::strerror(errno)) + ".");
}

}  // namespace rapt::tuf
