// SPDX-License-Identifier: AGPL-3.0-or-later
#include "look_alike.hpp"

#include <algorithm>
#include <array>

#include "rapt/bundle/manifest.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::size_t kLeastForDistance = 5;
constexpr std::string_view kPlatform = "raptscallions";
constexpr auto kReserved = std::to_array<std::string_view>(
    {"admin",       "administrator", "api",        "community", "core",          "host",
     "marketplace", "metadata",      "me",         "module",    "modules",       "official",
     "platform",    "publisher",     "publishers", "rapt",      "raptscallions", "registry",
     "releases",    "review",        "root",       "sdk",       "security",      "snapshot",
     "staff",       "support",       "system",     "targets",   "team",          "timestamp",
     "trusted",     "verified"});

void replace_all(std::string& text, std::string_view from, char to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at))
    text.replace(at, from.size(), 1, to);
}

/// Whether one insertion, deletion, substitution or exchange of neighbors makes one of the other.
bool one_step_apart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  std::size_t at = 0;
  while (at < a.size() && a[at] == b[at]) ++at;
  const auto rest_a = a.substr(at), rest_b = b.substr(at);
  if (a.size() < b.size()) return rest_a == rest_b.substr(1);
  if (rest_a.empty()) return false;  // the same
  if (rest_a.substr(1) == rest_b.substr(1)) return true;
  return rest_a.size() >= 2 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] && rest_a.substr(2) == rest_b.substr(2);
}

}  // namespace

std::string skeleton(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c == '-') continue;
    plain += c == '0' ? 'o' : c == '1' || c == 'i' ? 'l' : c;
  }
  replace_all(plain, "rn", 'm');
  replace_all(plain, "vv", 'w');
  plain.erase(std::unique(plain.begin(), plain.end()), plain.end());
  return plain;
}

bool look_alike(std::string_view a, std::string_view b) {
  if (a == b) return false;
  if (skeleton(a) == skeleton(b)) return true;
  return std::min(a.size(), b.size()) >= kLeastForDistance && one_step_apart(a, b);
}

std::optional<std::string> similar_to(std::string_view name, const std::vector<std::string>& names) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& other) { return look_alike(name, other); });
  return found == names.end() ? std::nullopt : std::optional(*found);
}

bool is_reserved_name(std::string_view name) {
  const auto shape = skeleton(name);
  if (shape.find(skeleton(kPlatform)) != std::string::npos || look_alike(name, kPlatform)) return true;
  if (bundle::is_host_word(name)) return true;
  return std::any_of(kReserved.begin(), kReserved.end(), [&](auto word) { return shape == skeleton(word); });
}

}  // namespace rapt::marketplace
