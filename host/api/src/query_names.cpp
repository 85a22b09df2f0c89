// SPDX-License-Identifier: AGPL-3.0-or-later
#include "query_names.hpp"

#include <map>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "openapi.hpp"
#include "rapt/base/text.hpp"
#include "routes.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestName = 100;

/// nullopt: any.
using Names = std::optional<std::set<std::string, std::less<>>>;

Names names_of(const json& operation) {
  if (operation.value("any_query", false)) return std::nullopt;
  Names out(std::in_place);
  for (const auto& one : operation.value("query", json::array()))
    out->insert(one.is_string() ? one.get<std::string>() : one.at("name").get<std::string>());
  return out;
}

/// By "METHOD pattern", read once: the description is part of the program.
const std::map<std::string, Names, std::less<>>& all_names() {
  static const auto all = [] {
    std::map<std::string, Names, std::less<>> out;
    for (const auto& file : description_files()) {
      const auto operations = json::parse(file.text).value("operations", json::object());
      for (const auto& [route, operation] : operations.items()) out.emplace(route, names_of(operation));
    }
    return out;
  }();
  return all;
}

std::string list_of(const std::set<std::string, std::less<>>& names) {
  if (names.empty()) return "is no parameter of this route, which takes none";
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return "is no parameter of this route; known: " + out;
}

}  // namespace

Result<void> without_unknown(const Route& route, const http::Request& request) {
  if (request.query.empty()) return {};
  const auto found = all_names().find(std::string(route.method) + " " + route.pattern);
  // A route without a description is a fault that its own test finds; it takes nothing here.
  static const std::set<std::string, std::less<>> none;
  if (found != all_names().end() && !found->second) return {};
  const auto& known = found == all_names().end() ? none : *found->second;
  // Any list may be asked for a page, also one that always has a single one: programs read all lists alike.
  const auto pages = [&request](const std::string& name) {
    return (request.method == "GET" || request.method == "HEAD") && (name == "limit" || name == "cursor");
  };
  for (const auto& [name, value] : request.query) {
    if (!known.contains(name) && !pages(name)) return Error::invalid(printable(name, kLongestName), list_of(known));
  }
  return {};
}

}  // namespace rapt::api
