// SPDX-License-Identifier: AGPL-3.0-or-later
#include <archive.h>
#include <archive_entry.h>

#include <memory>

#include "archive.hpp"

namespace rapt::bundle {
namespace {

struct FreeWriter {
  void operator()(::archive* handle) const { archive_write_free(handle); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(::archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

Error failed(::archive* handle) {
  const char* text = archive_error_string(handle);
  return Error::internal(std::string("libarchive: ") + (text == nullptr ? "no reason given" : text));
}

bool write_file(::archive* handle, const std::string& path, const File& file) {
  std::unique_ptr<archive_entry, FreeWriter> entry(archive_entry_new());
  if (!entry) throw std::bad_alloc();
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), file.mode);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes.size()));
  archive_entry_set_mtime(entry.get(), 0, 0);
  archive_entry_set_uid(entry.get(), 0);
  archive_entry_set_gid(entry.get(), 0);
  return archive_write_header(handle, entry.get()) == ARCHIVE_OK &&
         archive_write_data(handle, file.bytes.data(), file.bytes.size()) ==
             static_cast<la_ssize_t>(file.bytes.size()) &&
         archive_write_finish_entry(handle) == ARCHIVE_OK;
}

}  // namespace

Result<std::string> write_archive(const std::map<std::string, File>& files) {
  std::string out;
  std::unique_ptr<::archive, FreeWriter> handle(archive_write_new());
  if (!handle) throw std::bad_alloc();
  if (archive_write_set_format_ustar(handle.get()) != ARCHIVE_OK ||
      archive_write_add_filter_zstd(handle.get()) != ARCHIVE_OK ||
      archive_write_set_filter_option(handle.get(), "zstd", "compression-level", "12") != ARCHIVE_OK ||
      archive_write_set_bytes_in_last_block(handle.get(), 1) != ARCHIVE_OK ||
      archive_write_open(handle.get(), &out, nullptr, append, nullptr) != ARCHIVE_OK) {
    return failed(handle.get());
  }
  for (const auto& [path, file] : files) {
    if (!write_file(handle.get(), path, file)) return failed(handle.get());
  }
  if (archive_write_close(handle.get()) != ARCHIVE_OK) return failed(handle.get());
  return out;
}

}  // namespace rapt::bundle
