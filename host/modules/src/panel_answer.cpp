// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/panel_answer.hpp"

#include <rapt/panels.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

/// One value of the answer and where it stands. The first fault counts; after it whatever is read is empty.
class Value {
 public:
  Value(const json* value, std::string path, Error& fault) : value_(value), path_(std::move(path)), fault_(&fault) {}

  void wrong(std::string message) {
    if (fault_->fields.empty()) *fault_ = Error::invalid(path_.empty() ? "answer" : path_, std::move(message));
  }
  [[nodiscard]] bool is_there() const { return value_ != nullptr; }

  Value at(const char* key) {
    const bool has = value_ != nullptr && value_->is_object() && value_->contains(key);
    return {has ? &(*value_)[key] : nullptr, path_.empty() ? key : path_ + "." + key, *fault_};
  }
  bool is_object() {
    if (value_ != nullptr && value_->is_object()) return true;
    wrong("must be an object");
    return false;
  }
  /// Refuses members beside these.
  void object(std::initializer_list<std::string_view> members) {
    if (!is_object()) return;
    for (const auto& item : value_->items()) {
      if (std::find(members.begin(), members.end(), item.key()) != members.end()) continue;
      Value(nullptr, path_.empty() ? printable(item.key(), 60) : path_ + "." + printable(item.key(), 60), *fault_)
          .wrong("is not known here");
    }
  }
  std::vector<Value> list(std::size_t least, std::size_t most) {
    std::vector<Value> out;
    const bool good = value_ != nullptr && value_->is_array() && value_->size() >= least && value_->size() <= most;
    if (!good) {
      const auto exactly = "exactly " + std::to_string(most);
      wrong("must be a list of " + (least == most ? exactly : std::to_string(least) + " to " + std::to_string(most)));
      return out;
    }
    for (std::size_t i = 0; i < value_->size(); ++i)
      out.emplace_back(&(*value_)[i], path_ + "[" + std::to_string(i) + "]", *fault_);
    return out;
  }
  /// One line, not empty unless `may_be_empty`.
  json line(bool may_be_empty = false) {
    if (value_ == nullptr || !value_->is_string()) return wrong("must be text"), json("");
    const auto& text = value_->get_ref<const std::string&>();
    if (text.size() > RAPT_PANELS_MAX_TEXT_BYTES)
      wrong("must be at most " + std::to_string(RAPT_PANELS_MAX_TEXT_BYTES) + " bytes");
    if (text.empty() && !may_be_empty) wrong("must not be empty");
    if (!std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; }))
      wrong("must be one line without control characters");
    return json(text);
  }
  json line_or_null() { return is_there() ? line() : json(nullptr); }
  json markdown() {
    if (value_ == nullptr || !value_->is_string()) return wrong("must be text"), json("");
    const auto& text = value_->get_ref<const std::string&>();
    if (text.size() > RAPT_PANELS_MAX_MARKDOWN_BYTES)
      wrong("must be at most " + std::to_string(RAPT_PANELS_MAX_MARKDOWN_BYTES) + " bytes");
    const auto plain = [](unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t'; };
    if (!std::all_of(text.begin(), text.end(), plain)) wrong("must hold no control characters");
    if (auto fault = markdown_fault(text); !fault.empty()) wrong(std::move(fault));
    return json(text);
  }
  json number_or(const char* what, bool other) {
    if (value_ == nullptr || !(value_->is_number() || other)) return wrong(std::string("must be ") + what), json(0);
    if (value_->is_number_float() && !std::isfinite(value_->get<double>())) wrong("must be finite");
    return *value_;
  }
  /// A number or a line.
  json figure() {
    if (value_ != nullptr && value_->is_string()) return line(true);
    return number_or("a number or text", false);
  }
  json number_or_null() { return number_or("a number or null", value_ != nullptr && value_->is_null()); }
  json cell() {
    if (value_ != nullptr && value_->is_string()) return line(true);
    const bool plain = value_ != nullptr && (value_->is_null() || value_->is_boolean());
    return number_or("text, a number, a boolean or null", plain);
  }
  /// One of the words, the first of them where it may be missing and is.
  json word(std::initializer_list<std::string_view> words, bool may_be_missing) {
    if (value_ == nullptr && may_be_missing) return json(*words.begin());
    const bool text = value_ != nullptr && value_->is_string();
    if (text && std::find(words.begin(), words.end(), value_->get_ref<const std::string&>()) != words.end())
      return *value_;
    std::string all;
    for (const auto one : words) all += (all.empty() ? "" : ", ") + std::string(one);
    wrong("must be one of: " + all);
    return json(*words.begin());
  }
  json count() {
    if (value_ == nullptr) return json(0);
    constexpr std::uint64_t kMost = std::uint64_t{1} << 53;
    if (value_->is_number_unsigned() && value_->get<std::uint64_t>() <= kMost) return *value_;
    wrong("must be a whole number from 0");
    return json(0);
  }

 private:
  const json* value_;
  std::string path_;
  Error* fault_;
};

