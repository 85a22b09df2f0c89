// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/router.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <utility>

namespace rapt::api {
namespace {

constexpr std::size_t kMostSegments = 16;

/// The segments of a path, as views into it. No allocation: every request asks.
struct Segments {
  std::array<std::string_view, kMostSegments> items{};
  std::size_t count = 0;
  bool too_many = false;  ///< longer than any pattern

  explicit Segments(std::string_view path) {
    while (!path.empty()) {
      path.remove_prefix(path.front() == '/' ? 1 : 0);
      const auto end = path.find('/');
      too_many = count == kMostSegments;
      if (too_many) return;
      items[count++] = path.substr(0, end);
      if (end == std::string_view::npos) return;
      path.remove_prefix(end);
    }
  }
  [[nodiscard]] std::span<const std::string_view> all() const { return {items.data(), count}; }
};

bool is_parameter(std::string_view segment) {
  return segment.starts_with(':');
}

bool fits(const std::vector<std::string>& pattern, std::span<const std::string_view> path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](std::string_view wanted, std::string_view given) {
                      return is_parameter(wanted) ? !given.empty() : wanted == given;
                    });
}

std::map<std::string, std::string> parameters(const std::vector<std::string>& pattern,
                                              std::span<const std::string_view> path) {
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_parameter(pattern[i])) out.emplace(pattern[i].substr(1), path[i]);
  }
  return out;
}

}  // namespace

void Router::add(std::string method, std::string pattern) {
  const Segments segments(pattern);
  if (segments.too_many) throw std::logic_error("the pattern " + pattern + " has too many segments");
  if (by_length_.size() <= segments.count) by_length_.resize(segments.count + 1);
  const std::string_view first = segments.count == 0 || is_parameter(segments.items[0]) ? "" : segments.items[0];
  by_length_[segments.count][std::string(first)].push_back(entries_.size());
  entries_.push_back({std::move(method), {segments.all().begin(), segments.all().end()}});
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  const Segments segments(path);
  Match match;
  if (segments.too_many || segments.count >= by_length_.size()) return match;
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  const auto& by_first = by_length_[segments.count];
  std::vector<std::size_t> others;  // of another method, for the Allow header
  std::size_t found = entries_.size();
  const auto look = [&](std::string_view first) {
    const auto entry = by_first.find(first);
    if (entry == by_first.end()) return;
    for (const std::size_t index : entry->second) {
      if (index >= found || !fits(entries_[index].segments, segments.all())) continue;
      entries_[index].method == wanted ? void(found = index) : others.push_back(index);
    }
  };
  const std::string_view first = segments.count == 0 ? std::string_view() : segments.items[0];
  look(first);
  if (!first.empty()) look("");
  if (found < entries_.size()) {
    return {Match::Kind::kFound, found, parameters(entries_[found].segments, segments.all()), {}};
  }
  std::sort(others.begin(), others.end());
  for (const std::size_t index : others) {
    match.kind = Match::Kind::kOtherMethod;
    match.allowed += (match.allowed.empty() ? "" : ", ") + entries_[index].method;
  }
  return match;
}

}  // namespace rapt::api
