// SPDX-License-Identifier: AGPL-3.0-or-later
#include <charconv>
#include <cmath>
#include <sstream>

#include <nlohmann/json.hpp>
#include <yaml-cpp/eventhandler.h>

#include "yaml_reader.hpp"

namespace rapt::tools {
namespace {

using nlohmann::ordered_json;

constexpr const char* kYamlRoot = "definition";
constexpr int kMaxDepth = 60;
constexpr std::size_t kMaxKeys = 1000;

/// Looks at a document's events before a tree is built: what is refused outright never becomes one.
class Guard final : public YAML::EventHandler {
 public:
  explicit Guard(Faults& faults) : faults_(faults) {}
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { look(mark, "", anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    faults_.add(mark, kYamlRoot, "aliases (*name) are not allowed; write the value out.");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string&) override {
    look(mark, tag, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    look(mark, tag, anchor);
    enter(mark);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    look(mark, tag, anchor);
    enter(mark);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void look(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) faults_.add(mark, kYamlRoot, "anchors (&name) are not allowed; write the value out.");
    if (!tag.empty() && tag != "?" && tag != "!") faults_.add(mark, kYamlRoot, "tags (!name) are not allowed.");
  }
  void enter(const YAML::Mark& mark) {
    if (++depth_ == kMaxDepth + 1)
      faults_.add(mark, kYamlRoot, "is nested deeper than " + std::to_string(kMaxDepth) + " levels.");
  }
  Faults& faults_;
  int depth_ = 0;
};

bool whole(const std::string& text, ordered_json& out) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return false;
  out = value;
  return true;
}

bool fraction(const std::string& text, ordered_json& out) {
  if (text.find_first_not_of("0123456789+-.eE") != std::string::npos ||
      text.find_first_of("0123456789") == std::string::npos)
    return false;
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return false;
  out = value;
  return true;
}

ordered_json scalar_of(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() != "?") return text;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  ordered_json number;
  return whole(text, number) || fraction(text, number) ? number : ordered_json(text);
}

}  // namespace

std::optional<YAML::Node> load_yaml(std::string_view text, Faults& faults) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Guard guard(faults);
    if (!parser.HandleNextDocument(guard)) faults.add(YAML::Mark(), kYamlRoot, "is empty.");
    if (faults.empty() && parser.HandleNextDocument(guard))
      faults.add(YAML::Mark(), kYamlRoot, "holds more than one document (---).");
    if (!faults.empty()) return std::nullopt;
    return YAML::Load(std::string(text));
  } catch (const YAML::Exception& fault) {
    faults.add(fault.mark, kYamlRoot, fault.msg + ".");
    return std::nullopt;
  }
}

ordered_json json_of(const YAML::Node& node, const std::string& path, Faults& faults) {
  if (node.IsScalar()) return scalar_of(node);
  if (node.IsSequence()) {
    ordered_json list = ordered_json::array();
    for (std::size_t i = 0; i < node.size(); ++i)
      list.push_back(json_of(node[i], path + "[" + std::to_string(i) + "]", faults));
    return list;
  }
  if (!node.IsMap()) return nullptr;
  ordered_json object = ordered_json::object();
  if (node.size() > kMaxKeys) {
    faults.add(node.Mark(), path, "must not have more than " + std::to_string(kMaxKeys) + " keys.");
    return object;
  }
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) {
      faults.add(entry.first.Mark(), path, "a key must be a word.");
      continue;
    }
    const std::string& key = entry.first.Scalar();
    const std::string inside = path + "." + key;
    if (object.contains(key)) faults.add(entry.first.Mark(), inside, "stands here a second time; remove one of them.");
    object[key] = json_of(entry.second, inside, faults);
  }
  return object;
}

}  // namespace rapt::tools
