// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rapt::schema {

/// A schema of the usual keywords as a table, which tells of most documents that fit that they do: in one pass over the
/// text, without a tree. It never says that one does not fit; what it cannot tell is the validator's.
class PlainShape {
 public:
  /// nullopt when the schema has other keywords than type, enum and const of texts, required, properties,
  /// additionalProperties, items, minimum, and notes for people.
  static std::optional<PlainShape> of(const nlohmann::json& schema);
  /// True only for what the validator takes, within its limits.
  [[nodiscard]] bool surely_fits(std::string_view document) const;

 private:
  friend class ShapeReader;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  enum Kind : std::uint8_t {
    kObject = 1,
    kArray = 2,
    kText = 4,
    kInteger = 8,
    kFraction = 16,
    kTruth = 32,
    kNull = 64
  };
  /// What is known of one place of a document.
  struct Place {
    std::uint8_t kinds = 0;                                         ///< that fit
    std::vector<std::string> texts{};                               ///< the only ones that fit; empty: all do
    std::optional<double> minimum{};                                ///< of a number
    std::uint64_t required = 0;                                     ///< of an object, by number of the property
    std::vector<std::pair<std::string, std::size_t>> properties{};  ///< and their places
    std::size_t others = kNone;                                     ///< the place of all other properties
    std::size_t items = kNone;                                      ///< the place of an array's
  };

  std::optional<std::size_t> add(const nlohmann::json& schema);
  bool add_keyword(Place& place, const std::string& key, const nlohmann::json& value);
  bool add_properties(Place& place, const nlohmann::json& properties);
  static bool add_required(Place& place, const nlohmann::json& names);

  std::vector<Place> places_;
  std::size_t root_ = 0;
};

}  // namespace rapt::schema
