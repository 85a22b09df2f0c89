// SPDX-License-Identifier: AGPL-3.0-or-later
#include "plain_shape.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::schema {

namespace {

constexpr std::size_t kMostProperties = 64;  // a bit for each
constexpr std::size_t kMostSeen = 5000;      // as the validator's limit
constexpr std::ptrdiff_t kMostDigits = 15;   // a double holds them all

bool is_note(std::string_view key) {
  constexpr std::array<std::string_view, 6> kNotes = {"$schema",     "$comment", "title",
                                                      "description", "default",  "examples"};
  return std::find(kNotes.begin(), kNotes.end(), key) != kNotes.end();
}

bool is_texts(const nlohmann::json& list) {
  return list.is_array() && !list.empty() &&
         std::all_of(list.begin(), list.end(), [](const auto& one) { return one.is_string(); });
}

}  // namespace

std::optional<PlainShape> PlainShape::of(const nlohmann::json& schema) {
  PlainShape shape;
  const auto root = shape.add(schema);
  if (!root) return std::nullopt;
  shape.root_ = *root;
  return shape;
}

std::optional<std::size_t> PlainShape::add(const nlohmann::json& schema) {
  if (!schema.is_object()) return std::nullopt;
  Place place;
  for (const auto& [key, value] : schema.items()) {
    if (key != "required" && !add_keyword(place, key, value)) return std::nullopt;
  }
  if (schema.contains("required") && !add_required(place, schema["required"])) return std::nullopt;
  const bool may_be_text = !schema.contains("type") || (place.kinds & kText) != 0;
  if (!place.texts.empty()) place.kinds = may_be_text ? kText : 0;
  places_.push_back(std::move(place));
  return places_.size() - 1;
}

bool PlainShape::add_keyword(Place& place, const std::string& key, const nlohmann::json& value) {
  static const nlohmann::json kKinds = {{"object", kObject},
                                        {"array", kArray},
                                        {"string", kText},
                                        {"integer", kInteger},
                                        {"number", kInteger | kFraction},
                                        {"boolean", kTruth},
                                        {"null", kNull}};
  if (is_note(key)) return true;
  if (key == "type") {
    if (!value.is_string() || !kKinds.contains(value)) return false;
    place.kinds = kKinds[value.get_ref<const std::string&>()].get<std::uint8_t>();
    return true;
  }
  if (key == "properties") return add_properties(place, value);
  if (key == "minimum" && value.is_number()) {
    place.minimum = value.get<double>();
    return true;
  }
  // Two lists of texts would have to be crossed.
  if (key == "enum" && is_texts(value) && place.texts.empty()) {
    place.texts = value.get<std::vector<std::string>>();
    return true;
  }
  if (key == "const" && value.is_string() && place.texts.empty()) {
    place.texts = {value.get<std::string>()};
    return true;
  }
  if (key != "items" && key != "additionalProperties") return false;
  if (value.is_boolean()) return key == "additionalProperties";
  const auto inside = add(value);
  if (inside) (key == "items" ? place.items : place.others) = *inside;
  return inside.has_value();
}

bool PlainShape::add_properties(Place& place, const nlohmann::json& properties) {
  if (!properties.is_object() || properties.size() > kMostProperties) return false;
  for (const auto& [name, schema] : properties.items()) {
    const auto inside = add(schema);
    if (!inside) return false;
    place.properties.emplace_back(name, *inside);
  }
  return true;
}

bool PlainShape::add_required(Place& place, const nlohmann::json& names) {
  if (!names.is_array()) return false;
  for (const auto& name : names) {
    const auto found = std::find_if(place.properties.begin(), place.properties.end(),
                                    [&](const auto& one) { return name == one.first; });
    if (found == place.properties.end()) return false;
    place.required |= std::uint64_t{1} << (found - place.properties.begin());
  }
  return true;
}

/// Reads one document. Every function is false where it cannot tell.
class ShapeReader {
 public:
  ShapeReader(const PlainShape& shape, std::string_view text)
      : shape_(shape), text_(text), at_(text.data()), end_(at_ + text.size()) {}

