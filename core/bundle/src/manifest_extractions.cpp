// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <set>

#include "manifest_parts.hpp"
#include "names.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kMaxTypes = 32;
constexpr std::size_t kMaxTypeBytes = 64;  ///< as rapt/reply.h takes it
/// What the host itself writes down in a module's name.
constexpr std::string_view kHostsOwn = "module.";

/// As rapt/reply.h takes it: words of lower-case letters, digits and '_', joined by '.' or '-'.
bool is_type(std::string_view text) {
  char before = '-';
  for (const char c : text) {
    const bool joint = c == '-' || c == '.';
    if (!joint && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') return false;
    if (joint && (before == '-' || before == '.')) return false;
    before = c;
  }
  return before != '-' && before != '.';
}

void read_type(JsonReader& in, std::string& out) {
  if (!in.text("type", out, kMaxTypeBytes, Need::kRequired)) return;
  if (!is_type(out)) {
    in.fault("type", "Use lower-case letters, digits and '_', in words that are joined by '.' or '-'.");
  } else if (out.starts_with(kHostsOwn)) {
    in.fault("type", "Types that begin with \"module.\" are the host's own.");
  }
}

void read_schema(JsonReader& in, ManifestExtraction& out) {
  if (in.is_object("schema")) {
    out.schema_json = in.object_text("schema");
  } else if (in.text("schema", out.schema_path, kMaxPathBytes, Need::kRequired)) {
    if (const auto fault = path_fault(out.schema_path); !fault.empty())
      in.fault("schema",
               "Give a JSON Schema, or the path of one in the bundle; as a path: " + std::string(fault) + ".");
  }
}

}  // namespace

void read_extractions(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  auto items = in.objects("extractions", kMaxTypes);
  for (auto& item : items) {
    ManifestExtraction declared;
    read_type(item, declared.type);
    if (!declared.type.empty() && !seen.insert(declared.type).second)
      item.fault("type", "This type is declared twice.");
    if (item.text("title", declared.title, 100, Need::kRequired) && declared.title.empty())
      item.fault("title", "Say in a few words what was found: it is what teachers read.");
    item.text("description", declared.description, 500, Need::kOptional);
    read_schema(item, declared);
    item.refuse_unknown();
    out.extractions.push_back(std::move(declared));
  }
}

}  // namespace rapt::bundle
