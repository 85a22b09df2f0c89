// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rapt::api {

/// Finds the route of a request. Patterns are paths whose segments may be parameters: "/sessions/:id/messages".
class Router {
 public:
  /// Routes are known by the index at which they were added. Of two that fit one path, the one added first is found.
  void add(std::string method, std::string pattern);

  struct Match {
    enum class Kind { kFound, kNoSuchPath, kOtherMethod } kind = Kind::kNoSuchPath;
    std::size_t index = 0;
    std::map<std::string, std::string> parameters;
    std::string allowed;  ///< kOtherMethod: for the Allow header
  };
  /// HEAD finds the route of GET.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

 private:
  struct Entry {
    std::string method;
    std::vector<std::string> segments;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using ByFirstSegment = std::unordered_map<std::string, std::vector<std::size_t>, Hash, std::equal_to<>>;

  std::vector<Entry> entries_;
  /// Indexes of entries, by how many segments they have and by the first one ("" when that is a parameter).
  std::vector<ByFirstSegment> by_length_;
};

}  // namespace rapt::api
