// SPDX-License-Identifier: AGPL-3.0-or-later
#include "s3_requests.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::size_t kSmallAnswer = 64 * 1024;
constexpr std::chrono::seconds kHeadLimit{60}, kIdleLimit{30};
/// A reader may be slow, and the store is made to wait for it: what is limited is the silence of the store.
constexpr std::chrono::hours kWholeLimit{12};

Error configured_wrongly(std::string sentence, std::string detail) {
  Error out;
  out.kind = ErrorKind::kUpstream;
  out.part = "blobs";
  out.message = std::move(sentence);
  out.log_detail = std::move(detail);
  return out;
}

Error later(std::string detail) {
  return Error::unavailable("blobs", "The store of bundles is away or overloaded. Try again later.", std::move(detail));
}

bool passes(int status, std::string_view code) {
  constexpr std::array<std::string_view, 6> kCodes = {"SlowDown",         "InternalError",      "RequestTimeout",
                                                      "OperationAborted", "ServiceUnavailable", "ThrottlingException"};
  return status >= 500 || status == 429 || status == 408 ||
         std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

/// What an operator can do about it; "" for codes that say nothing to one.
std::string advice(std::string_view code, const S3Address& address) {
  const std::string bucket = "The bucket \"" + address.bucket + "\" at " + address.endpoint;
  if (code == "NoSuchBucket") return bucket + " does not exist. Make it, or correct --blobs.";
  if (code == "AccessDenied" || code == "AllAccessDisabled" || code == "AccountProblem")
    return bucket +
           " may not be used with these keys. They need s3:GetObject, s3:PutObject, s3:AbortMultipartUpload and "
           "s3:ListBucket.";
  if (code == "SignatureDoesNotMatch")
    return address.endpoint +
           " does not accept the signature. MARKETPLACE_S3_SECRET_ACCESS_KEY is not the secret of that access key.";
  if (code == "InvalidAccessKeyId") return address.endpoint + " does not know MARKETPLACE_S3_ACCESS_KEY_ID.";
  if (code == "RequestTimeTooSkewed")
    return "The clock of this machine and that of " + address.endpoint +
           " are more than 15 minutes apart. Set this machine's clock.";
  if (code == "InvalidToken" || code == "ExpiredToken" || code == "TokenRefreshRequired")
    return address.endpoint +
           " does not accept MARKETPLACE_S3_SESSION_TOKEN: it has expired, or belongs to other keys.";
  if (code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect" || code == "TemporaryRedirect" ||
      code == "IllegalLocationConstraintException")
    return bucket + " is in another region than " + address.region + ". Say its region in --blobs.";
  if (code == "XAmzContentSHA256Mismatch" || code == "BadDigest")
    return "Other bytes than were sent have reached " + address.endpoint + ".";
  return "";
}

}  // namespace

std::string s3_element(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">", close = "</" + std::string(name) + ">";
  const auto from = xml.find(open);
  if (from == std::string_view::npos) return "";
  const auto to = xml.find(close, from);
  if (to == std::string_view::npos) return "";
  return std::string(xml.substr(from + open.size(), to - from - open.size()));
}

Error s3_refusal(int status, std::string_view body, const S3Address& address) {
  const auto code = s3_element(body, "Code");
  const auto detail = "the store answered " + std::to_string(status) + " " + printable(code, 60) + " " +
                      printable(s3_element(body, "Message"), 200);
  if (passes(status, code)) return later(detail);
  // An answer to HEAD has no body that could say more.
  if (status == 404 && (code.empty() || code == "NoSuchKey")) return Error::not_found("blob");
  auto sentence = advice(code.empty() && status == 403 ? "AccessDenied" : code, address);
  if (sentence.empty())
    sentence = address.endpoint + " refused a request with status " + std::to_string(status) + " (" +
               (code.empty() ? "no reason given" : printable(code, 60)) + ").";
  return configured_wrongly(std::move(sentence), detail);
}

S3Requests::S3Requests(S3Address address, S3Credentials credentials, S3Patience patience)
    : address_(std::move(address)), credentials_(std::move(credentials)), patience_(patience) {}

Task<Result<std::unique_ptr<http::ClientStream>>> S3Requests::open(S3Request request) {
  static const std::string nothing = security::hex(security::sha256(""));
  http::ClientRequest asked;
  asked.method = std::move(request.method);
  asked.url = address_.base + "/" + request.key + (request.query.empty() ? "" : "?" + request.query);
  asked.headers.set("Content-Type", "application/octet-stream");
  asked.headers.set("x-amz-content-sha256", request.body_sha256.empty() ? nothing : request.body_sha256);
  if (!request.range.empty()) asked.headers.set("Range", request.range);
  if (!credentials_.session_token.empty()) asked.headers.set("x-amz-security-token", credentials_.session_token);
  asked.body = std::move(request.body);
  asked.head_timeout = kHeadLimit;
  asked.idle_timeout = kIdleLimit;
  asked.total_timeout = kWholeLimit;
  asked.max_body_bytes = std::max<std::size_t>(request.most_bytes, kSmallAnswer);
  asked.aws_signature =
      http::AwsSignature{credentials_.access_key_id, credentials_.secret_access_key, address_.region, "s3"};
  auto opened = co_await client_.open(std::move(asked));
  if (!opened) {
    const auto error = opened.error();
    co_return later(error.message + " " + error.log_detail);
  }
  co_return std::move(*opened);
}

Task<void> S3Requests::pause(int attempt) const {
  // Several servers that were refused together do not come back together.
  const auto whole = patience_.pause * (1 << std::min(attempt - 1, 8));
  const auto share = static_cast<unsigned char>(security::random_bytes(1)[0]);
  co_await runtime::sleep_for(whole / 2 + whole * share / 512);
}

namespace {

Task<Result<http::Response>> whole_answer(http::ClientStream& stream) {
  http::Response out{stream.status(), stream.headers(), {}};
  for (;;) {
    auto piece = co_await stream.read();
    if (!piece) {
      const auto error = piece.error();
      co_return later(error.message + " " + error.log_detail);
    }
    if (!*piece) co_return out;
    out.body += **piece;
  }
}

}  // namespace

Task<Result<http::Response>> S3Requests::ask(S3Request request) {
  for (int attempt = 1;; ++attempt) {
    auto copy = request;
    Error failed;
    auto opened = co_await open(std::move(copy));
    if (opened) {
      auto answer = co_await whole_answer(**opened);
      const bool fine = answer && answer->status >= 200 && answer->status < 300;
      if (fine) co_return answer;
      failed = answer ? s3_refusal(answer->status, answer->body, address_) : answer.error();
    } else {
      failed = opened.error();
    }
    if (failed.kind != ErrorKind::kUnavailable || attempt >= patience_.attempts) co_return failed;
    co_await pause(attempt);
  }
}

}  // namespace rapt::marketplace