json counters(Value part) {
  part.object({"kind", "title", "items"});
  json items = json::array();
  for (auto& item : part.at("items").list(1, RAPT_PANELS_MAX_ITEMS)) {
    item.object({"label", "value", "unit", "note", "tone"});
    items.push_back({{"label", item.at("label").line()},
                     {"value", item.at("value").figure()},
                     {"unit", item.at("unit").line_or_null()},
                     {"note", item.at("note").line_or_null()},
                     {"tone", item.at("tone").word({"neutral", "good", "warning", "bad"}, true)}});
  }
  return {{"items", std::move(items)}};
}

json table(Value part) {
  part.object({"kind", "title", "columns", "rows", "more"});
  json columns = json::array(), rows = json::array();
  for (auto& column : part.at("columns").list(1, RAPT_PANELS_MAX_COLUMNS)) {
    column.object({"label", "align"});
    columns.push_back(
        {{"label", column.at("label").line()}, {"align", column.at("align").word({"left", "right"}, true)}});
  }
  for (auto& row : part.at("rows").list(0, RAPT_PANELS_MAX_ROWS)) {
    json cells = json::array();
    for (auto& cell : row.list(columns.size(), columns.size())) cells.push_back(cell.cell());
    rows.push_back(std::move(cells));
  }
  return {{"columns", std::move(columns)}, {"rows", std::move(rows)}, {"more", part.at("more").count()}};
}

json chart(Value part) {
  part.object({"kind", "title", "form", "x", "series", "unit"});
  json labels = json::array(), series = json::array();
  for (auto& label : part.at("x").list(1, RAPT_PANELS_MAX_LABELS)) labels.push_back(label.line(true));
  for (auto& one : part.at("series").list(1, RAPT_PANELS_MAX_SERIES)) {
    one.object({"label", "values"});
    json values = json::array();
    for (auto& value : one.at("values").list(labels.size(), labels.size())) values.push_back(value.number_or_null());
    series.push_back({{"label", one.at("label").line()}, {"values", std::move(values)}});
  }
  return {{"form", part.at("form").word({"line", "bar"}, false)},
          {"x", std::move(labels)},
          {"series", std::move(series)},
          {"unit", part.at("unit").line_or_null()}};
}

json text(Value part) {
  part.object({"kind", "title", "text"});
  return {{"text", part.at("text").markdown()}};
}

json drawn(Value part) {
  if (!part.is_object()) return nullptr;
  const auto kind = part.at("kind").word({"counters", "table", "chart", "text"}, false);
  json out = kind == "counters" ? counters(part)
             : kind == "table"  ? table(part)
             : kind == "chart"  ? chart(part)
                                : text(part);
  out["kind"] = kind;
  out["title"] = part.at("title").line_or_null();
  return out;
}

}  // namespace

Result<std::string> read_panel_answer(std::string_view answer) {
  if (answer.size() > RAPT_PANELS_MAX_BYTES)
    return Error::invalid("answer", "must be at most " + std::to_string(RAPT_PANELS_MAX_BYTES) + " bytes");
  const auto document = json::parse(answer, nullptr, false);
  if (document.is_discarded()) return Error::invalid("answer", "must be JSON with finite numbers");
  Error fault;
  Value whole(&document, "", fault);
  whole.object({"parts", "empty"});
  json parts = json::array();
  for (auto& part : whole.at("parts").list(0, RAPT_PANELS_MAX_PARTS)) parts.push_back(drawn(part));
  json out{{"parts", std::move(parts)}, {"empty", whole.at("empty").line_or_null()}};
  if (!fault.fields.empty()) return fault;
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace rapt::host
