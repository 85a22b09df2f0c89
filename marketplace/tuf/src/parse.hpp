// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "fields.hpp"
#include "json_tree.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::tuf {

std::vector<Signature> read_signatures(const Fields& file);
/// `_type` and `spec_version`.
void read_kind(const Fields& signed_part, std::string_view type);
std::map<std::string, Key> read_keys(const Fields& keys);
Role read_role(const Fields& role);
/// {"sha256": hexadecimal}; with `needed`, at least one that can be checked.
std::map<std::string, std::string> read_hashes(const Fields& of, bool needed);
FileMeta read_file_meta(const Fields& meta);

/// Reads a whole file: `read` turns its signed part into a document.
template <class Document, class Read>
Result<Signed<Document>> parse_file(std::string_view bytes, std::string_view type, const Read& read) {
  nlohmann::json tree;
  RAPT_TRY(parse_json(bytes, tree));
  Faults faults;
  const Fields file(&tree, "", faults);
  Signed<Document> out;
  out.signatures = read_signatures(file);
  const auto part = file.object("signed");
  read_kind(part, type);
  out.document.version = part.number("version", 1);
  out.document.expires = part.time("expires");
  read(part, out.document);
  if (faults.any()) return faults.first();
  out.canonical = canonical_json(*file.value("signed"));
  return out;
}

}  // namespace rapt::tuf
