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

}  // namespace

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
    item.refuse_unknown();
    out.permissions.push_back(std::move(permission));
  }
}

}  // namespace rapt::bundle
