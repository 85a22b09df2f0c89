// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/release/source.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "gzip.hpp"
#include "rapt/security/sha256.hpp"
#include "reader.hpp"
#include "ustar.hpp"

namespace rapt::release {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHerokuFile = "deploy/heroku/heroku.yml", kDockerfile = "deploy/docker/Dockerfile";
constexpr std::size_t kMaxKept = std::size_t{64} << 10;
constexpr std::string_view kVersionMark = "@VERSION@";

/// Every file under its own path, and at the end those by which Heroku builds.
class SourceSink final : public FileSink {
 public:
  SourceSink(fs::path to, int fd) : to_(std::move(to)), gzip_(fd) {}

  Result<void> manifest(const Manifest& manifest, std::string_view text) override {
    built_at_ = manifest.built_at;
    version_ = manifest.version;
    return whole(std::string(kManifestFile), text);
  }
  Result<void> begin(const File& file) override {
    kept_ = file.path == kHerokuFile ? &heroku_ : file.path == kDockerfile ? &dockerfile_ : nullptr;
    padding_ = padding_of(file.bytes);
    if (kept_ != nullptr && file.bytes > kMaxKept) return refuse("The release's " + file.path + " is too large.");
    return header(file.path, file.bytes, file.executable);
  }
  Result<void> piece(std::string_view bytes) override {
    if (kept_ != nullptr) *kept_ += bytes;
    return write(bytes);
  }
  Result<void> end() override { return write(std::string(padding_, '\0')); }

  Result<void> finish() {
    if (heroku_.empty() || dockerfile_.empty())
      return refuse("The release has no " + std::string(heroku_.empty() ? kHerokuFile : kDockerfile) +
                    ", so Heroku cannot build it.");
    for (auto at = heroku_.find(kVersionMark); at != std::string::npos; at = heroku_.find(kVersionMark))
      heroku_.replace(at, kVersionMark.size(), version_);
    RAPT_TRY(whole("heroku.yml", heroku_));
    RAPT_TRY(whole("Dockerfile", dockerfile_ + "\nENTRYPOINT []\n"));
    RAPT_TRY(write(std::string(2 * kBlock, '\0')));
    return told(gzip_.finish());
  }

 private:
  Result<void> whole(const std::string& path, std::string_view text) {
    RAPT_TRY(header(path, text.size(), false));
    RAPT_TRY(write(text));
    return write(std::string(padding_of(text.size()), '\0'));
  }
  Result<void> header(const std::string& path, std::uint64_t bytes, bool executable) {
    const auto block = header_of(path, bytes, executable, built_at_);
    if (!block) return refuse("A path of the release is too long for an archive.");
    return write({block->data(), block->size()});
  }
  Result<void> write(std::string_view bytes) { return told(gzip_.write(bytes)); }
  Result<void> told(int fault) const {
    if (fault != 0) return disk_error(to_, fault, 0);
    return {};
  }

  const fs::path to_;
  GzipWriter gzip_;
  TimePoint built_at_{};
  std::string version_, heroku_, dockerfile_;
  std::string* kept_ = nullptr;
  std::size_t padding_ = 0;
};

Result<void> write_into(const fs::path& archive, const fs::path& to) {
  const UniqueFd fd(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return disk_error(to, errno, 0);
  SourceSink sink(to, fd.get());
  if (const auto manifest = read_archive(archive, sink, {}); !manifest) return manifest.error();
  return sink.finish();
}

Result<std::string> digest_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  security::Sha256 digest;
  std::array<char, std::size_t{64} << 10> buffer{};
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0)
    digest.add({buffer.data(), static_cast<std::size_t>(in.gcount())});
  if (!in.eof()) return disk_error(file, EIO, 0);
  return digest.finish();
}

}  // namespace

Result<std::string> write_source(const fs::path& archive, const fs::path& to) {
  auto written = write_into(archive, to);
  auto digest = written ? digest_of(to) : Result<std::string>(written.error());
  std::error_code ignored;
  if (!digest) fs::remove(to, ignored);
  return digest;
}

}  // namespace rapt::release
