// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/bundle/manifest.hpp"

/// How the registry's repository is laid out, the same for who writes it and who reads it. docs/registry-trust.md says
/// why.
///
///   BASE/metadata/timestamp.json, N.root.json, N.snapshot.json, N.targets.json, N.ROLE.json
///   BASE/targets/DIRECTORY/SHA256.FILE          for the target DIRECTORY/FILE (consistent snapshots)
///
///   targets (offline) ── releases (offline)            releases/*/*
///                     ── publisher-X (X's own keys)    modules/X/*/*       admitted at a ceremony
///                     ── community (online)            modules/*/*/*       not terminating
///                     │    └─ publisher-Y (Y's keys)   modules/Y/*/*       since the last ceremony
///                     └─ registry (online)             registry/*          advisories
namespace rapt::marketplace {

inline constexpr std::string_view kMetadataPath = "/metadata/";
inline constexpr std::string_view kTargetsPath = "/targets/";
inline constexpr std::string_view kReleasesRole = "releases";
inline constexpr std::string_view kCommunityRole = "community";
inline constexpr std::string_view kRegistryRole = "registry";
inline constexpr std::string_view kAdvisoriesTarget = "registry/advisories.json";

/// "publisher-X".
std::string publisher_role(std::string_view publisher);
/// "modules/PUBLISHER/NAME/NAME-VERSION.rapt".
std::string module_target(std::string_view publisher, std::string_view name, std::string_view version);
/// "releases/VERSION/raptscallions-VERSION-ARCHITECTURE.tar.gz".
std::string release_target(std::string_view version, std::string_view architecture);
/// Where a target lies below BASE/targets/: "modules/x/y/SHA256.y-1.0.0.rapt".
std::string hashed_path(std::string_view target_path, std::string_view sha256);

enum class Channel : std::uint8_t { kStable, kBeta };
std::string_view name(Channel channel);  ///< "stable", "beta"
std::optional<Channel> parse_channel(std::string_view text);

/// What a publisher signs about one version of a module: the target's "custom", below "rapt". All that a host needs to
/// choose a version and to tell an admin what it would get, without a word of the registry's that nobody signed.
struct ModuleRelease {
  std::string name, version, publisher;
  Channel channel = Channel::kStable;
  std::uint32_t abi_major = 0, abi_minor = 0, abi_built_minor = 0;
  std::vector<std::string> architectures;
  std::map<std::string, std::string> dependencies;  ///< module -> range, as VersionRange reads it
  std::vector<std::string> grants;                  ///< bundle::grants_of() of its permissions
  /// Its hooks, as far as somebody has to agree to them: point, history, asynchronous, fail_closed and priority count.
  /// nullopt where the publisher's rapt was too old to sign them.
  std::optional<std::vector<bundle::ManifestHook>> hooks{};
  TimePoint released_at{};
  std::string yanked;  ///< why it should no longer be installed; "" when it may
};
std::string encode_custom(const ModuleRelease& release);
/// kInvalid with the field. Fields that are not known are passed over.
Result<ModuleRelease> parse_custom(std::string_view custom_json);

/// What the role "releases" signs about one release of the platform for one architecture: the "custom" of the target
/// release_target(), below "rapt". What a host needs to decide, without a word of the registry's that nobody signed.
/// How far a roll-out has come, and whether it was halted, is the registry's word alone: it can only hold a release
/// back.
struct PlatformRelease {
  std::string version, architecture;  ///< "1.2.0", "x86_64-linux-gnu"
  Channel channel = Channel::kStable;
  std::string min_from;     ///< the oldest version that may go to this one at once; "" for any
  std::string schema_from;  ///< the oldest version whose programs can work on this release's schema; "" for any
  std::string image;        ///< "NAME@sha256:…", for Docker and Kubernetes; "" where there is none
  std::string notes;        ///< what has changed, Markdown, of at most 8,000 bytes
  TimePoint released_at{};
  std::string withdrawn;  ///< why it should no longer be taken; "" when it may
};
std::string encode_release(const PlatformRelease& release);
/// kInvalid with the field. Fields that are not known are passed over.
Result<PlatformRelease> parse_release(std::string_view custom_json);

/// Whether a roll-out to so many of a hundred has reached the instance: decided by both names, so that it stays so, and
/// so that no instance is always among the first. The registry and the instances reckon alike.
bool is_reached(std::string_view instance, std::string_view version, std::int64_t percent);

/// One entry of registry/advisories.json: versions with a known fault, for every admin's page.
struct Advisory {
  std::string id;               ///< "RA-2026-0001"
  std::string module;           ///< "" for the platform itself
  std::string affected, fixed;  ///< range; the first good version, "" when there is none yet
  std::string severity;         ///< "low", "medium", "high", "critical"
  std::string title, text, url;
  TimePoint published_at{};
};
std::string encode_advisories(const std::vector<Advisory>& advisories);
Result<std::vector<Advisory>> parse_advisories(std::string_view json);

}  // namespace rapt::marketplace
