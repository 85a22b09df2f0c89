// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"

/// Releases of the platform: raptscallions-VERSION-ARCHITECTURE.tar.gz, one folder of that name (without .tar.gz) in
/// it:
///
///   release.json                       the Manifest; says version and digest of all the rest
///   bin/rapt, bin/rapt-runner, bin/rapt-marketplace
///   web/…, web-registry/…              built pages
///   migrations/core/…, migrations/marketplace/…
///   deploy/…                           systemd unit, Dockerfile and heroku.yml, which build an image from this folder
///   LICENSE, CHANGELOG.md, sbom.json (CycloneDX)
///
/// Archives are reproducible: the same files and manifest make the same bytes. Inside gzip they are plain ustar, and of
/// the many ways to write one a reader takes the one that pack() chooses: release.json first, then exactly the files
/// that it lists, by path, with owner 0, modes 0644 or 0755, the time built_at, and nothing behind them.
namespace rapt::release {

inline constexpr std::string_view kManifestFile = "release.json";
inline constexpr std::uint64_t kMaxArchiveBytes = std::uint64_t{512} << 20;
inline constexpr std::uint64_t kMaxUnpackedBytes = std::uint64_t{2} << 30;
inline constexpr std::size_t kMaxFiles = 20'000;

struct File {
  std::string path;  ///< relative, "/" between parts, no "." or "..", no link
  std::uint64_t bytes = 0;
  std::string sha256;  ///< hexadecimal, lower case
  bool executable = false;
};

struct Manifest {
  std::string version;       ///< semantic version
  std::string architecture;  ///< "x86_64-linux-gnu"
  TimePoint built_at{};
  std::string commit;       ///< of the source; "" when unknown
  std::string min_from;     ///< as marketplace::PlatformRelease
  std::string schema_from;  ///< as marketplace::PlatformRelease
  int core_migrations = 0;  ///< the highest number below migrations/core
  std::vector<File> files;  ///< all but release.json, by path
};

/// Takes what is written while an archive is made, read or unpacked; false from it ends that: kConflict
/// with the code CANCELLED. `total` counts bytes of files in pack(), of the archive otherwise.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// Makes the archive of `folder`, which holds everything but release.json. `manifest.files` and `core_migrations` are
/// filled in. The archive appears at `to` whole or not at all. kInvalid names the file that may not be in a release (a
/// link, a device, a name that is none) or is missing.
Result<Manifest> pack(const std::filesystem::path& folder, Manifest manifest, const std::filesystem::path& to,
                      const Progress& progress = {});

/// Reads all of the archive and checks every file in it against its manifest: nothing missing, nothing more, nothing
/// twice, nothing else than said. kInvalid with a sentence; kTooLarge beyond the limits above.
Result<Manifest> inspect(const std::filesystem::path& archive, const Progress& progress = {});

/// inspect(), and writes the files into `into`/…, which must not exist; on failure nothing is left of it. The folder is
/// synced to the disk, files are read-only, and it appears under its name only when it is whole (from a ".part" beside
/// it; one that an earlier call left is removed). kUnavailable "disk" when it is full, kConflict when `into` is
/// there.
Result<Manifest> unpack(const std::filesystem::path& archive, const std::filesystem::path& into,
                        const Progress& progress = {});

/// The manifest of an unpacked release; with `thorough` every file is compared with its digest, and there may be none
/// more. kInvalid names the file.
Result<Manifest> read_folder(const std::filesystem::path& folder, bool thorough);

/// release.json and back. kInvalid with the field.
std::string encode(const Manifest& manifest);
Result<Manifest> parse(std::string_view json);

}  // namespace rapt::release
