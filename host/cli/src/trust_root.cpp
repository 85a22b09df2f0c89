// SPDX-License-Identifier: AGPL-3.0-or-later
// The root of the registry that this host trusts.
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/file.hpp"
#include "rapt/cli/print.hpp"
#include "registry_site.hpp"
#include "trust_commands.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxTrustBytes = 512 * 1024;

int show_root(Console& console, const marketplace::TrustedRegistry& registry) {
  const auto root = registry.root();
  if (!root) return report(console, root.error());
  const auto& role = root->roles.at("root");
  if (console.json) {
    print_json(console.out, {{"version", root->version},
                             {"expires_at", to_rfc3339(root->expires)},
                             {"threshold", role.threshold},
                             {"key_ids", role.key_ids}});
    return kOk;
  }
  console.out << "The registry's root of version " << root->version << " is trusted; it expires "
              << to_rfc3339(root->expires) << ".\n"
              << role.threshold << " of these " << role.key_ids.size() << " keys make a new one:\n";
  for (const auto& id : role.key_ids) console.out << "  " << id << "\n";
  return kOk;
}

}  // namespace

int run_trust_root(Console& console, const Arguments& arguments) {
  const auto settings = local_settings_of(console);
  if (!settings) return report(console, settings.error());
  http::Client http;
  SystemClock clock;
  marketplace::TrustedRegistry registry({settings->var_dir / "registry", settings->marketplace_url}, http, clock);
  if (arguments.positional[0] == "show") return show_root(console, registry);
  const auto root = read_file(arguments.positional[0], kMaxTrustBytes);
  if (!root) return report(console, root.error());
  if (auto pinned = registry.pin(*root, arguments.has("replace")); !pinned) return report(console, pinned.error());
  return show_root(console, registry);
}

}  // namespace rapt::cli
