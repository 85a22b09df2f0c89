// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/static_files.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "field_text.hpp"
#include "gzip.hpp"
#include "rapt/base/file.hpp"

namespace rapt::http {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 32 * 1024 * 1024;
constexpr std::size_t kSmallestCompressed = 1024;
constexpr std::string_view kImmutable = "public, max-age=31536000, immutable";
constexpr std::string_view kRevalidated = "no-cache";

struct Type {
  std::string_view extension;
  std::string_view media_type;
  bool compressible;
};

constexpr std::array<Type, 18> kTypes = {{
    {".html", "text/html; charset=utf-8", true},
    {".js", "text/javascript; charset=utf-8", true},
    {".mjs", "text/javascript; charset=utf-8", true},
    {".css", "text/css; charset=utf-8", true},
    {".json", "application/json", true},
    {".map", "application/json", true},
    {".webmanifest", "application/manifest+json", true},
    {".svg", "image/svg+xml", true},
    {".txt", "text/plain; charset=utf-8", true},
    {".xml", "application/xml", true},
    {".wasm", "application/wasm", true},
    {".ico", "image/x-icon", true},
    {".ttf", "font/ttf", true},
    {".woff", "font/woff", false},
    {".woff2", "font/woff2", false},
    {".png", "image/png", false},
    {".jpg", "image/jpeg", false},
    {".webp", "image/webp", false},
}};

Type type_of(const fs::path& path) {
  const std::string extension = path.extension().string();
  const auto* found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const Type& type) { return type.extension == extension; });
  return found == kTypes.end() ? Type{"", "application/octet-stream", false} : *found;
}

std::string etag_of(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < 16; ++i) out.append({kDigits[digest[i] >> 4], kDigits[digest[i] & 0x0f]});
  return out + '"';
}

struct File {
  std::string body;
  std::string zipped;  ///< empty when that would not be smaller
  std::string etag;
  std::string_view media_type;
  std::string_view caching;
};

Result<File> load_file(const fs::path& path, bool immutable) {
  auto bytes = read_file(path, kLargestFile);
  if (!bytes) return bytes.error();
  const Type type = type_of(path);
  File file;
  file.body = std::move(*bytes);
  file.etag = etag_of(file.body);
  file.media_type = type.media_type;
  file.caching = immutable ? kImmutable : kRevalidated;
  if (type.compressible && file.body.size() >= kSmallestCompressed) file.zipped = gzip(file.body);
  if (file.zipped.size() >= file.body.size()) file.zipped.clear();
  return file;
}

bool lists(std::string_view field, std::string_view wanted) {
  while (!field.empty()) {
    std::string_view element = take_until(field, ',');
    std::string_view name = take_until(element, ';');
    if (name.starts_with("W/")) name.remove_prefix(2);
    if (name == wanted && element != "q=0") return true;
  }
  return false;
}

/// A path of the pages' router has no extension in its last segment; "/assets/gone.js" is a missing file.
bool is_page_path(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('/') + 1);
  return last.find('.') == std::string_view::npos && !path.starts_with("/assets/");
}

}  // namespace

struct StaticFiles::Impl {
  Headers headers;
  std::map<std::string, File, std::less<>> files;  ///< by path, with the leading slash

  [[nodiscard]] const File* find(std::string_view path) const;
};

const File* StaticFiles::Impl::find(std::string_view path) const {
  auto found = files.find(path);
  if (found == files.end() && is_page_path(path)) found = files.find(std::string_view("/index.html"));
  return found == files.end() ? nullptr : &found->second;
}

StaticFiles::StaticFiles() : impl_(std::make_unique<Impl>()) {}
StaticFiles::~StaticFiles() = default;
StaticFiles::StaticFiles(StaticFiles&&) noexcept = default;
StaticFiles& StaticFiles::operator=(StaticFiles&&) noexcept = default;

std::optional<StaticFiles> StaticFiles::load(const fs::path& root, Headers headers, std::string& fault) {
  StaticFiles loaded;
  loaded.impl_->headers = std::move(headers);
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    if (!it->is_regular_file(error) || it->is_symlink()) continue;
    const std::string path = "/" + it->path().lexically_relative(root).generic_string();
    auto file = load_file(it->path(), path.starts_with("/assets/"));
    if (!file) {
      fault = file.error().message;
      return std::nullopt;
    }
    loaded.impl_->files.emplace(path, std::move(*file));
  }
  if (error) {
    fault = root.string() + ": " + error.message();
    return std::nullopt;
  }
  if (loaded.impl_->find("/index.html") == nullptr) {
    fault = root.string() + " holds no index.html: build the pages first";
    return std::nullopt;
  }
  return loaded;
}

std::optional<Response> StaticFiles::answer(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const File* file = impl_->find(request.path);
  if (file == nullptr) return std::nullopt;
  Response response;
  response.headers = impl_->headers;
  response.headers.set("ETag", file->etag);
  response.headers.set("Cache-Control", file->caching);
  if (!file->zipped.empty()) response.headers.set("Vary", "Accept-Encoding");
  if (lists(request.headers.get("If-None-Match").value_or(""), file->etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", file->media_type);
  const bool zipped = !file->zipped.empty() && lists(request.headers.get("Accept-Encoding").value_or(""), "gzip");
  if (zipped) response.headers.set("Content-Encoding", "gzip");
  response.body = zipped ? file->zipped : file->body;
  return response;
}

}  // namespace rapt::http
