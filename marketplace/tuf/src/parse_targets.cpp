// SPDX-License-Identifier: AGPL-3.0-or-later
#include <array>
#include <set>

#include "parse.hpp"
#include "rapt/base/text.hpp"

namespace rapt::tuf {
namespace {

Target read_target(const Fields& entry) {
  Target target;
  target.length = static_cast<std::uint64_t>(entry.number("length", 0));
  target.hashes = read_hashes(entry, true);
  if (const auto* custom = entry.value("custom")) target.custom_json = valid_json(canonical_json(*custom));
  return target;
}

void check_name(const Fields& entry, const std::string& name) {
  constexpr std::array<std::string_view, 4> kTaken{"root", "timestamp", "snapshot", "targets"};
  if (name.empty() || name.size() > 200) entry.fault("name", "A role's name has 1 to 200 bytes.");
  for (const auto taken : kTaken)
    if (name == taken) entry.fault("name", "\"" + name + "\" is a role of the root, and cannot be delegated.");
}

DelegatedRole read_delegated(const Fields& entry) {
  DelegatedRole role;
  role.name = entry.text("name");
  check_name(entry, role.name);
  role.role = read_role(entry);
  role.terminating = entry.flag("terminating", false);
  if (entry.has("paths") == entry.has("path_hash_prefixes"))
    entry.fault("paths", "Either \"paths\" or \"path_hash_prefixes\" is needed, and not both.");
  if (entry.has("paths")) role.paths = entry.texts("paths");
  if (entry.has("path_hash_prefixes")) role.path_hash_prefixes = entry.texts("path_hash_prefixes");
  return role;
}

SuccinctRoles read_succinct(const Fields& entry) {
  SuccinctRoles succinct;
  succinct.role = read_role(entry);
  const auto bits = entry.number("bit_length", 1);
  if (bits > 32) entry.fault("bit_length", "1 to 32 bits are possible.");
  succinct.bit_length = static_cast<int>(bits > 32 ? 32 : bits);
  succinct.name_prefix = entry.text("name_prefix");
  if (succinct.name_prefix.empty() || succinct.name_prefix.size() > 180)
    entry.fault("name_prefix", "1 to 180 bytes are needed here.");
  return succinct;
}

Delegations read_delegations(const Fields& part) {
  Delegations out;
  out.keys = read_keys(part.object("keys"));
  if (part.has("roles") == part.has("succinct_roles"))
    part.fault("roles", "Either \"roles\" or \"succinct_roles\" is needed, and not both.");
  if (part.has("succinct_roles")) out.succinct = read_succinct(part.object("succinct_roles"));
  if (!part.has("roles")) return out;
  std::set<std::string, std::less<>> seen;
  for (const auto& entry : part.objects("roles")) {
    out.roles.push_back(read_delegated(entry));
    if (!seen.insert(out.roles.back().name).second) entry.fault("name", "This role has been named before.");
  }
  return out;
}

}  // namespace

Result<Signed<Targets>> parse_targets(std::string_view bytes) {
  return parse_file<Targets>(bytes, "targets", [](const Fields& part, Targets& targets) {
    part.object("targets").each([&](const std::string& path, const Fields& entry) {
      targets.targets.emplace_hint(targets.targets.end(), path, read_target(entry));
    });
    if (part.has("delegations")) targets.delegations = read_delegations(part.object("delegations"));
  });
}

}  // namespace rapt::tuf
