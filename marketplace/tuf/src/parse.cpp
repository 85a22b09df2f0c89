// SPDX-License-Identifier: AGPL-3.0-or-later
#include "parse.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "rapt/base/text.hpp"

namespace rapt::tuf {
namespace {

constexpr std::array<std::string_view, 4> kTopRoles{"root", "timestamp", "snapshot", "targets"};

bool is_spec_1(std::string_view version) {
  const auto dots = std::count(version.begin(), version.end(), '.');
  return version.starts_with("1.") && (dots == 1 || dots == 2) &&
         version.find_first_not_of("0123456789.") == std::string_view::npos;
}

void read_root(const Fields& part, Root& root) {
  root.consistent_snapshot = part.flag("consistent_snapshot", false);
  root.keys = read_keys(part.object("keys"));
  const auto roles = part.object("roles");
  for (const auto name : kTopRoles) root.roles.emplace(name, read_role(roles.object(name)));
}

}  // namespace

std::vector<Signature> read_signatures(const Fields& file) {
  std::vector<Signature> out;
  std::set<std::string, std::less<>> seen;
  for (const auto& entry : file.objects("signatures")) {
    Signature signature{entry.text("keyid"), entry.text("sig")};
    if (!seen.insert(signature.key_id).second) entry.fault("keyid", "A key may sign a document once.");
    out.push_back(std::move(signature));
  }
  return out;
}

void read_kind(const Fields& part, std::string_view type) {
  if (const auto found = part.text("_type"); found != type)
    part.fault("_type", "This is \"" + printable(found, 40) + "\" where \"" + std::string(type) + "\" is needed.");
  if (!is_spec_1(part.text("spec_version")))
    part.fault("spec_version", "Only version 1 of the specification is understood.");
}

std::map<std::string, Key> read_keys(const Fields& keys) {
  std::map<std::string, Key> out;
  keys.each([&](const std::string& id, const Fields& key) {
    out.emplace(id, Key{key.text("keytype"), key.text("scheme"), key.object("keyval").text("public")});
  });
  return out;
}

Role read_role(const Fields& role) {
  Role out;
  out.key_ids = role.texts("keyids");
  const auto threshold = role.number("threshold", 1);
  if (threshold > 1'000'000) role.fault("threshold", "No role has so many keys.");
  out.threshold = static_cast<int>(std::min<std::int64_t>(threshold, 1'000'000));
  const std::set<std::string, std::less<>> different(out.key_ids.begin(), out.key_ids.end());
  if (different.size() != out.key_ids.size()) role.fault("keyids", "A key id stands here twice.");
  return out;
}

std::map<std::string, std::string> read_hashes(const Fields& of, bool needed) {
  if (!needed && !of.has("hashes")) return {};
  auto hashes = of.text_map("hashes");
  if (!hashes.empty() && !hashes.contains("sha256") && !hashes.contains("sha512"))
    of.fault("hashes", "One of sha256 and sha512 is needed.");
  if (needed && hashes.empty()) of.fault("hashes", "At least one hash is needed.");
  return hashes;
}

FileMeta read_file_meta(const Fields& meta) {
  FileMeta out;
  out.version = meta.number("version", 1);
  if (meta.has("length")) out.length = static_cast<std::uint64_t>(meta.number("length", 0));
  out.hashes = read_hashes(meta, false);
  return out;
}

Result<Signed<Root>> parse_root(std::string_view bytes) {
  return parse_file<Root>(bytes, "root", read_root);
}

Result<Signed<Timestamp>> parse_timestamp(std::string_view bytes) {
  return parse_file<Timestamp>(bytes, "timestamp", [](const Fields& part, Timestamp& timestamp) {
    timestamp.snapshot = read_file_meta(part.object("meta").object("snapshot.json"));
  });
}

Result<Signed<Snapshot>> parse_snapshot(std::string_view bytes) {
  return parse_file<Snapshot>(bytes, "snapshot", [](const Fields& part, Snapshot& snapshot) {
    part.object("meta").each([&](const std::string& file, const Fields& meta) {
      snapshot.meta.emplace_hint(snapshot.meta.end(), file, read_file_meta(meta));
    });
  });
}

}  // namespace rapt::tuf
