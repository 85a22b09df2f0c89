// SPDX-License-Identifier: AGPL-3.0-or-later
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "gzip.hpp"
#include "paths.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/release/archive.hpp"
#include "rapt/security/sha256.hpp"
#include "sync.hpp"
#include "ustar.hpp"

namespace rapt::release {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kNeeded{"bin/rapt", "bin/rapt-runner", "bin/rapt-marketplace",
                                                  "LICENSE",  "CHANGELOG.md",    "sbom.json"};

Result<void> add_entry(const fs::directory_entry& entry, const fs::path& folder, std::vector<File>& out) {
  const auto path = entry.path().lexically_relative(folder).generic_string();
  const auto status = entry.symlink_status();
  if (fs::is_directory(status)) return {};
  const auto refused = [&](const std::string& why) {
    return Error::invalid(printable(path, 300), why + ", and cannot be in a release.");
  };
  if (fs::is_symlink(status)) return refused("is a symbolic link");
  if (!fs::is_regular_file(status)) return refused("is no regular file");
  if (const auto fault = path_fault(path); !fault.empty()) return refused("has a path that " + std::string(fault));
  File file;
  file.path = path;
  file.executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
  out.push_back(std::move(file));
  if (out.size() > kMaxFiles) return refuse("There are more than " + std::to_string(kMaxFiles) + " files to pack.");
  return {};
}

Result<std::vector<File>> files_below(const fs::path& folder) {
  std::vector<File> out;
  std::error_code failure;
  // An entry that cannot be read is a failure, not something to leave out.
  for (fs::recursive_directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure))
    RAPT_TRY(add_entry(*at, folder, out));
  if (failure) return refuse(printable(folder.string(), 500) + " cannot be read: " + failure.message() + ".");
  std::sort(out.begin(), out.end(), [](const File& a, const File& b) { return a.path < b.path; });
  for (const auto needed : kNeeded) {
    const auto is_it = [&](const File& file) { return file.path == needed; };
    if (std::none_of(out.begin(), out.end(), is_it))
      return Error::invalid(std::string(needed), "is missing below " + printable(folder.string(), 500) + ".");
  }
  return out;
}

/// Hands on all pieces of a file; how many bytes they were.
template <class Take>
Result<std::uint64_t> each_piece(const fs::path& path, Take take) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return refuse(printable(path.string(), 500) + " cannot be opened: " + std::strerror(errno) + ".");
  std::array<char, std::size_t{128} << 10> buffer{};
  for (std::uint64_t bytes = 0;;) {
    const auto got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(printable(path.string(), 500) + " cannot be read: " + std::strerror(errno) + ".");
    if (got == 0) return bytes;
    RAPT_TRY(take(std::string_view(buffer.data(), static_cast<std::size_t>(got))));
    bytes += static_cast<std::uint64_t>(got);
  }
}

Result<std::uint64_t> measure(const fs::path& folder, std::vector<File>& files) {
  std::uint64_t total = 0;
  for (auto& file : files) {
    security::Sha256 digest;
    const auto bytes = each_piece(folder / file.path, [&](std::string_view piece) -> Result<void> {
      digest.add(piece);
      return {};
    });
    if (!bytes) return bytes.error();
    file.bytes = *bytes;
    file.sha256 = digest.finish();
    total += *bytes;
  }
  if (total <= kMaxUnpackedBytes) return total;
  auto error = refuse("The files have more than " + std::to_string(kMaxUnpackedBytes >> 20U) + " MiB together.");
  error.kind = ErrorKind::kTooLarge;
  return error;
}

class Writer {
 public:
  Writer(fs::path to, int fd, const Progress& progress, std::uint64_t total)
      : to_(std::move(to)), gzip_(fd), progress_(progress), total_(total) {}

  Result<void> run(const fs::path& folder, const Manifest& manifest) {
    const auto name = folder_name(manifest) + "/", text = encode(manifest);
    RAPT_TRY(header(name + std::string(kManifestFile), text.size(), false, manifest.built_at));
    RAPT_TRY(write(text));
    RAPT_TRY(zeros(padding_of(text.size())));
    for (const auto& file : manifest.files) {
      RAPT_TRY(header(name + file.path, file.bytes, file.executable, manifest.built_at));
      RAPT_TRY(content(folder / file.path, file));
    }
    RAPT_TRY(zeros(2 * kBlock));
    return told(gzip_.finish());
  }

 private:
  Result<void> told(int fault) const {
    if (fault != 0) return disk_error(to_, fault, total_);
    return {};
  }
  Result<void> write(std::string_view bytes) { return told(gzip_.write(bytes)); }
  Result<void> zeros(std::size_t count) { return write(std::string(count, '\0')); }
  Result<void> header(const std::string& path, std::uint64_t bytes, bool executable, TimePoint built_at) {
    const auto block = header_of(path, bytes, executable, built_at);
    if (!block) return Error::invalid(printable(path, 300), "does not fit into an archive: its path is too long.");
    return write({block->data(), block->size()});
  }
  /// A file that changes while it is packed would make an archive that nobody can read.
  Result<void> content(const fs::path& path, const File& file) {
    security::Sha256 digest;
    const auto bytes = each_piece(path, [&](std::string_view piece) -> Result<void> {
      digest.add(piece);
      done_ += piece.size();
      if (progress_ && !progress_(done_, total_)) return cancelled();
      return write(piece);
    });
    if (!bytes) return bytes.error();
    if (*bytes != file.bytes || digest.finish() != file.sha256)
      return refuse(printable(path.string(), 500) + " was changed while it was packed. Pack again.");
    return zeros(padding_of(file.bytes));
  }

  const fs::path to_;
  GzipWriter gzip_;
  const Progress& progress_;
  const std::uint64_t total_;
  std::uint64_t done_ = 0;
};

Result<void> write_archive(const fs::path& folder, const Manifest& manifest, const fs::path& part,
                           const Progress& progress, std::uint64_t total) {
  const UniqueFd fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return disk_error(part, errno, total);
  RAPT_TRY(Writer(part, fd.get(), progress, total).run(folder, manifest));
  struct stat made {};
  if (::fsync(fd.get()) != 0 || ::fstat(fd.get(), &made) != 0) return disk_error(part, errno, total);
  if (static_cast<std::uint64_t>(made.st_size) > kMaxArchiveBytes) {
    auto error =
        refuse("The archive is larger than a release may be (" + std::to_string(kMaxArchiveBytes >> 20U) + " MiB).");
    error.kind = ErrorKind::kTooLarge;
    return error;
  }
  return {};
}

}  // namespace

Result<Manifest> pack(const fs::path& folder, Manifest manifest, const fs::path& to, const Progress& progress) {
  auto files = files_below(folder);
  if (!files) return files.error();
  const auto total = measure(folder, *files);
  if (!total) return total.error();
  manifest.files = std::move(*files);
  manifest.core_migrations = count_core_migrations(manifest.files);
  manifest.built_at = std::chrono::floor<std::chrono::milliseconds>(manifest.built_at);
  // What no reader would take is not made.
  if (const auto again = parse(encode(manifest)); !again) return again.error();
  auto part = to;
  part += ".part";
  auto written = write_archive(folder, manifest, part, progress, *total);
  if (written) written = move_into_place(part, to);
  std::error_code ignored;
  if (!written) fs::remove(part, ignored);
  if (!written) return written.error();
  return manifest;
}

}  // namespace rapt::release
