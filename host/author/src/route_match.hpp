// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/bundle/manifest.hpp"

namespace rapt::author {

struct FoundRoute {
  const bundle::ManifestRoute* route;
  std::map<std::string, std::string> parameters;  ///< ":id" of the path, by name
};
/// The first route of that method and path; one with the words of the path goes before one with ":word".
std::optional<FoundRoute> find_route(const std::vector<bundle::ManifestRoute>& routes, std::string_view method,
                                     std::string_view path);
/// "GET /notes, POST /notes".
std::string list_of(const std::vector<bundle::ManifestRoute>& routes);
/// A path that the route answers: "/notes/id" for "/notes/:id".
std::string example_path(std::string path);

}  // namespace rapt::author
