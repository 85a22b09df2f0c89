// SPDX-License-Identifier: AGPL-3.0-or-later
#include "author_bundle.hpp"

#include "rapt/base/file.hpp"
#include "rapt/bundle/library.hpp"
#include "rapt/module_settings/config_schema.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::cli {
namespace {

/// A host would refuse to start the module; its author should hear it first.
Result<void> check_schema(const std::string& json, const std::string& where) {
  const auto compiled = schema::JsonSchema::compile(json);
  if (compiled) return {};
  return Error::invalid(where, compiled.error().message);
}

Result<void> check_schemas(const bundle::Bundle& packed) {
  const auto& config = packed.manifest.config_schema_path;
  if (!config.empty()) {
    const auto marked = module_settings::ConfigSchema::compile(packed.files.at(config).bytes);
    if (!marked) return Error::invalid(config, marked.error().message);
  }
  for (const auto& found : packed.manifest.extractions)
    RAPT_TRY(check_schema(found.schema_json, "extractions." + found.type + ".schema"));
  return {};
}

}  // namespace

Result<security::PrivateKey> load_key(const std::string& path) {
  auto text = read_file(path, 4096);
  if (!text) return std::move(text).error();
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r' || text->back() == ' ')) text->pop_back();
  auto key = security::PrivateKey::from_text(*text);
  text->assign(text->size(), '\0');
  if (!key) return Error::invalid("key", path + " is no signing key: `rapt keygen PUBLISHER` makes one.");
  return key;
}

Result<void> check_bundle(const bundle::Bundle& packed) {
  RAPT_TRY(bundle::check_papers(packed));
  RAPT_TRY(bundle::check_libraries(packed));
  return check_schemas(packed);
}

}  // namespace rapt::cli
