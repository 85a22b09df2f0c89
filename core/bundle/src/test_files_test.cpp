// SPDX-License-Identifier: AGPL-3.0-or-later
// What the tests of this room share; a test source, so that the library does not hold it.
#include "test_files.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <stdexcept>

namespace rapt::bundle::testing {
namespace {

la_ssize_t append(::archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

void require(int status, ::archive* handle) {
  if (status != ARCHIVE_OK) throw std::runtime_error(archive_error_string(handle));
}

void set_format(::archive* handle, Format format) {
  switch (format) {
    case Format::kUstar:
      return require(archive_write_set_format_ustar(handle), handle);
    case Format::kPax:
      return require(archive_write_set_format_pax(handle), handle);
    case Format::kGnu:
      return require(archive_write_set_format_gnutar(handle), handle);
    case Format::kCpio:
      return require(archive_write_set_format_cpio_newc(handle), handle);
    case Format::kZip:
      return require(archive_write_set_format_zip(handle), handle);
  }
}

void set_filter(::archive* handle, Filter filter) {
  if (filter == Filter::kGzip) require(archive_write_add_filter_gzip(handle), handle);
  if (filter == Filter::kZstd || filter == Filter::kZstdTwice) require(archive_write_add_filter_zstd(handle), handle);
  if (filter == Filter::kZstdTwice) require(archive_write_add_filter_zstd(handle), handle);
}

void write_entry(::archive* handle, const RawEntry& raw, bool pax) {
  auto* entry = archive_entry_new();
  archive_entry_set_pathname(entry, raw.path.c_str());
  archive_entry_set_filetype(entry, raw.type);
  archive_entry_set_perm(entry, raw.mode);
  archive_entry_set_size(entry, static_cast<la_int64_t>(raw.bytes.size()));
  if (!raw.link.empty()) archive_entry_set_symlink(entry, raw.link.c_str());
  if (!raw.hard_link.empty()) archive_entry_set_hardlink(entry, raw.hard_link.c_str());
  // What only an extended header can hold, so that libarchive really writes one.
  if (pax) archive_entry_set_mtime(entry, 1, 500);
  require(archive_write_header(handle, entry), handle);
  if (!raw.bytes.empty()) archive_write_data(handle, raw.bytes.data(), raw.bytes.size());
  archive_entry_free(entry);
}

}  // namespace

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("not in the text: " + std::string(from));
  return text.replace(at, from.size(), to);
}

std::string sample_manifest() {
  return R"({
  "name": "sample", "version": "1.2.3", "title": "Sample", "description": "For tests.",
  "publisher": "tester", "license": "AGPL-3.0-or-later", "abi": "1.0",
  "hooks": [{"point": "chat:before_ai", "priority": 50, "timeout_ms": 300, "on_failure": "closed", "async": false},
            {"point": "chat:post_ai"}],
  "permissions": [{"name": "log", "reason": "To say what it did."}],
  "libraries": {")" +
         std::string(native_architecture()) + R"(": "lib/sample.so"},
  "memory_mb": 32
})";
}

std::string sample_sbom() {
  return R"({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT",
  "packages": [{"SPDXID": "SPDXRef-Package", "name": "sample", "versionInfo": "1.2.3"}]})";
}

std::map<std::string, File> sample_files() {
  return {{"manifest.json", {0644, sample_manifest()}}, {"lib/sample.so", {0755, "not really a library"}}};
}

std::string raw_archive(const std::vector<RawEntry>& entries, Format format, Filter filter) {
  std::string out;
  auto* handle = archive_write_new();
  set_format(handle, format);
  set_filter(handle, filter);
  require(archive_write_set_bytes_in_last_block(handle, 1), handle);
  require(archive_write_open(handle, &out, nullptr, append, nullptr), handle);
  for (const auto& entry : entries) write_entry(handle, entry, format == Format::kPax);
  require(archive_write_close(handle), handle);
  archive_write_free(handle);
  return out;
}

std::string compressed(std::string_view bytes) {
  std::string out;
  auto* handle = archive_write_new();
  require(archive_write_set_format_raw(handle), handle);
  require(archive_write_add_filter_zstd(handle), handle);
  require(archive_write_set_bytes_in_last_block(handle, 1), handle);
  require(archive_write_open(handle, &out, nullptr, append, nullptr), handle);
  auto* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  require(archive_write_header(handle, entry), handle);
  archive_write_data(handle, bytes.data(), bytes.size());
  archive_entry_free(entry);
  require(archive_write_close(handle), handle);
  archive_write_free(handle);
  return out;
}

std::string archive_with(const RawEntry& more) {
  return raw_archive({{"manifest.json", sample_manifest()}, {"lib/sample.so", "bytes"}, more});
}

}  // namespace rapt::bundle::testing
