// SPDX-License-Identifier: AGPL-3.0-or-later
#include "check.hpp"

#include "rapt/abi.h"
#include "rapt/bundle/consent.hpp"
#include "rapt/bundle/library.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/install/trust.hpp"

namespace rapt::install {

const std::uint32_t kAbiMajor = RAPT_ABI_MAJOR, kAbiMinor = RAPT_ABI_MINOR;

namespace {

Error refuse(const bundle::Manifest& manifest, const std::string& why) {
  Error error;
  error.kind = ErrorKind::kInvalid;
  error.message = manifest.name + " " + manifest.version + " " + why;
  error.part = manifest.name;
  return error;
}

Result<void> check_abi(const bundle::Manifest& manifest) {
  const auto number = [](auto major, auto minor) { return std::to_string(major) + "." + std::to_string(minor); };
  if (manifest.abi_major == RAPT_ABI_MAJOR && manifest.abi_minor <= RAPT_ABI_MINOR) return {};
  const bool newer = manifest.abi_major > RAPT_ABI_MAJOR || manifest.abi_major == RAPT_ABI_MAJOR;
  return refuse(manifest, "was built for ABI " + number(manifest.abi_major, manifest.abi_minor) +
                              ", and this host offers " + number(RAPT_ABI_MAJOR, RAPT_ABI_MINOR) + ". " +
                              (newer ? "Update the host, or install an older version."
                                     : "Ask its publisher for a newer version."));
}

/// A module that asks for what nobody serves would be installed and then fail at its first call.
Result<void> check_offered(const bundle::Manifest& manifest) {
  for (const auto& permission : manifest.permissions) {
    if (bundle::consent_to(permission).offered) continue;
    return refuse(manifest, "asks for the permission \"" + permission.name +
                                "\", and this host does not offer it yet. Ask its publisher for a version without it.");
  }
  return {};
}

Result<void> check_architecture(const bundle::Bundle& bundle) {
  if (bundle.library() != nullptr) return {};
  std::string there;
  for (const auto& [architecture, path] : bundle.manifest.libraries)
    there += (there.empty() ? "" : ", ") + architecture;
  return refuse(bundle.manifest,
                "has no library for " + std::string(bundle::native_architecture()) + ", only for " + there + ".");
}

}  // namespace

Result<bundle::Bundle> read_believed_bundle(const std::string& archive, const bundle::TrustStore& trust,
                                            bundle::SignaturePolicy policy) {
  auto bundle = bundle::read_bundle(archive);
  if (!bundle) return bundle;
  RAPT_TRY(bundle::verify_bundle(*bundle, trust, policy));
  RAPT_TRY(bundle::check_libraries(*bundle));
  RAPT_TRY(check_abi(bundle->manifest));
  RAPT_TRY(check_offered(bundle->manifest));
  RAPT_TRY(check_architecture(*bundle));
  return bundle;
}

Result<bundle::Bundle> read_believed_bundle(store::Transaction& tx, const std::string& archive, const Site& site) {
  const auto trust = with_trusted_keys(tx, site.trust);
  if (!trust) return trust.error();
  return read_believed_bundle(archive, *trust, site.policy);
}

}  // namespace rapt::install
