// SPDX-License-Identifier: AGPL-3.0-or-later
// The SDK's JSON, with which modules read what strangers answer: whatever it accepts, another reader accepts, too, and
// what it writes, both read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <rapt/json.hpp>

#include "rapt/base/text.hpp"

namespace {

using rapt::json::Value;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string written(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kBool:
      return value.truth() ? "true" : "false";
    case Value::Kind::kNumber:
      return nlohmann::json(value.number()).dump();
    case Value::Kind::kText:
      return rapt::json::quote(value.text());
    case Value::Kind::kList:
    case Value::Kind::kObject:
      break;
  }
  const bool object = value.is(Value::Kind::kObject);
  std::string out;
  for (std::size_t i = 0; i < value.list().size(); ++i) {
    if (i > 0) out += ",";
    if (object) out += rapt::json::quote(value.keys()[i]) + ":";
    out += written(value.list()[i]);
  }
  return object ? "{" + out + "}" : "[" + out + "]";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto ours = rapt::json::parse(text);
  if (!ours || !rapt::is_utf8(text)) return 0;
  const auto theirs = nlohmann::json::parse(text, nullptr, false);
  require(!theirs.is_discarded());
  const auto again = written(*ours);
  require(rapt::json::parse(again).has_value());
  require(nlohmann::json::parse(again, nullptr, false) == nlohmann::json::parse(theirs.dump(), nullptr, false) ||
          text.find_first_of(".eE-0123456789") != std::string::npos);
  if (theirs.is_object()) {
    require(theirs.size() == ours->keys().size());
    for (const auto& key : ours->keys()) require(theirs.contains(key) && ours->has(key) == !theirs[key].is_null());
  }
  if (theirs.is_string()) require(theirs.get<std::string>() == ours->text());
  return 0;
}
