// SPDX-License-Identifier: AGPL-3.0-or-later
#include "blob_answer.hpp"

#include "blobs.hpp"
#include "byte_range.hpp"
#include "rapt/base/log.hpp"

namespace rapt::marketplace {
namespace {

using RangeKind = ByteRange::Kind;

http::Headers head_of(const BlobFile& file, const std::string& tag) {
  http::Headers out;
  out.set("Content-Type", file.content_type);
  out.set("ETag", tag);
  out.set("Accept-Ranges", "bytes");
  // What a digest names never changes; but whether it is still offered may.
  out.set("Cache-Control", "no-cache");
  if (!file.file_name.empty()) out.set("Content-Disposition", "attachment; filename=\"" + file.file_name + "\"");
  return out;
}

http::Response bodiless(int status, http::Headers headers, std::uint64_t size) {
  http::Response out;
  out.status = status;
  out.headers = std::move(headers);
  if (status == 416) out.headers.set("Content-Range", "bytes */" + std::to_string(size));
  return out;
}

}  // namespace

Task<Result<http::Response>> answer_blob(Call& call, BlobFile file, bool& delivered) {
  const std::string tag = "\"" + file.sha256 + "\"";
  auto headers = head_of(file, tag);
  const auto range = wanted_range(call.request, tag, file.bytes);
  if (range.kind == RangeKind::kUnchanged) co_return bodiless(304, std::move(headers), file.bytes);
  if (range.kind == RangeKind::kNone) co_return bodiless(416, std::move(headers), file.bytes);
  // Before the head goes out: a blob that is not there has an answer of its own.
  const auto there = co_await call.site.blobs.size(file.sha256);
  if (!there) co_return there.error();
  if (*there != file.bytes) co_return Error::internal("blob " + file.sha256 + " has another size than was kept");
  const bool part = range.kind == RangeKind::kPart;
  if (part)
    headers.set("Content-Range", "bytes " + std::to_string(range.from) + "-" +
                                     std::to_string(range.from + range.count - 1) + "/" + std::to_string(file.bytes));
  call.answered = true;
  auto* body = co_await call.responder.open_sized_stream(part ? 206 : 200, std::move(headers), range.count);
  if (call.request.method == "HEAD") co_return http::Response{};
  std::uint64_t sent = 0;
  std::function<Task<bool>(std::string)> sink = [body, &sent](std::string piece) -> Task<bool> {
    const bool taken = co_await body->write(piece);
    if (taken) sent += piece.size();
    co_return taken;
  };
  const auto read = co_await call.site.blobs.read(file.sha256, range.from, range.count, std::move(sink));
  // The head is out: all that can be done is to end without the rest, which the announced length makes plain.
  if (!read) log::warn("blob.cut_off", {{"sha256", file.sha256}, {"detail", read.error().log_detail}});
  delivered = sent == range.count && range.from + range.count == file.bytes;
  co_return http::Response{};
}

}  // namespace rapt::marketplace