  bool document() {
    if (!value(shape_.root_)) return false;
    space();
    return at_ == end_ && (!beyond_ascii_ || is_utf8(text_));
  }

 private:
  using Place = PlainShape::Place;

  void space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view wanted) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }

  bool value(std::size_t number) {
    if (number == PlainShape::kNone || ++seen_ > kMostSeen) return false;
    const auto& place = shape_.places_[number];
    space();
    if (at_ == end_) return false;
    const auto may = [&](PlainShape::Kind kind) { return (place.kinds & kind) != 0; };
    switch (*at_) {
      case '{':
        return may(PlainShape::kObject) && object(place);
      case '[':
        return may(PlainShape::kArray) && array(place);
      case '"':
        return may(PlainShape::kText) && string(place);
      case 't':
        return may(PlainShape::kTruth) && word("true");
      case 'f':
        return may(PlainShape::kTruth) && word("false");
      case 'n':
        return may(PlainShape::kNull) && word("null");
      default:
        return digits(place);
    }
  }

  bool object(const Place& place) {
    ++at_;
    std::uint64_t had = 0;
    space();
    if (take('}')) return place.required == 0;
    do {
      space();
      std::string_view name;
      bool escaped = false;
      if (!text(name, escaped) || escaped) return false;
      space();
      if (!take(':') || !property(place, name, had)) return false;
      space();
    } while (take(','));
    return take('}') && (had & place.required) == place.required;
  }

  bool property(const Place& place, std::string_view name, std::uint64_t& had) {
    for (std::size_t i = 0; i < place.properties.size(); ++i) {
      if (place.properties[i].first != name) continue;
      const auto bit = std::uint64_t{1} << i;
      const bool again = (had & bit) != 0;
      had |= bit;
      return !again && value(place.properties[i].second);
    }
    return value(place.others);
  }

  bool array(const Place& place) {
    ++at_;
    space();
    if (take(']')) return true;
    do {
      if (!value(place.items)) return false;
      space();
    } while (take(','));
    return take(']');
  }

  /// What stands between two quotes, with its escapes.
  bool text(std::string_view& out, bool& escaped) {
    if (!take('"')) return false;
    const char* const begin = at_;
    for (; at_ != end_ && *at_ != '"'; ++at_) {
      const auto byte = static_cast<unsigned char>(*at_);
      if (byte < 0x20) return false;
      beyond_ascii_ |= byte >= 0x80;
      if (byte != '\\') continue;
      escaped = true;
      if (++at_ == end_ || std::string_view("\"\\/bfnrt").find(*at_) == std::string_view::npos) return false;
    }
    out = {begin, static_cast<std::size_t>(at_ - begin)};
    return take('"');
  }

  bool string(const Place& place) {
    std::string_view found;
    bool escaped = false;
    if (!text(found, escaped)) return false;
    return place.texts.empty() ||
           (!escaped && std::find(place.texts.begin(), place.texts.end(), found) != place.texts.end());
  }

  bool run_of_digits() {
    const char* const begin = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != begin;
  }

  bool digits(const Place& place) {
    const char* const begin = at_;
    take('-');
    if (!take('0') && !run_of_digits()) return false;
    const bool fraction = take('.');
    if (fraction && !run_of_digits()) return false;
    if (at_ - begin > kMostDigits || (place.kinds & (fraction ? PlainShape::kFraction : PlainShape::kInteger)) == 0)
      return false;
    if (!place.minimum) return true;
    double number = 0;
    const auto read = std::from_chars(begin, at_, number);
    return read.ec == std::errc() && read.ptr == at_ && number >= *place.minimum;
  }

  const PlainShape& shape_;
  const std::string_view text_;
  const char* at_;
  const char* const end_;
  std::size_t seen_ = 0;
  bool beyond_ascii_ = false;
};

bool PlainShape::surely_fits(std::string_view document) const {
  return ShapeReader(*this, document).document();
}

}  // namespace rapt::schema
