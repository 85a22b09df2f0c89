// SPDX-License-Identifier: AGPL-3.0-or-later
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "gzip.hpp"
#include "paths.hpp"
#include "rapt/base/text.hpp"
#include "reader.hpp"
#include "sync.hpp"

namespace rapt::release {
namespace {

namespace fs = std::filesystem;

class Nothing final : public FileSink {
 public:
  Result<void> manifest(const Manifest&, std::string_view) override { return {}; }
  Result<void> begin(const File&) override { return {}; }
  Result<void> piece(std::string_view) override { return {}; }
  Result<void> end() override { return {}; }
};

/// Writes below a folder that is its own, so no name can lead out of it through a link.
class FolderSink final : public FileSink {
 public:
  explicit FolderSink(fs::path folder) : folder_(std::move(folder)) {}

  Result<void> manifest(const Manifest& manifest, std::string_view text) override {
    for (const auto& file : manifest.files) needed_ += file.bytes;
    RAPT_TRY(begin({std::string(kManifestFile), text.size(), "", false}));
    RAPT_TRY(piece(text));
    return end();
  }

  Result<void> begin(const File& file) override {
    path_ = folder_ / file.path;
    for (auto folder = path_.parent_path(); folders_.insert(folder).second && folder != folder_;)
      folder = folder.parent_path();
    std::error_code failure;
    fs::create_directories(path_.parent_path(), failure);
    if (failure) return disk_error(path_.parent_path(), failure.value(), needed_);
    fd_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd_ || ::fchmod(fd_.get(), file.executable ? 0555 : 0444) != 0) return disk_error(path_, errno, needed_);
    return {};
  }

  Result<void> piece(std::string_view bytes) override {
    if (const int fault = write_all(fd_.get(), bytes); fault != 0) return disk_error(path_, fault, needed_);
    return {};
  }

  Result<void> end() override {
    const bool synced = ::fsync(fd_.get()) == 0;
    const int fault = errno;
    fd_.reset();
    if (!synced) return disk_error(path_, fault, needed_);
    return {};
  }

  /// Every folder's names.
  [[nodiscard]] Result<void> sync() const {
    for (const auto& folder : folders_) RAPT_TRY(sync_folder(folder));
    return {};
  }

 private:
  const fs::path folder_;
  std::uint64_t needed_ = 0;
  fs::path path_{};
  UniqueFd fd_{};
  std::set<fs::path> folders_{};
};

Result<Manifest> unpack_into(const fs::path& archive, const fs::path& part, const Progress& progress) {
  std::error_code failure;
  fs::create_directories(part.parent_path(), failure);
  if (failure) return disk_error(part.parent_path(), failure.value(), 0);
  if (::mkdir(part.c_str(), 0755) != 0) return disk_error(part, errno, 0);
  FolderSink sink(part);
  auto manifest = read_archive(archive, sink, progress);
  if (!manifest) return manifest;
  RAPT_TRY(sink.sync());
  return manifest;
}

}  // namespace

Result<Manifest> inspect(const fs::path& archive, const Progress& progress) {
  Nothing sink;
  return read_archive(archive, sink, progress);
}

Result<Manifest> unpack(const fs::path& archive, const fs::path& into, const Progress& progress) {
  std::error_code failure;
  if (fs::symlink_status(into, failure).type() != fs::file_type::not_found)
    return Error::conflict(printable(into.string(), 500) + " is there already.");
  auto part = into;
  part += ".part";
  // Of one that was cut off.
  fs::remove_all(part, failure);
  if (failure) return disk_error(part, failure.value(), 0);
  auto manifest = unpack_into(archive, part, progress);
  if (manifest) {
    if (const auto moved = move_into_place(part, into); !moved) manifest = moved.error();
  }
  if (!manifest) fs::remove_all(part, failure);
  return manifest;
}

}  // namespace rapt::release
