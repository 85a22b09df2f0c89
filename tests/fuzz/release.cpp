// SPDX-License-Identifier: AGPL-3.0-or-later
// The archive of a release. The first byte says whether the rest is the archive or the tar in it, which is packed here,
// so that the fuzzer need not get through gzip first.
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rapt/release/archive.hpp"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

std::string packed(std::string_view tar) {
  z_stream stream{};
  must(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, tar.size()) + 64, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(tar.data()));
  stream.avail_in = static_cast<uInt>(tar.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  must(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  must(deflateEnd(&stream) == Z_OK);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool is_tar = (data[0] & 1) != 0;
  const auto archive = is_tar ? packed(rest) : std::string(rest);
  static const int file = ::memfd_create("release", MFD_CLOEXEC);
  must(file >= 0 && ::ftruncate(file, 0) == 0);
  must(::pwrite(file, archive.data(), archive.size(), 0) == static_cast<ssize_t>(archive.size()));
  const auto manifest = rapt::release::inspect("/proc/self/fd/" + std::to_string(file));
  if (!manifest) return 0;
  // What was taken has one form alone, and stays within its folder.
  for (const auto& one : manifest->files)
    must(!one.path.starts_with('/') && one.path.find("..") != 0 && one.path.find("/../") == std::string::npos);
  must(rapt::release::parse(rapt::release::encode(*manifest)).has_value());
  if (is_tar) must(rest.size() % 512 == 0);
  return 0;
}
