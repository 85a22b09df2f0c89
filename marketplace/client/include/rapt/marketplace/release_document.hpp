// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "rapt/marketplace/layout.hpp"
#include "rapt/marketplace/publisher_client.hpp"
#include "rapt/tuf/metadata.hpp"

/// The document in which the role "releases" vouches for releases of the platform, and how it gets to a registry. Its
/// next version begins as next_document() of publisher_document.hpp.
namespace rapt::marketplace {

/// So many bytes of an archive are handed in with one request.
inline constexpr std::size_t kUploadPart = std::size_t{8} << 20;

/// An archive that is to be vouched for.
struct NewRelease {
  PlatformRelease release;
  std::string sha256;
  std::uint64_t bytes = 0;
};

/// Puts an archive in. kConflict when the document vouches for other bytes under this name already.
Result<void> add_release(tuf::Targets& document, const NewRelease& release);
/// Sets for every architecture of a version why it should no longer be taken; "" when it may again. kNotFound.
Result<void> set_withdrawn(tuf::Targets& document, const std::string& version, const std::string& because);

/// Hands in the archive, in parts, each signed by a key of the role "releases". Goes on where an earlier try broke off;
/// nothing is sent when the registry has it. `progress` hears of bytes that the registry has.
Task<Result<void>> upload_release(PublisherClient& registry, PlatformRelease release, std::string sha256,
                                  std::filesystem::path archive,
                                  std::function<void(std::uint64_t done, std::uint64_t total)> progress);
/// Hands in the document; releases that are new in it go to `rollout_percent` of a hundred instances at first. The
/// registry's answer: {"version", "published", "withdrawn", "restored"}.
Task<Result<std::string>> publish_releases(PublisherClient& registry, std::string document, int rollout_percent);

}  // namespace rapt::marketplace
