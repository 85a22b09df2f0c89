// SPDX-License-Identifier: AGPL-3.0-or-later
#include "handlers.hpp"
#include "openapi.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::api {
namespace {

const std::string& tag_of(const std::string& document) {
  static const std::string tag = "\"" + security::hex(security::sha256(document)).substr(0, 32) + "\"";
  return tag;
}

}  // namespace

Task<Result<Answer>> get_openapi(Call& call) {
  const auto& description = own_description();
  if (!description.faults.empty()) co_return Error::internal("openapi: " + description.faults.front());
  const auto& tag = tag_of(description.document);
  http::Response response;
  response.headers.set("ETag", tag);
  response.headers.set("Cache-Control", "no-cache");  // keep it, but ask each time whether it still holds
  if (call.request.headers.get("If-None-Match") == tag) {
    response.status = 304;
    co_return response;
  }
  response.headers.set("Content-Type", "application/json");
  response.body = description.document;
  co_return response;
}

}  // namespace rapt::api
