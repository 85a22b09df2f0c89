// SPDX-License-Identifier: AGPL-3.0-or-later
#include "s3_blobs.hpp"

#include <charconv>
#include <fstream>
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/sha256.hpp"

namespace rapt::marketplace {
namespace {

/// A key that no blob has.
constexpr std::string_view kNoBlob = "00/probe";

bool is_object_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string key_of(const std::string& sha256) {
  return sha256.substr(0, 2) + "/" + sha256;
}

std::string digest_of(const std::string& bytes) {
  return security::hex(security::sha256(bytes));
}

/// For readers outside; what an operator can do is for the log.
Error for_readers(const Error& error) {
  if (error.kind == ErrorKind::kNotFound) return error;
  return Error::unavailable("blobs", "The registry's store of bundles is away or full. Try again later.",
                            error.message + " " + error.log_detail);
}

Result<std::uint64_t> length_of(const http::Headers& headers) {
  const auto text = headers.get("Content-Length").value_or("");
  std::uint64_t out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault == std::errc{} && end == text.data() + text.size() && !text.empty()) return out;
  return Error::unavailable("blobs", "The store does not say how long a blob is.");
}

/// Ids of uploads go into the address: everything but letters and digits is encoded.
std::string encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[static_cast<unsigned char>(c) >> 4U], kHex[static_cast<unsigned char>(c) & 15U]};
    }
  }
  return out;
}

/// What stands in XML as it is: an ETag is quoted, and that is all that may be special about it.
bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= 1024 && text.find_first_of("<>&\r\n") == std::string_view::npos;
}

Error another_digest() {
  return Error::internal("blobs: bytes under another digest than theirs");
}

/// At most `count` bytes of a file from `from` on.
Result<std::string> part_of_file(const std::filesystem::path& path, std::uint64_t from, std::size_t count) {
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(from));
  std::string out(count, '\0');
  in.read(out.data(), static_cast<std::streamsize>(count));
  if (!in && !in.eof()) return Error::internal("blobs: " + path.string() + " cannot be read");
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

}  // namespace

S3Blobs::S3Blobs(S3Address address, S3Credentials credentials, S3Patience patience, std::size_t part_bytes)
    : store_(std::move(address), std::move(credentials), patience),
      part_bytes_(part_bytes),
      hashers_({"s3-blobs", 2, 64}) {}

Task<Result<void>> S3Blobs::probe() {
  S3Request request;
  request.key = kNoBlob;
  const auto answer = co_await store_.ask(std::move(request));
  if (!answer && answer.error().kind != ErrorKind::kNotFound) co_return answer.error();
  co_return Result<void>{};
}

Task<Result<std::uint64_t>> S3Blobs::size(std::string sha256) {
  if (!is_object_digest(sha256)) co_return Error::not_found("blob");
  S3Request request;
  request.method = "HEAD";
  request.key = key_of(sha256);
  const auto answer = co_await store_.ask(std::move(request));
  if (!answer) co_return for_readers(answer.error());
  co_return length_of(answer->headers);
}

Task<Result<void>> S3Blobs::put(std::string sha256, std::string bytes) {
  auto shared = std::make_shared<const std::string>(std::move(bytes));
  auto hash = [shared]() -> Result<std::string> { return digest_of(*shared); };
  const auto digest = co_await hashers_.run(std::move(hash));
  if (!digest) co_return digest.error();
  if (!is_object_digest(sha256) || *digest != sha256) co_return another_digest();
  Source source;
  source.bytes = shared->size();
  source.part = [shared](std::uint64_t from, std::size_t count) {
    return Result<std::string>(shared->substr(from, count));
  };
  co_return co_await keep(std::move(sha256), std::move(source));
}

Task<Result<void>> S3Blobs::put_file(std::string sha256, std::filesystem::path file) {
  auto hash = [file] { return security::digest_of_file(file); };
  const auto digest = co_await hashers_.run(std::move(hash));
  if (!digest) co_return Error::internal("blobs: " + digest.error().message);
  if (!is_object_digest(sha256) || digest->sha256 != sha256) co_return another_digest();
  Source source;
  source.bytes = digest->bytes;
  source.part = [file](std::uint64_t from, std::size_t count) { return part_of_file(file, from, count); };
  co_return co_await keep(std::move(sha256), std::move(source));
}

