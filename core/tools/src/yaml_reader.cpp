// SPDX-License-Identifier: AGPL-3.0-or-later
#include "yaml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "rapt/base/text.hpp"

namespace rapt::tools {
namespace {

constexpr std::size_t kMaxGuessed = 64;  // bytes of a word that is compared
constexpr std::size_t kMaxGuess = 2;     // edits between an unknown key and the one that is suggested

/// Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string unknown_key(const std::string& key, std::span<const std::string_view> known) {
  std::string message = "\"" + printable(key, 60) + "\" is not known here";
  const auto meant = closest(key, {known.begin(), known.end()});
  if (!meant.empty()) return message + "; did you mean \"" + meant + "\"?";
  message += "; known are";
  for (const std::string_view one : known) message += (message.ends_with("are") ? " " : ", ") + std::string(one);
  return message + ".";
}

}  // namespace

std::string closest(std::string_view word, std::vector<std::string_view> candidates) {
  if (word.size() > kMaxGuessed || candidates.empty()) return {};
  const auto best = std::min_element(candidates.begin(), candidates.end(), [&](std::string_view a, std::string_view b) {
    return distance(word, a) < distance(word, b);
  });
  return distance(word, *best) <= kMaxGuess ? std::string(*best) : std::string();
}

MapReader::MapReader(const YAML::Node& node, std::string path, std::span<const std::string_view> known, Faults& faults)
    : node_(node), path_(std::move(path)), faults_(faults) {
  if (!node_.IsMap()) {
    faults_.add(node_.Mark(), path_, "must be a mapping of keys to values.");
    return;
  }
  for (const auto& entry : node_) {
    const YAML::Mark mark = entry.first.Mark();
    if (!entry.first.IsScalar()) {
      faults_.add(mark, path_, "a key must be a word.");
      continue;
    }
    const std::string& key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      faults_.add(mark, path_, unknown_key(key, known));
    } else if (has(key)) {
      faults_.add(mark, path_of(key), "stands here a second time; remove one of them.");
    } else {
      entries_.push_back({key, mark, entry.second});
    }
  }
}

std::string MapReader::path_of(std::string_view key) const {
  return path_ + "." + std::string(key);
}

std::optional<YAML::Node> MapReader::find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return entry.value;
  }
  return std::nullopt;
}

YAML::Mark MapReader::mark_of(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return entry.value.Mark().is_null() ? entry.mark : entry.value.Mark();
  }
  return node_.Mark();
}

void MapReader::fault(std::string_view key, const std::string& message) {
  faults_.add(mark_of(key), path_of(key), message);
}

std::optional<std::string> MapReader::text(std::string_view key, std::size_t max_characters) {
  const auto value = find(key);
  if (!value) return std::nullopt;
  if (!value->IsScalar()) {
    fault(key, "must be text.");
    return std::nullopt;
  }
  std::string text = value->Scalar();
  const auto is_space = [](unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  if (std::all_of(text.begin(), text.end(), is_space)) {
    fault(key, "must not be empty.");
    return std::nullopt;
  }
  if (text.find('\0') != std::string::npos) {
    fault(key, "must not hold the character U+0000.");
    return std::nullopt;
  }
  if (count_code_points(text) > max_characters) {
    fault(key, "must not be longer than " + std::to_string(max_characters) + " characters.");
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> MapReader::required_text(std::string_view key, std::size_t max_characters) {
  if (!has(key)) faults_.add(node_.Mark(), path_of(key), "is required.");
  return text(key, max_characters);
}

std::optional<int> MapReader::integer(std::string_view key, int min, int max) {
  const auto value = find(key);
  if (!value) return std::nullopt;
  const auto number = integer_of(*value, min, max);
  if (!number) fault(key, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max) + ".");
  return number;
}

std::optional<bool> MapReader::boolean(std::string_view key) {
  const auto value = find(key);
  if (!value) return std::nullopt;
  if (value->IsScalar() && value->Tag() == "?") {
    if (value->Scalar() == "true") return true;
    if (value->Scalar() == "false") return false;
  }
  fault(key, "must be true or false.");
  return std::nullopt;
}

std::vector<YAML::Node> MapReader::items(std::string_view key, std::size_t max) {
  const auto value = find(key);
  std::vector<YAML::Node> out;
  if (!value) return out;
  if (!value->IsSequence()) {
    fault(key, "must be a list.");
    return out;
  }
  if (value->size() > max) {
    fault(key, "must not have more than " + std::to_string(max) + " entries.");
    return out;
  }
  for (const auto& item : *value) out.push_back(item);
  return out;
}

std::vector<std::string> MapReader::texts(std::string_view key, std::size_t max, std::size_t max_characters) {
  std::vector<std::string> out;
  const auto nodes = items(key, max);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const bool good =
        nodes[i].IsScalar() && !nodes[i].Scalar().empty() && count_code_points(nodes[i].Scalar()) <= max_characters;
    if (good) {
      out.push_back(nodes[i].Scalar());
    } else {
      faults_.add(nodes[i].Mark(), path_of(key) + "[" + std::to_string(i) + "]",
                  "must be text of at most " + std::to_string(max_characters) + " characters.");
    }
  }
  return out;
}

std::optional<int> integer_of(const YAML::Node& node, int min, int max) {
  if (!node.IsScalar() || node.Tag() != "?") return std::nullopt;
  const std::string& text = node.Scalar();
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value < min || value > max) return std::nullopt;
  return value;
}

}  // namespace rapt::tools
