// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tool_form.hpp"

#include <sstream>

#include <nlohmann/json.hpp>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::size_t kMostToolBytes = 262144, kMostToolModules = 50;
constexpr int kDeepestTool = 60;

/// Looks at the document's events before a tree is built: what could grow is refused outright.
class Guard final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t anchor) override { look("", anchor); }
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { fault = "must not hold aliases (*name)"; }
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor, const std::string&) override {
    look(tag, anchor);
  }
  void OnSequenceStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    enter(tag, anchor);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    enter(tag, anchor);
  }
  void OnMapEnd() override { --depth_; }
  std::string fault;

 private:
  void look(const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) fault = "must not hold anchors (&name)";
    if (!tag.empty() && tag != "?" && tag != "!") fault = "must not hold tags (!name)";
  }
  void enter(const std::string& tag, YAML::anchor_t anchor) {
    look(tag, anchor);
    if (++depth_ > kDeepestTool) throw YAML::Exception(YAML::Mark::null_mark(), "is nested deeper than 60 levels");
  }
  int depth_ = 0;
};

Error fault_at(const std::string& key, const std::string& message) {
  return Error::invalid(key.empty() ? "yaml" : "yaml." + key, message);
}

/// Into `root`: YAML::Node is made of anything, also of an Error, so that no Result can hold one.
Result<void> load(std::string_view yaml, YAML::Node& root) {
  if (yaml.size() > kMostToolBytes) return fault_at("", "must not be larger than 256 KiB");
  if (!is_utf8(yaml) || yaml.find('\0') != std::string_view::npos)
    return fault_at("", "must be UTF-8 text without U+0000");
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    Guard guard;
    if (!parser.HandleNextDocument(guard)) return fault_at("", "is empty");
    if (guard.fault.empty() && parser.HandleNextDocument(guard))
      return fault_at("", "holds more than one document (---)");
    if (!guard.fault.empty()) return fault_at("", guard.fault);
    root.reset(YAML::Load(std::string(yaml)));
    if (!root.IsMap()) return fault_at("", "must be a map: name, type, version, behavior, …");
    return {};
  } catch (const YAML::Exception& wrong) {
    const auto line = wrong.mark.is_null() ? "" : " (line " + std::to_string(wrong.mark.line + 1) + ")";
    return fault_at("", "is not readable: " + printable(wrong.msg, 200) + line);
  }
}

Result<std::string> text(const YAML::Node& map, const std::string& key, std::size_t most, bool needed) {
  const auto node = map[key];
  if (!node.IsDefined() && !needed) return std::string();
  if (!node.IsDefined() || !node.IsScalar()) return fault_at(key, "is required, as a text");
  const auto& value = node.Scalar();
  if ((needed && value.empty()) || value.size() > most)
    return fault_at(key, "must have 1 to " + std::to_string(most) + " bytes");
  return value;
}

/// Keys of YAML are texts in a schema; numbers and truth values are told by how they are written.
json as_json(const YAML::Node& node) {
  if (node.IsSequence()) {
    json out = json::array();
    for (const auto& item : node) out.push_back(as_json(item));
    return out;
  }
  if (node.IsMap()) {
    json out = json::object();
    for (const auto& entry : node) out[entry.first.IsScalar() ? entry.first.Scalar() : ""] = as_json(entry.second);
    return out;
  }
  if (!node.IsScalar()) return nullptr;
  if (node.Tag() != "?") return node.Scalar();
  const auto parsed = json::parse(node.Scalar(), nullptr, false);
  return parsed.is_number() || parsed.is_boolean() ? parsed : json(node.Scalar());
}

Result<void> check_schema(const YAML::Node& root, const char* key) {
  if (!root[key].IsDefined()) return fault_at(key, "is required for a product tool");
  const auto compiled = schema::JsonSchema::compile(as_json(root[key]).dump());
  if (compiled) return {};
  return fault_at(key, "is no schema: " + compiled.error().message);
}

Result<void> read_modules(const YAML::Node& root, ToolForm& out) {
  const auto modules = root["modules"];
  if (!modules.IsDefined()) return {};
  if (!modules.IsSequence() || modules.size() > kMostToolModules)
    return fault_at("modules", "must be a list of at most 50");
  for (const auto& item : modules) {
    const auto name = item.IsMap() ? item["name"] : item;
    if (!name.IsDefined() || !name.IsScalar() || !bundle::is_valid_name(name.Scalar()))
      return fault_at("modules", "must name modules");
    out.modules.push_back(name.Scalar());
  }
  return {};
}

Result<void> read_meta(const YAML::Node& root, ToolForm& out) {
  const auto meta = root["meta"];
  if (!meta.IsDefined()) return {};
  if (!meta.IsMap()) return fault_at("meta", "must be a map");
  auto description = text(meta, "description", 2000, false), subject = text(meta, "subject", 100, false);
  if (!description || !subject) return fault_at("meta", "has a description of at most 2000 bytes and a subject of 100");
  out.description = std::move(*description);
  out.subject = std::move(*subject);
  const auto grades = meta["grades"];
  if (!grades.IsDefined()) return {};
  if (!grades.IsSequence() || grades.size() > 20) return fault_at("meta.grades", "must be a list of grades");
  for (const auto& grade : grades) {
    if (!grade.IsScalar() || grade.Scalar().size() > 3) return fault_at("meta.grades", "must be a list of grades");
    out.grade_level += (out.grade_level.empty() ? "" : ", ") + grade.Scalar();
  }
  return {};
}

}  // namespace

Result<ToolForm> read_tool_form(std::string_view yaml) {
  YAML::Node root;
  RAPT_TRY(load(yaml, root));
  ToolForm out;
  auto name = text(root, "name", 100, true);
  if (!name) return name.error();
  auto type = text(root, "type", 20, true);
  if (!type) return type.error();
  if (*type != "chat" && *type != "product") return fault_at("type", "must be chat or product");
  const auto version = text(root, "version", 64, true);
  if (!version) return version.error();
  if (!Version::parse(*version)) return fault_at("version", "must be a semantic version such as 1.0.0");
  RAPT_TRY(text(root, "behavior", 65536, true));
  if (*type == "product") {
    RAPT_TRY(check_schema(root, "input_schema"));
    RAPT_TRY(check_schema(root, "output_schema"));
  }
  RAPT_TRY(read_modules(root, out));
  RAPT_TRY(read_meta(root, out));
  out.name = std::move(*name);
  out.type = std::move(*type);
  return out;
}

}  // namespace rapt::marketplace
