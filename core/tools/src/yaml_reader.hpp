// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <yaml-cpp/yaml.h>

#include "rapt/tools/check.hpp"

namespace rapt::tools {

/// Faults of a document, each with its place.
class Faults {
 public:
  /// `text` must outlive it: what is wrong is shown from there.
  explicit Faults(std::string_view text) : text_(text) {}
  /// At most 20 are kept.
  void add(const YAML::Mark& mark, std::string path, const std::string& message);
  [[nodiscard]] bool empty() const { return faults_.empty(); }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return faults_; }

 private:
  std::string_view text_;
  std::vector<Diagnostic> faults_;
};

/// The candidate that was probably meant; "" when none is near.
std::string closest(std::string_view word, std::vector<std::string_view> candidates);

/// The one document of `text`, which is UTF-8. Bad syntax, several documents, anchors, aliases and tags are faults, and
/// nothing is answered then.
std::optional<YAML::Node> load_yaml(std::string_view text, Faults& faults);

/// Plain scalars by YAML's core schema (null, true, 12, 1.5), quoted ones as text, keys in the order of the file. A key
/// that stands twice is a fault, and so is a mapping of more than 1000 keys: looking one up takes time with their
/// number.
nlohmann::ordered_json json_of(const YAML::Node& node, const std::string& path, Faults& faults);

/// Reads the entries of one mapping. Every method reports what is wrong to `faults` and answers with nothing then.
class MapReader {
 public:
  /// Keys outside `known` and keys that stand twice are faults.
  MapReader(const YAML::Node& node, std::string path, std::span<const std::string_view> known, Faults& faults);

  [[nodiscard]] bool has(std::string_view key) const { return find(key).has_value(); }
  [[nodiscard]] std::optional<YAML::Node> find(std::string_view key) const;
  std::optional<std::string> text(std::string_view key, std::size_t max_characters);
  std::optional<std::string> required_text(std::string_view key, std::size_t max_characters);
  std::optional<int> integer(std::string_view key, int min, int max);
  std::optional<bool> boolean(std::string_view key);
  /// The items of a list of at most `max` entries.
  std::vector<YAML::Node> items(std::string_view key, std::size_t max);
  /// The same, of texts that are not empty.
  std::vector<std::string> texts(std::string_view key, std::size_t max, std::size_t max_characters);
  void fault(std::string_view key, const std::string& message);
  [[nodiscard]] std::string path_of(std::string_view key) const;

 private:
  struct Entry {
    std::string key;
    YAML::Mark mark;
    YAML::Node value;
  };
  [[nodiscard]] YAML::Mark mark_of(std::string_view key) const;

  YAML::Node node_;
  std::string path_;
  Faults& faults_;
  std::vector<Entry> entries_;
};

/// A whole number between the bounds, written plainly.
std::optional<int> integer_of(const YAML::Node& node, int min, int max);

}  // namespace rapt::tools
