// SPDX-License-Identifier: AGPL-3.0-or-later
// The manifest comes first and says in which order which files follow; every header is compared with the one that
// pack() would have written. So there is no header that has to be understood, but for the sentence that refuses it.
#include "reader.hpp"

#include <algorithm>
#include <optional>

#include "gzip.hpp"
#include "paths.hpp"
#include "rapt/base/text.hpp"
#include "rapt/security/sha256.hpp"
#include "ustar.hpp"

namespace rapt::release {
namespace {

constexpr std::size_t kReadPiece = std::size_t{128} << 10;

Error refuse_entry(const Block& header, const std::string& why) {
  return refuse("The archive's entry " + printable(path_in(header), 200) + " is refused: " + why + ".");
}

bool is_end(const Block& block) {
  return std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; });
}

/// What is wrong with a header that is not the expected one.
Error difference(const Block& found, const std::string& expected, std::uint64_t bytes) {
  if (is_end(found)) return refuse("The archive ends before " + printable(expected) + ", which its manifest lists.");
  const auto path = path_in(found);
  if (const auto kind = kind_in(found); !kind.empty())
    return refuse_entry(found, "it is " + std::string(kind) + ", and only files may be in a release");
  if (!is_utf8(path)) return refuse_entry(found, "its name is not UTF-8");
  if (path != expected) return refuse_entry(found, "by the manifest, " + printable(expected) + " is what comes here");
  if (size_in(found) != bytes)
    return refuse_entry(found, "it has not the " + std::to_string(bytes) + " bytes that the manifest says");
  return refuse_entry(found, "mode, owner or time in its header are not those of a release");
}

class Walk {
 public:
  Walk(GzipReader& in, FileSink& sink, const Progress& progress) : in_(in), sink_(sink), progress_(progress) {}

  Result<Manifest> run() {
    auto manifest = read_manifest();
    if (!manifest) return manifest;
    folder_ = folder_name(*manifest) + "/";
    for (const auto& file : manifest->files) RAPT_TRY(read_entry(file, manifest->built_at));
    RAPT_TRY(read_end());
    return manifest;
  }

 private:
  Result<void> tell() const {
    if (progress_ && !progress_(in_.done(), in_.total())) return cancelled();
    return {};
  }

  Result<void> skip_padding(std::uint64_t bytes, std::string_view path) {
    std::array<char, kBlock> zeros{};
    const auto size = padding_of(bytes);
    RAPT_TRY(in_.read(zeros.data(), size));
    if (std::any_of(zeros.begin(), zeros.end(), [](char c) { return c != '\0'; }))
      return refuse("The archive hides bytes behind " + printable(path) + ".");
    return {};
  }

  Result<Manifest> read_manifest() {
    Block header{};
    RAPT_TRY(in_.read(header.data(), header.size()));
    const auto path = path_in(header);
    const auto size = size_in(header);
    if (is_end(header) || !kind_in(header).empty() || !path.ends_with("/" + std::string(kManifestFile)))
      return refuse_entry(header, "an archive of a release begins with its release.json");
    if (!size || *size > kMaxManifestBytes) return refuse_entry(header, "it is larger than a release.json may be");
    std::string text(static_cast<std::size_t>(*size), '\0');
    RAPT_TRY(in_.read(text.data(), text.size()));
    RAPT_TRY(skip_padding(text.size(), path));
    auto manifest = parse(text);
    if (!manifest) return manifest;
    const auto expected = folder_name(*manifest) + "/" + std::string(kManifestFile);
    if (header_of(expected, text.size(), false, manifest->built_at) != header)
      return difference(header, expected, text.size());
    if (manifest->core_migrations != count_core_migrations(manifest->files))
      return refuse("release.json: core_migrations is not the highest number below migrations/core.");
    RAPT_TRY(sink_.manifest(*manifest, text));
    return manifest;
  }

  Result<void> read_entry(const File& file, TimePoint built_at) {
    Block header{};
    RAPT_TRY(in_.read(header.data(), header.size()));
    const auto path = folder_ + file.path;
    const auto expected = header_of(path, file.bytes, file.executable, built_at);
    if (!expected) return refuse("release.json: the path " + printable(file.path) + " is too long.");
    if (header != *expected) return difference(header, path, file.bytes);
    RAPT_TRY(sink_.begin(file));
    for (auto left = file.bytes; left > 0;) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kReadPiece));
      RAPT_TRY(in_.read(piece_.data(), size));
      const std::string_view bytes(piece_.data(), size);
      digest_.add(bytes);
      RAPT_TRY(sink_.piece(bytes));
      RAPT_TRY(tell());
      left -= size;
    }
    RAPT_TRY(skip_padding(file.bytes, file.path));
    if (digest_.finish() != file.sha256)
      return refuse("The archive's " + printable(file.path) + " has other bytes than its manifest says.");
    return sink_.end();
  }

  Result<void> read_end() {
    for (int i = 0; i < 2; ++i) {
      Block block{};
      RAPT_TRY(in_.read(block.data(), block.size()));
      if (!is_end(block)) return refuse_entry(block, "the manifest does not list it");
    }
    RAPT_TRY(in_.expect_end());
    return tell();
  }

  GzipReader& in_;
  FileSink& sink_;
  const Progress& progress_;
  std::string folder_{};
  std::string piece_ = std::string(kReadPiece, '\0');
  security::Sha256 digest_{};
};

}  // namespace

Result<Manifest> read_archive(const std::filesystem::path& archive, FileSink& sink, const Progress& progress) {
  const auto in = GzipReader::open(archive);
  if (!in) return in.error();
  return Walk(**in, sink, progress).run();
}

}  // namespace rapt::release
