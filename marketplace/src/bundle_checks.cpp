// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bundle_checks.hpp"

#include "license.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/library.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::marketplace {
namespace {

using Level = Finding::Level;
using bundle::Bundle;

constexpr std::size_t kLarge = std::size_t{16} << 20;

Finding papers(const Bundle& bundle) {
  const auto sound = bundle::check_papers(bundle);
  if (!sound) return {"papers", Level::kError, sound.error().message};
  return {"papers", Level::kOk, "The licence's text, a change log and a bill of materials are there."};
}

Finding license(const Bundle& bundle) {
  const auto& said = bundle.manifest.license;
  const auto named = licenses_of(said);
  if (!named) {
    return {"license", Level::kError,
            "\"" + said + "\" is no SPDX licence expression: write it as \"MIT\" or \"MIT OR Apache-2.0\"."};
  }
  for (const auto& one : *named) {
    if (!is_known_license(one)) {
      return {"license", Level::kWarning,
              "\"" + one + "\" is none of the usual identifiers of the SPDX list: check its spelling."};
    }
  }
  return {"license", Level::kOk, "The licence is " + said + "."};
}

Finding change_log(const Bundle& bundle) {
  const auto path = bundle::papers_of(bundle).change_log;
  const auto file = bundle.files.find(path);
  if (file == bundle.files.end() || file->second.bytes.find(bundle.manifest.version) == std::string::npos) {
    return {"change log", Level::kWarning,
            "The change log does not mention " + bundle.manifest.version + ": say what is new in it."};
  }
  return {"change log", Level::kOk, "The change log mentions " + bundle.manifest.version + "."};
}

Finding libraries(const Bundle& bundle) {
  const auto sound = bundle::check_libraries(bundle);
  if (!sound) return {"libraries", Level::kError, sound.error().message};
  std::string names;
  for (const auto& [architecture, path] : bundle.manifest.libraries)
    names += (names.empty() ? "" : ", ") + architecture;
  return {"libraries", Level::kOk,
          "The libraries (" + names + ") import nothing but the C and C++ libraries, and export one symbol."};
}

Result<void> compile(const std::string& where, const std::string& schema) {
  const auto compiled = schema::JsonSchema::compile(schema);
  if (!compiled) return Error::invalid(where, compiled.error().message);
  return {};
}

Result<void> compile_all(const Bundle& bundle) {
  const auto& config = bundle.manifest.config_schema_path;
  if (!config.empty()) RAPT_TRY(compile(config, bundle.files.at(config).bytes));
  for (const auto& one : bundle.manifest.extractions) RAPT_TRY(compile("extractions." + one.type, one.schema_json));
  return {};
}

Finding schemas(const Bundle& bundle) {
  const auto sound = compile_all(bundle);
  if (!sound) return {"schemas", Level::kError, sound.error().message};
  return {"schemas", Level::kOk, "The schemas of its settings and findings can be used."};
}

Finding migrations(const Bundle& bundle, const Bundle* before) {
  const auto all = bundle::migrations_of(bundle);
  if (before != nullptr) {
    for (const auto& path : bundle::migrations_of(*before)) {
      const auto now = bundle.files.find(path);
      if (now != bundle.files.end() && now->second.bytes == before->files.at(path).bytes) continue;
      return {"migrations", Level::kError,
              "The migration " + path + " of " + before->manifest.version +
                  (now == bundle.files.end() ? " is missing" : " was changed") +
                  ": hosts have run it. Leave it as it was, and add a new one."};
    }
  }
  if (all.empty()) return {"migrations", Level::kOk, "It brings no migrations."};
  for (const auto& path : all) {
    if (bundle::undo_of(bundle, path) == nullptr) {
      return {"migrations", Level::kWarning,
              "The migration " + path +
                  " brings no way back (NNNN_name.down.sql): going back to an older version will "
                  "leave its tables."};
    }
  }
  return {"migrations", Level::kOk, "It brings " + std::to_string(all.size()) + " migrations, each with a way back."};
}

Finding size(std::size_t bytes) {
  const auto said = std::to_string((bytes + 1023) / 1024) + " KiB";
  if (bytes <= kLarge) return {"size", Level::kOk, "The bundle has " + said + "."};
  return {"size", Level::kWarning, "The bundle has " + said + ": is everything in it needed?"};
}

}  // namespace

std::vector<Finding> read_through(const Bundle& bundle, std::size_t bytes, const Bundle* before) {
  return {papers(bundle),    license(bundle), change_log(bundle),
          libraries(bundle), schemas(bundle), migrations(bundle, before),
          size(bytes)};
}

}  // namespace rapt::marketplace