Task<Result<bool>> S3Blobs::is_there(std::string sha256, std::uint64_t bytes) {
  const auto there = co_await size(std::move(sha256));
  if (there) co_return *there == bytes;
  if (there.error().kind != ErrorKind::kNotFound) co_return there.error();
  co_return false;
}

Task<Result<void>> S3Blobs::keep(std::string sha256, Source source) {
  const auto there = co_await is_there(sha256, source.bytes);
  if (!there) co_return there.error();
  if (*there) co_return Result<void>{};
  Result<void> sent;
  if (source.bytes > part_bytes_) {
    sent = co_await send_parts(key_of(sha256), std::move(source));
  } else {
    sent = co_await send_whole(std::move(sha256), std::move(source));
  }
  if (!sent) co_return for_readers(sent.error());
  co_return Result<void>{};
}

Task<Result<void>> S3Blobs::send_whole(std::string sha256, Source source) {
  auto read = [source] { return source.part(0, static_cast<std::size_t>(source.bytes)); };
  auto bytes = co_await hashers_.run(std::move(read));
  if (!bytes) co_return bytes.error();
  S3Request request;
  request.method = "PUT";
  request.key = key_of(sha256);
  request.body = std::move(*bytes);
  request.body_sha256 = std::move(sha256);
  const auto kept = co_await store_.ask(std::move(request));
  if (!kept) co_return kept.error();
  co_return Result<void>{};
}

Task<Result<void>> S3Blobs::send_parts(std::string key, Source source) {
  S3Request begin;
  begin.method = "POST";
  begin.key = key;
  begin.query = "uploads=";
  const auto begun = co_await store_.ask(std::move(begin));
  if (!begun) co_return begun.error();
  const auto upload = s3_element(begun->body, "UploadId");
  if (!is_plain(upload)) co_return Error::unavailable("blobs", "The store began an upload without an id for it.");
  auto done = co_await send_each(key, upload, std::move(source));
  if (!done) co_await give_up(key, upload);
  co_return done;
}

Task<Result<void>> S3Blobs::send_each(std::string key, std::string upload, Source source) {
  std::string list = "<CompleteMultipartUpload>";
  int number = 1;
  for (std::uint64_t from = 0; from < source.bytes; from += part_bytes_, ++number) {
    auto read = [part = source.part, from, count = part_bytes_] { return part(from, count); };
    auto bytes = co_await hashers_.run(std::move(read));
    if (!bytes) co_return bytes.error();
    const auto tag = co_await send_part(key, upload, number, std::move(*bytes));
    if (!tag) co_return tag.error();
    list += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + *tag + "</ETag></Part>";
  }
  list += "</CompleteMultipartUpload>";
  co_return co_await complete(std::move(key), std::move(upload), std::move(list));
}

Task<Result<std::string>> S3Blobs::send_part(std::string key, std::string upload, int number, std::string bytes) {
  auto shared = std::make_shared<const std::string>(std::move(bytes));
  auto hash = [shared]() -> Result<std::string> { return digest_of(*shared); };
  const auto digest = co_await hashers_.run(std::move(hash));
  if (!digest) co_return digest.error();
  S3Request request;
  request.method = "PUT";
  request.key = std::move(key);
  request.query = "partNumber=" + std::to_string(number) + "&uploadId=" + encoded(upload);
  request.body = *shared;
  request.body_sha256 = *digest;
  const auto answer = co_await store_.ask(std::move(request));
  if (!answer) co_return answer.error();
  std::string tag(answer->headers.get("ETag").value_or(""));
  if (!is_plain(tag)) co_return Error::unavailable("blobs", "The store took a part without a tag for it.");
  co_return tag;
}

