// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/subject.hpp"

#include "rapt/base/file.hpp"
#include "rapt/bundle/library.hpp"

namespace rapt::author {

namespace fs = std::filesystem;

namespace {

Result<Subject> read_archive(const std::string& archive) {
  auto read = bundle::read_bundle(archive);
  if (!read) return read.error();
  if (read->library() == nullptr)
    return Error::invalid("libraries",
                          "It has no library for this machine, " + std::string(bundle::native_architecture()) + ".");
  RAPT_TRY(bundle::check_papers(*read));
  RAPT_TRY(bundle::check_libraries(*read));
  auto encoded = bundle::encode_bundle(read->files, read->manifest.publisher, nullptr);
  if (!encoded) return encoded.error();
  return Subject{std::move(*read), std::move(*encoded)};
}

}  // namespace

Result<Subject> read_subject(const fs::path& path) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) {
    const auto archive = read_file(path, bundle::kMaxBundleBytes);
    if (!archive) return archive.error();
    return read_archive(*archive);
  }
  const auto packed = bundle::pack_bundle(path, nullptr);
  if (!packed) return packed.error();
  return read_archive(*packed);
}

}  // namespace rapt::author
