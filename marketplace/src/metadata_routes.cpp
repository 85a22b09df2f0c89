// SPDX-License-Identifier: AGPL-3.0-or-later
// What clients of The Update Framework read: /metadata/FILE.json and /targets/PATH (layout.hpp).
#include <array>

#include "blob_answer.hpp"
#include "byte_range.hpp"
#include "download_counts.hpp"
#include "file_cache.hpp"
#include "rapt/security/crypto.hpp"
#include "repository.hpp"

namespace rapt::marketplace {
namespace {

constexpr store::Statement kModuleTarget{
    "targets.module",
    "SELECT v.version, v.bytes FROM module_versions v JOIN modules m ON m.name = v.module "
    "JOIN publishers p ON p.name = m.publisher WHERE v.module = $1 AND v.sha256 = $2 AND m.publisher = $3 "
    "AND v.state = 'published' AND p.suspended_because IS NULL"};
constexpr store::Statement kReleaseTarget{
    "targets.release",
    "SELECT (f->>'bytes')::bigint AS bytes FROM releases r, jsonb_array_elements(r.files) f "
    "WHERE r.version = $1 AND f->>'target_path' = $2 AND f->>'sha256' = $3"};
constexpr store::Statement kOwnTarget{
    "targets.own", "SELECT convert_from(bytes, 'UTF8') AS bytes FROM tuf_targets WHERE path = $1 AND sha256 = $2"};
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
/// Who asks sooner than this may see what it has seen.
constexpr std::string_view kForAMoment = "public, max-age=10";
constexpr std::size_t kLongestName = 120;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "timestamp.json", "17.publisher-x.json": nothing else is looked for.
bool is_metadata_name(std::string_view name) {
  if (name.size() > kLongestName || !name.ends_with(".json")) return false;
  name.remove_suffix(5);
  if (!name.empty() && is_digit(name.front())) {
    const auto dot = name.find('.');
    if (name.front() == '0' || dot == std::string_view::npos || dot > 18) return false;
    if (name.substr(0, dot).find_first_not_of("0123456789") != std::string_view::npos) return false;
    name.remove_prefix(dot + 1);
  }
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

http::Response json_file(const http::Request& request, const std::string& bytes, std::string_view caching) {
  http::Response out;
  const std::string tag = "\"" + security::hex(security::sha256(bytes)) + "\"";
  out.headers.set("ETag", tag);
  out.headers.set("Cache-Control", caching);
  if (wanted_range(request, tag, bytes.size()).kind == ByteRange::Kind::kUnchanged) {
    out.status = 304;
    return out;
  }
  out.headers.set("Content-Type", "application/json");
  out.body = bytes;
  return out;
}

Task<Result<http::Response>> get_metadata(Call& call) {
  const auto& name = call.parameter("file");
  if (!is_metadata_name(name)) co_return Error::not_found("file of the metadata");
  const bool versioned = is_digit(name.front());
  auto* cache = versioned ? call.site.files : nullptr;
  if (cache != nullptr) {
    if (const auto kept = cache->find(name)) co_return json_file(call.request, *kept, kForEver);
  }
  auto file = co_await call.site.repository.file(call.site.database, name);
  if (!file) co_return file.error();
  auto shared = std::make_shared<const std::string>(std::move(*file));
  if (cache != nullptr) cache->keep(name, shared);
  co_return json_file(call.request, *shared, versioned ? kForEver : kForAMoment);
}

/// "SHA256.FILE" in its two parts; both empty for another form.
std::pair<std::string, std::string> parts_of(const std::string& hashed) {
  constexpr std::size_t kDigest = 64;
  const bool fits =
      hashed.size() > kDigest + 1 && hashed[kDigest] == '.' && hashed.find_first_not_of("0123456789abcdef") == kDigest;
  if (!fits) return {};
  return {hashed.substr(0, kDigest), hashed.substr(kDigest + 1)};
}

Task<Result<http::Response>> get_module_target(Call& call) {
  const auto [sha256, file] = parts_of(call.parameter("file"));
  const auto &module = call.parameter("module"), &publisher = call.parameter("publisher");
  if (sha256.empty()) co_return Error::not_found("target");
  const auto rows = co_await call.site.database.query(kModuleTarget, store::params(module, sha256, publisher));
  if (!rows) co_return rows.error();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto version = row.text("version");
    if (module + "-" + version + ".rapt" != file) continue;
    BlobFile blob{sha256, static_cast<std::uint64_t>(row.integer("bytes")), "application/octet-stream", file};
    bool delivered = false;
    auto answered = co_await answer_blob(call, std::move(blob), delivered);
    if (delivered && call.site.downloads != nullptr) call.site.downloads->add_module(module, version);
    co_return answered;
  }
  co_return Error::not_found("target");
}

Task<Result<http::Response>> get_release_target(Call& call) {
  const auto [sha256, file] = parts_of(call.parameter("file"));
  const auto& version = call.parameter("version");
  const auto path = "releases/" + version + "/" + file;
  if (sha256.empty()) co_return Error::not_found("target");
  const auto rows = co_await call.site.database.query(kReleaseTarget, store::params(version, path, sha256));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("target");
  BlobFile blob{sha256, static_cast<std::uint64_t>((*rows)[0].integer("bytes")), "application/octet-stream", file};
  bool delivered = false;
  auto answered = co_await answer_blob(call, std::move(blob), delivered);
  co_return answered;
}

Task<Result<http::Response>> get_registry_target(Call& call) {
  const auto [sha256, file] = parts_of(call.parameter("file"));
  if (sha256.empty()) co_return Error::not_found("target");
  const auto rows = co_await call.site.database.query(kOwnTarget, store::params("registry/" + file, sha256));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("target");
  co_return json_file(call.request, (*rows)[0].text("bytes"), kForEver);
}

constexpr std::array kMetadataRoutes{
    Route{"GET", "/metadata/:file", Access::kPublic, get_metadata, 0, 6000},
    Route{"GET", "/targets/modules/:publisher/:module/:file", Access::kPublic, get_module_target},
    Route{"GET", "/targets/releases/:version/:file", Access::kPublic, get_release_target},
    Route{"GET", "/targets/registry/:file", Access::kPublic, get_registry_target},
};

}  // namespace

std::span<const Route> metadata_routes() {
  return kMetadataRoutes;
}

}  // namespace rapt::marketplace
