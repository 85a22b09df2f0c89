// SPDX-License-Identifier: AGPL-3.0-or-later
// What is inside of an archive: the input is the tar, packed here, so that the fuzzer need not get through zstd first.
// The input's last byte says how many more bytes of it stand behind the frame; a bundle with any is refused.
#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/bundle/library.hpp"

namespace {

la_ssize_t append(archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

void must(bool holds) {
  if (!holds) std::abort();
}

std::string packed(std::string_view tar) {
  std::string out;
  const std::unique_ptr<archive, int (*)(archive*)> handle(archive_write_new(), archive_write_free);
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
  must(archive_write_set_format_raw(handle.get()) == ARCHIVE_OK &&
       archive_write_add_filter_zstd(handle.get()) == ARCHIVE_OK);
  must(archive_write_set_filter_option(handle.get(), "zstd", "compression-level", "1") == ARCHIVE_OK);
  must(archive_write_set_bytes_in_last_block(handle.get(), 1) == ARCHIVE_OK);
  must(archive_write_open(handle.get(), &out, nullptr, append, nullptr) == ARCHIVE_OK);
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  must(archive_write_header(handle.get(), entry.get()) == ARCHIVE_OK);
  must(archive_write_data(handle.get(), tar.data(), tar.size()) == static_cast<la_ssize_t>(tar.size()));
  must(archive_write_close(handle.get()) == ARCHIVE_OK);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view tar(reinterpret_cast<const char*>(data), size - 1);
  const auto behind = tar.substr(0, data[size - 1]);
  const auto bundle = rapt::bundle::read_bundle(packed(tar) + std::string(behind));
  if (!bundle) return 0;
  must(behind.empty());
  for (const auto& [path, file] : bundle->files) {
    must(!path.starts_with('/') && path.find("../") == std::string::npos);
    must(tar.find(file.bytes) != std::string_view::npos);
  }
  static_cast<void>(rapt::bundle::check_libraries(*bundle));
  return 0;
}