Task<Result<void>> S3Blobs::complete(std::string key, std::string upload, std::string list) {
  S3Request request;
  request.method = "POST";
  request.key = std::move(key);
  request.query = "uploadId=" + encoded(upload);
  request.body_sha256 = digest_of(list);
  request.body = std::move(list);
  const auto sha256 = request.key.substr(request.key.rfind('/') + 1);
  const auto answer = co_await store_.ask(std::move(request));
  // It may fail after its head has said 200; and what an attempt before has completed, the next one does not find.
  const auto failed = !answer ? answer.error() : s3_refusal(500, answer->body, store_.address());
  if (answer && s3_element(answer->body, "Code").empty()) co_return Result<void>{};
  const auto there = co_await size(sha256);
  if (there) co_return Result<void>{};
  co_return failed;
}

/// Parts of an upload that nobody ends are kept, and paid for, until somebody says so.
Task<void> S3Blobs::give_up(std::string key, std::string upload) {
  S3Request request;
  request.method = "DELETE";
  request.key = key;
  request.query = "uploadId=" + encoded(upload);
  const auto gone = co_await store_.ask(std::move(request));
  if (!gone)
    log::warn("blobs.upload_left", {{"key", key}, {"detail", gone.error().message + " " + gone.error().log_detail}});
}

/// How far a download has come.
struct S3Blobs::Reading {
  std::string key;
  std::uint64_t from = 0, count = 0;
  std::function<Task<bool>(std::string piece)> sink;
  bool wanted = true;  ///< the sink takes more
};

/// One request for what is left. An error says that the connection was lost or refused; what has come is handed on.
Task<Result<void>> S3Blobs::read_on(Reading& reading) {
  const auto last = reading.from + reading.count - 1;
  S3Request request;
  request.key = reading.key;
  request.range = "bytes=" + std::to_string(reading.from) + "-" + std::to_string(last);
  request.most_bytes = reading.count;
  auto opened = co_await store_.open(std::move(request));
  if (!opened) co_return opened.error();
  auto& stream = **opened;
  const std::string expected = "bytes " + std::to_string(reading.from) + "-" + std::to_string(last) + "/";
  const bool part = stream.status() == 206 && stream.headers().get("Content-Range").value_or("").starts_with(expected);
  std::string refused;
  while (reading.count > 0 && reading.wanted) {
    auto piece = co_await stream.read();
    if (!piece) co_return Error::unavailable("blobs", piece.error().message, piece.error().log_detail);
    if (!*piece) break;
    if (!part) {
      refused += **piece;
      // A store that knows no ranges would send all of it.
      if (refused.size() > 65536 || stream.status() / 100 == 2) break;
      continue;
    }
    if ((*piece)->size() > reading.count)
      co_return Error::unavailable("blobs", "The store sent more than was asked for.");
    reading.from += (*piece)->size();
    reading.count -= (*piece)->size();
    reading.wanted = co_await reading.sink(std::move(**piece));
  }
  if (part && (reading.count == 0 || !reading.wanted)) co_return Result<void>{};
  if (part) co_return Error::unavailable("blobs", "The store ended an answer early.");
  if (stream.status() / 100 == 2)
    co_return Error::unavailable("blobs", "The store did not send the range that it was asked for.");
  co_return s3_refusal(stream.status(), refused, store_.address());
}

Task<Result<void>> S3Blobs::read(std::string sha256, std::uint64_t from, std::uint64_t count,
                                 std::function<Task<bool>(std::string piece)> sink) {
  if (!is_object_digest(sha256)) co_return Error::not_found("blob");
  Reading reading{key_of(sha256), from, count, std::move(sink)};
  for (int attempt = 1; reading.count > 0 && reading.wanted; ++attempt) {
    const auto before = reading.count;
    const auto done = co_await read_on(reading);
    if (done) break;
    const auto error = done.error();
    // As long as something comes, it goes on.
    if (reading.count < before) attempt = 1;
    if (error.kind != ErrorKind::kUnavailable || attempt >= store_.attempts()) co_return for_readers(error);
    co_await store_.pause(attempt);
  }
  co_return Result<void>{};
}

}  // namespace rapt::marketplace
