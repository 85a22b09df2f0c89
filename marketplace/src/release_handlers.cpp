// SPDX-License-Identifier: AGPL-3.0-or-later
// A release is handed in: its archives in parts, then the document that vouches for them.
#include "release_handlers.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include "platform_release.hpp"
#include "publish_input.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "release_archive.hpp"
#include "uploads.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::size_t kMostDocument = std::size_t{4} << 20;

/// A part of an archive, and where it belongs.
struct Part {
  std::string version, architecture, sha256;
  std::uint64_t bytes = 0, offset = 0;
};

Result<std::uint64_t> number_of(const http::Request& request, const std::string& name, std::uint64_t most) {
  const auto text = request.query_value(name).value_or("");
  std::uint64_t out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || fault != std::errc{} || end != text.data() + text.size() || out > most)
    return Error::invalid(name, "must be a number from 0 to " + std::to_string(most));
  return out;
}

Result<Part> part_of(const Call& call) {
  Part out;
  out.version = call.parameter("version");
  out.architecture = call.parameter("architecture");
  if (!Version::parse(out.version)) return Error::invalid("version", "must be a semantic version such as 1.2.3");
  out.sha256 = call.request.query_value("sha256").value_or("");
  if (out.sha256.size() != 64 || out.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
    return Error::invalid("sha256", "must be that of the whole archive, in lower-case hexadecimal");
  const auto bytes = number_of(call.request, "bytes", release::kMaxArchiveBytes);
  if (!bytes) return bytes.error();
  const auto offset = number_of(call.request, "offset", *bytes);
  if (!offset) return offset.error();
  out.bytes = *bytes;
  out.offset = *offset;
  if (out.bytes == 0) return Error::invalid("bytes", "must be more than none");
  if (call.request.body.size() > out.bytes - out.offset)
    return Error::invalid("", "The part goes beyond the archive's end.");
  return out;
}

http::Response received(std::uint64_t bytes, bool complete, int status = 200) {
  return reply(status, json{{"received", bytes}, {"complete", complete}}.dump());
}

/// Looks at what has come whole. What is not fit is not kept, so that the next try begins anew.
Result<ReleaseArchive> look_at_upload(const Uploads& uploads, const Part& part) {
  auto seen = look_at_archive(uploads.path_of(part.sha256));
  if (!seen || seen->sha256 != part.sha256 || seen->manifest.version != part.version ||
      seen->manifest.architecture != part.architecture)
    uploads.forget(part.sha256);
  if (!seen) {
    auto error = seen.error();
    error.message = "The archive is not taken: " + error.message;
    // Its place on this server is nobody's business.
    const auto place = uploads.path_of(part.sha256).string();
    if (const auto at = error.message.find(place); at != std::string::npos)
      error.message.replace(at, place.size(), "it");
    return error;
  }
  if (seen->sha256 != part.sha256)
    return coded(ErrorKind::kInvalid, "WRONG_DIGEST",
                 "The archive has the SHA-256 " + seen->sha256 + ", and not the one that was said. Hand it in again.");
  const auto& manifest = seen->manifest;
  if (manifest.version != part.version || manifest.architecture != part.architecture)
    return Error::invalid("", "The archive is " + manifest.version + " for " + manifest.architecture +
                                  ", and the address says " + part.version + " for " +
                                  printable(part.architecture, 60) + ".");
  return seen;
}

}  // namespace

Task<Result<http::Response>> put_archive(Call& call) {
  auto* uploads = call.site.uploads;
  if (uploads == nullptr)
    co_return Error::unavailable("uploads", "This registry takes no releases at the moment. Try again later.");
  const auto part = part_of(call);
  if (!part) co_return part.error();
  const auto here = co_await has_archive(call.site.database, part->version, part->architecture, part->sha256);
  if (!here) co_return here.error();
  if (*here) co_return received(part->bytes, true);
  auto add = [uploads, part = *part, body = std::move(call.request.body)] {
    return uploads->add(part.sha256, part.offset, body);
  };
  const auto size = co_await uploads->pool().run(std::move(add));
  if (!size) co_return size.error();
  if (*size < part->bytes) co_return received(*size, false);
  auto look = [uploads, part = *part] { return look_at_upload(*uploads, part); };
  auto seen = co_await uploads->pool().run(std::move(look));
  if (!seen) co_return seen.error();
  const auto kept =
      co_await keep_archive(call.site.database, call.site.blobs, std::move(*seen), uploads->path_of(part->sha256));
  if (!kept) co_return kept.error();
  uploads->forget(part->sha256);
  log::info("release.archive_kept", {{"version", part->version},
                                     {"architecture", part->architecture},
                                     {"sha256", part->sha256},
                                     {"key_id", call.key_id}});
  co_return received(part->bytes, true, 201);
}

Task<Result<http::Response>> post_releases(Call& call) {
  auto body = api::Body::parse(call.request);
  if (!body) co_return body.error();
  auto file = body->text("file", kMostDocument);
  const auto percent = body->optional_number("rollout_percent", 0, 100);
  if (auto fault = body->fault()) co_return std::move(*fault);
  const auto done = co_await publish_platform(call.site.database, call.site.repository, call.site.blobs,
                                              std::move(file), percent.value_or(100));
  if (!done) co_return done.error();
  for (const auto& version : done->published)
    log::info("release.published", {{"version", version}, {"key_id", call.key_id}});
  for (const auto& version : done->withdrawn)
    log::warn("release.withdrawn", {{"version", version}, {"key_id", call.key_id}});
  const json data{{"version", done->document},
                  {"published", done->published},
                  {"withdrawn", done->withdrawn},
                  {"restored", done->restored}};
  co_return reply(200, data.dump());
}

}  // namespace rapt::marketplace
