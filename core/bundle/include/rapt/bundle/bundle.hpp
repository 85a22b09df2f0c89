// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::bundle {

/// Limits that hold before anything is believed.
inline constexpr std::size_t kMaxBundleBytes = 64u << 20;
inline constexpr std::size_t kMaxUnpackedBytes = 256u << 20;
inline constexpr std::size_t kMaxFiles = 256;

struct File {
  unsigned mode = 0644;  ///< 0644 or 0755, nothing else
  std::string bytes;
};

/// An unpacked bundle in memory: nothing of it has touched the disk.
struct Bundle {
  Manifest manifest;
  std::map<std::string, File> files;          ///< by path, without the signature
  std::string publisher_key_id;               ///< whose signature it carries; "" when unsigned
  std::string signature;                      ///< raw, "" when unsigned
  security::Digest digest{};                  ///< SHA-256 of the archive as read
  [[nodiscard]] const File* library() const;  ///< for this machine; nullptr when there is none
};

/// Reads an archive: zstd-compressed tar (ustar), regular files only. Refuses traversal, links, devices, duplicates,
/// bombs, absurd sizes and bytes after the end with a sentence that names the entry. Neither believes the signature
/// (verify_bundle) nor looks into the libraries (check_libraries). kInvalid.
Result<Bundle> read_bundle(std::string_view archive);

/// What comes with the code, for people: paths in the bundle, "" for what is not there.
struct Papers {
  std::string license;     ///< LICENSE, LICENSE.txt, LICENSE.md or COPYING
  std::string change_log;  ///< CHANGELOG.md
  std::string sbom;        ///< sbom.spdx.json (SPDX 2.3) or sbom.cdx.json (CycloneDX)
};
Papers papers_of(const Bundle& bundle);
/// kInvalid unless all three are there, are text, and the bill of materials names the module and its version.
Result<void> check_papers(const Bundle& bundle);
/// The migrations that the module brings, in their order; read_bundle has checked their names and form.
std::vector<std::string> migrations_of(const Bundle& bundle);
/// What takes a migration back (0001_notes.down.sql beside 0001_notes.sql); nullptr when the module brings nothing.
const File* undo_of(const Bundle& bundle, const std::string& migration);

/// Public keys as files hold them: one base64url key a line, "#" begins a comment. kInvalid when there is none.
Result<std::vector<security::PublicKey>> parse_public_keys(std::string_view text);

/// The keys that this installation believes, by publisher. A publisher may have several (the old and the new one).
class TrustStore {
 public:
  /// A folder of PUBLISHER.pub files; a missing folder is an empty store.
  static Result<TrustStore> load(const std::filesystem::path& directory);
  void add(const std::string& publisher, const security::PublicKey& key);
  [[nodiscard]] const std::vector<security::PublicKey>* keys_of(const std::string& publisher) const;

  bool operator==(const TrustStore&) const = default;

 private:
  std::map<std::string, std::vector<security::PublicKey>> keys_;
};

enum class SignaturePolicy { kRequired, kDevelopmentMayLack };

/// Says whether the bundle may be believed: signed, by a key that is trusted for the manifest's publisher, over exactly
/// these files. kForbidden with a sentence that says which of these is not so and what to do.
Result<void> verify_bundle(const Bundle& bundle, const TrustStore& trust, SignaturePolicy policy);

/// The bytes that are signed: a title line, then one line a file, sorted by path: path NUL mode NUL size NUL sha256 LF.
std::string signed_listing(const std::map<std::string, File>& files);

/// Packs a staged folder (manifest.json, lib/…, LICENSE, …), checking what an installation will check: manifest, files
/// that it names, licence, change log and bill of materials, the library's one exported symbol, its undefined symbols
/// and DT_NEEDED. The same input gives the same bytes.
Result<std::string> pack_bundle(const std::filesystem::path& stage, const security::PrivateKey* key);

/// What pack_bundle ends with, without any of its checks: signs `files` when there is a key, and makes the archive. For
/// tests that need a bundle which no honest packer would make.
Result<std::string> encode_bundle(std::map<std::string, File> files, const std::string& publisher,
                                  const security::PrivateKey* key);

}  // namespace rapt::bundle
