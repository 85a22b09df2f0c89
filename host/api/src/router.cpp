// SPDX-License-Identifier: AGPL-3.0-or-later
#include "router.hpp"

namespace rapt::api {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const auto end = path.find('/');
    segments.emplace_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end);
  }
  return segments;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
          std::map<std::string, std::string>& parameters) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].starts_with(':')) {
      if (path[i].empty()) return false;
      parameters[pattern[i].substr(1)] = path[i];
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

void Router::add(std::string method, std::string pattern) {
  entries_.push_back({std::move(method), split(pattern)});
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  const auto segments = split(path);
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  Match match;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::map<std::string, std::string> parameters;
    if (!fits(entries_[i].segments, segments, parameters)) continue;
    if (entries_[i].method == wanted) return {Match::Kind::kFound, i, std::move(parameters), {}};
    match.kind = Match::Kind::kOtherMethod;
    match.allowed += (match.allowed.empty() ? "" : ", ") + entries_[i].method;
  }
  return match;
}

}  // namespace rapt::api
