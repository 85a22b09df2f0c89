// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <vector>

#include "manifest_parts.hpp"

namespace rapt::bundle {
namespace {

constexpr std::array<std::string_view, 19> kPermissions = {
    "log",      "config", "kv", "sql",    "routes",  "http",          "events", "jobs",     "secrets", "directory",
    "sessions", "grades", "ai", "notify", "exports", "auth-provider", "panels", "realtime", "metrics"};

/// How many letters to add, drop or change to get from one word to the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i + 1;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t changed = corner + (a[i] == b[k] ? 0 : 1);
      corner = row[k + 1];
      row[k + 1] = std::min({changed, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row.back();
}

constexpr std::uint32_t kProviderSince = 2;  ///< the minor number of the ABI that brought rapt.auth-provider/1
constexpr std::size_t kMaxHosts = 32;
/// Among the hosts, and as a grant "http:private": those at addresses of private networks, too. No host has that name.
constexpr std::string_view kPrivateHosts = "private";

/// A DNS name of at least two labels, in lower case; "*." before it stands for everything below.
bool is_host(std::string_view host) {
  if (host == kSettingsHosts) return true;
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (host.empty() || host.size() > 253 || host.find('.') == std::string_view::npos) return false;
  std::size_t label = 0;
  char before = '.';
  for (const char c : host) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '.') return false;
    if (before == '.' && !letter) return false;
    if (c == '.' && before == '-') return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
    before = c;
  }
  return before != '.' && before != '-';
}

void read_hosts(JsonReader& item, ManifestPermission& permission) {
  permission.hosts = item.texts("hosts", kMaxHosts, 255);
  if (!permission.hosts.empty() && permission.name != "http")
    item.fault("hosts", "Only the permission \"http\" names hosts.");
  for (std::size_t i = 0; i < permission.hosts.size(); ++i) {
    const auto& host = permission.hosts[i];
    if (!is_host(host)) {
      item.fault(
          "hosts[" + std::to_string(i) + "]",
          "Give a name such as \"accounts.google.com\", \"*.clever.com\" for all below it, or \"@settings\" for the "
          "addresses that the admin sets.");
    }
    if (std::find(permission.hosts.begin(), permission.hosts.begin() + static_cast<std::ptrdiff_t>(i), host) !=
        permission.hosts.begin() + static_cast<std::ptrdiff_t>(i))
      item.fault("hosts[" + std::to_string(i) + "]", "This host is named twice.");
  }
}

/// Of whole parts, so that a grant of "/api/v1/admin/one" is none of "/api/v1/admin/oneroster".
void read_paths(JsonReader& item, ManifestPermission& permission) {
  constexpr std::string_view kPrefix = "/api/v1/";
  permission.paths = item.texts("paths", 8, 128);
  if (!permission.paths.empty() && permission.name != "routes")
    item.fault("paths", "Only the permission \"routes\" names paths.");
  for (std::size_t i = 0; i < permission.paths.size(); ++i) {
    const auto& path = permission.paths[i];
    const auto allowed = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
    };
    if (!path.starts_with(kPrefix) || path.size() <= kPrefix.size() + 1 || path.back() != '/' ||
        path.find("//") != std::string::npos || !std::all_of(path.begin(), path.end(), allowed)) {
      item.fault("paths[" + std::to_string(i) + "]",
                 "Give the beginning of a path such as \"/api/v1/admin/oneroster/\".");
    }
  }
}

}  // namespace

const ManifestPermission* Manifest::permission(std::string_view wanted) const {
  const auto found = std::find_if(permissions.begin(), permissions.end(),
                                  [&](const ManifestPermission& one) { return one.name == wanted; });
  return found == permissions.end() ? nullptr : &*found;
}

bool Manifest::is_auth_provider() const {
  return permission("auth-provider") != nullptr && abi_built_minor >= kProviderSince;
}

std::vector<std::string> grants_of(const ManifestPermission& permission) {
  std::vector<std::string> out{permission.name};
  for (const auto& host : permission.hosts) out.push_back(permission.name + ":" + host);
  for (const auto& path : permission.paths) out.push_back(permission.name + ":" + path);
  if (permission.write) out.push_back(permission.name + ":write");
  return out;
}

std::string full_name(const ManifestPermission& permission) {
  std::string out = permission.name;
  for (std::size_t i = 0; i < permission.hosts.size(); ++i) {
    const auto& host = permission.hosts[i];
    if (host == kPrivateHosts) {
      out += ", also in private networks";
    } else {
      out += (i == 0 ? " to " : ", ") + (host == kSettingsHosts ? "the hosts of its settings" : host);
    }
  }
  for (std::size_t i = 0; i < permission.paths.size(); ++i) out += (i == 0 ? " also at " : ", ") + permission.paths[i];
  if (permission.write) out += ", also to change it";
  return out;
}

std::string list_of(std::span<const std::string_view> names) {
  std::string out;
  for (const auto name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> names) {
  const auto near = [&](std::string_view name) { return distance(wrong, name); };
  const auto best = std::min_element(names.begin(), names.end(), [&](auto a, auto b) { return near(a) < near(b); });
  if (best == names.end() || near(*best) > std::max<std::size_t>(1, best->size() / 3)) return "";
  return " Did you mean \"" + std::string(*best) + "\"?";
}

std::span<const std::string_view> permission_names() {
  return kPermissions;
}

void read_permissions(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  for (auto& item : in.objects("permissions", 32)) {
    ManifestPermission permission;
    if (item.text("name", permission.name, 64, Need::kRequired)) {
      const auto known = permission_names();
      if (std::find(known.begin(), known.end(), permission.name) == known.end()) {
        item.fault("name", "There is no such permission." + did_you_mean(permission.name, known) +
                               " The permissions are: " + list_of(known) + ".");
      }
      if (!seen.insert(permission.name).second) item.fault("name", "This permission is asked for twice.");
    }
    if (item.text("reason", permission.reason, 300, Need::kRequired) && permission.reason.empty()) {
      item.fault("reason", "Tell the admin who grants it what it is for.");
    }
    read_hosts(item, permission);
    read_paths(item, permission);
    item.boolean("write", permission.write);
    bool reaches_private = false;
    item.boolean("private", reaches_private);
    if (reaches_private && (permission.name != "http" || permission.hosts.empty()))
      item.fault("private", "Only the permission \"http\" has it, beside the hosts that it names.");
    if (reaches_private) permission.hosts.emplace_back(kPrivateHosts);
    if (permission.write && permission.name != "directory")
      item.fault("write", "Only the permission \"directory\" has it.");
    item.refuse_unknown();
    out.permissions.push_back(std::move(permission));
  }
}

}  // namespace rapt::bundle
