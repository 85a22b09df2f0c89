// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/text.hpp"
#include "rapt/marketplace/layout.hpp"
#include "release_commands.hpp"

namespace rapt::cli {
namespace {

using marketplace::PlatformRelease;

std::string sha256_of(const tuf::Target& target) {
  const auto found = target.hashes.find("sha256");
  return found == target.hashes.end() ? "none" : printable(found->second, 64);
}

std::string describe(const PlatformRelease& release, const tuf::Target& target) {
  std::string out = "  + " + release.version + " for " + release.architecture + ", channel " +
                    std::string(marketplace::name(release.channel)) + ", " + mebibytes(target.length) +
                    "\n      SHA-256 " + sha256_of(target) + "\n      may follow " +
                    (release.min_from.empty() ? "any version" : release.min_from + " and later") +
                    (release.schema_from.empty() ? "" : "; its schema serves " + release.schema_from + " and later") +
                    "\n";
  if (!release.image.empty()) out += "      image " + release.image + "\n";
  if (!release.notes.empty())
    out += "      notes: " + printable(release.notes.substr(0, release.notes.find('\n')), 100) + " (" +
           std::to_string(release.notes.size()) + " bytes)\n";
  if (!release.withdrawn.empty()) out += "      withdrawn: " + printable(release.withdrawn, 300) + "\n";
  return out;
}

std::string changed(const tuf::Target& before, const tuf::Target& now, const std::string& path) {
  if (before.length != now.length || before.hashes != now.hashes) return "  ! OTHER BYTES as " + printable(path) + "\n";
  if (before.custom_json == now.custom_json) return "";
  auto then = marketplace::parse_release(before.custom_json);
  const auto release = marketplace::parse_release(now.custom_json);
  if (!then || !release) return "  ! cannot be read: " + printable(path) + "\n";
  const auto was = std::exchange(then->withdrawn, release->withdrawn);
  const auto what = release->version + " for " + release->architecture;
  if (marketplace::encode_release(*then) != marketplace::encode_release(*release))
    return "  ! OTHER WORDS about " + what + " than were published\n";
  if (release->withdrawn.empty())
    return "  ~ " + what + " may be taken again (was withdrawn: " + printable(was, 300) + ")\n";
  return "  - " + what + " is withdrawn: " + printable(release->withdrawn, 300) + "\n";
}

}  // namespace

std::string difference(const std::optional<tuf::Targets>& before, const tuf::Targets& next) {
  std::string out;
  for (const auto& [path, target] : next.targets) {
    const tuf::Target* old = nullptr;
    if (before) {
      const auto found = before->targets.find(path);
      if (found != before->targets.end()) old = &found->second;
    }
    if (old != nullptr) {
      out += changed(*old, target, path);
      continue;
    }
    const auto release = marketplace::parse_release(target.custom_json);
    out += release ? describe(*release, target) : "  ! cannot be read: " + printable(path) + "\n";
  }
  if (before)
    for (const auto& [path, target] : before->targets)
      if (!next.targets.contains(path)) out += "  ! MISSING: " + printable(path) + ", which is published\n";
  return out.empty() ? "  nothing but the time until which it is good\n" : out;
}

}  // namespace rapt::cli
