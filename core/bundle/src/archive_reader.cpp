// SPDX-License-Identifier: AGPL-3.0-or-later
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <set>

#include "archive.hpp"
#include "archive_end.hpp"
#include "names.hpp"
#include "rapt/base/text.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10;

struct FreeReader {
  void operator()(::archive* handle) const { archive_read_free(handle); }
};
using Reader = std::unique_ptr<::archive, FreeReader>;

std::string_view reason(::archive* handle) {
  const char* text = archive_error_string(handle);
  return text == nullptr ? "unreadable" : text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Error refuse_entry(std::string_view path, std::string_view why) {
  return refuse("The bundle's entry \"" + printable(path, 120) + "\" is refused: " + std::string(why) + ".");
}

/// The paths so far, as a file system that ignores case would see them.
class Paths {
 public:
  std::string_view fault_of_next(const std::string& path) {
    const auto folded = lower(path);
    if (folders_.contains(folded)) return "a folder of that name is there as well";
    if (!files_.insert(folded).second) return "it is there twice (case does not count)";
    for (auto slash = folded.find('/'); slash != std::string::npos; slash = folded.find('/', slash + 1)) {
      const auto folder = folded.substr(0, slash);
      if (files_.contains(folder)) return "it lies in something that is a file";
      folders_.insert(folder);
    }
    return "";
  }

 private:
  std::set<std::string> files_, folders_;
};

std::string_view kind_fault(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return "it is a hard link, and only regular files are allowed";
  if (archive_entry_filetype(entry) == AE_IFLNK) return "it is a symbolic link, and only regular files are allowed";
  if (archive_entry_filetype(entry) != AE_IFREG) return "only regular files are allowed (no folders, devices or pipes)";
  if (archive_entry_sparse_count(entry) > 0) return "it is a sparse file";
  const auto mode = archive_entry_perm(entry);
  if (mode != 0644 && mode != 0755) return "its mode must be 0644 or 0755";
  if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0) return "it has no size";
  return "";
}

/// Reads as far as the entry's own size, never further than `room`.
Result<std::string> read_content(::archive* handle, archive_entry* entry, const std::string& path, std::size_t room) {
  const auto size = static_cast<std::size_t>(archive_entry_size(entry));
  if (size > room)
    return refuse("The bundle unpacks to more than " + std::to_string(kMaxUnpackedBytes >> 20) + " MiB.");
  std::string out;
  while (out.size() < size) {
    const auto before = out.size();
    out.resize(std::min(size, before + kChunk));
    const auto got = archive_read_data(handle, out.data() + before, out.size() - before);
    if (got < 0) return refuse_entry(path, reason(handle));
    if (got == 0) return refuse_entry(path, "it ends early");
    out.resize(before + static_cast<std::size_t>(got));
  }
  return out;
}

Result<Reader> open(std::string_view bytes) {
  Reader handle(archive_read_new());
  if (!handle) throw std::bad_alloc();
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_format_tar(handle.get());
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return refuse("This is no bundle: " + printable(reason(handle.get())) + ".");
  }
  return handle;
}

std::string_view format_fault(::archive* handle) {
  if (archive_filter_count(handle) != 2 || archive_filter_code(handle, 0) != ARCHIVE_FILTER_ZSTD) {
    return "it must be compressed once, with zstd";
  }
  if (archive_format(handle) != ARCHIVE_FORMAT_TAR_USTAR) return "it must be a plain ustar archive, without extensions";
  return "";
}

Result<void> read_entry(::archive* handle, archive_entry* entry, Paths& paths, std::size_t& room,
                        std::map<std::string, File>& out) {
  const char* name = archive_entry_pathname(entry);
  const std::string path = name == nullptr ? "" : name;
  for (const auto fault : {path_fault(path), kind_fault(entry), paths.fault_of_next(path)}) {
    if (!fault.empty()) return refuse_entry(path, fault);
  }
  if (out.size() >= kMaxFiles) return refuse("The bundle holds more than " + std::to_string(kMaxFiles) + " files.");
  auto content = read_content(handle, entry, path, room);
  if (!content) return std::move(content).error();
  room -= content->size();
  out.emplace(path, File{archive_entry_perm(entry), std::move(*content)});
  return {};
}

/// Where the entry that was just read ends in the unpacked archive.
std::size_t end_of(::archive* handle, archive_entry* entry) {
  constexpr std::size_t kBlock = 512;
  const auto blocks = (static_cast<std::size_t>(archive_entry_size(entry)) + kBlock - 1) / kBlock;
  return static_cast<std::size_t>(archive_read_header_position(handle)) + (1 + blocks) * kBlock;
}

}  // namespace

Result<std::map<std::string, File>> read_archive(std::string_view bytes) {
  if (bytes.size() > kMaxBundleBytes)
    return refuse("The bundle is larger than " + std::to_string(kMaxBundleBytes >> 20) + " MiB.");
  auto handle = open(bytes);
  if (!handle) return std::move(handle).error();
  std::map<std::string, File> out;
  Paths paths;
  std::size_t room = kMaxUnpackedBytes;
  std::size_t end = 0;
  archive_entry* entry = nullptr;
  while (true) {
    const int status = archive_read_next_header(handle->get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK) return refuse("The bundle is damaged: " + printable(reason(handle->get())) + ".");
    if (const auto fault = format_fault(handle->get()); !fault.empty())
      return refuse("This is no bundle: " + std::string(fault) + ".");
    RAPT_TRY(read_entry(handle->get(), entry, paths, room, out));
    end = end_of(handle->get(), entry);
  }
  RAPT_TRY(check_one_frame(bytes));
  RAPT_TRY(check_tar_end(bytes, end));
  return out;
}

}  // namespace rapt::bundle
