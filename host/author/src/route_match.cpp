// SPDX-License-Identifier: AGPL-3.0-or-later
#include "route_match.hpp"

#include <algorithm>

namespace rapt::author {
namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::optional<std::map<std::string, std::string>> matched(std::string_view pattern, std::string_view path) {
  const auto wanted = parts_of(pattern), given = parts_of(path);
  if (wanted.size() != given.size() || path.ends_with('/')) return std::nullopt;
  std::map<std::string, std::string> parameters;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with(':')) {
      if (given[i].empty()) return std::nullopt;
      parameters.emplace(wanted[i].substr(1), given[i]);
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return parameters;
}

}  // namespace

std::optional<FoundRoute> find_route(const std::vector<bundle::ManifestRoute>& routes, std::string_view method,
                                     std::string_view path) {
  std::optional<FoundRoute> best;
  for (const auto& route : routes) {
    if (route.method != method) continue;
    auto parameters = matched(route.path, path);
    if (parameters && (!best || parameters->size() < best->parameters.size()))
      best = FoundRoute{&route, std::move(*parameters)};
  }
  return best;
}

std::string list_of(const std::vector<bundle::ManifestRoute>& routes) {
  std::string out;
  for (const auto& one : routes) out += (out.empty() ? "" : ", ") + one.method + " " + one.path;
  return out.empty() ? "it has none" : out;
}

std::string example_path(std::string path) {
  path.erase(std::remove(path.begin(), path.end(), ':'), path.end());
  return path;
}

}  // namespace rapt::author
