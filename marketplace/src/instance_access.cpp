// SPDX-License-Identifier: AGPL-3.0-or-later
#include "instance_access.hpp"

#include "rapt/base/ids.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::marketplace {
namespace {

constexpr store::Statement kToken{"instances.token", "SELECT token_sha256 FROM instances WHERE id = $1::uuid"};
constexpr std::string_view kBearer = "Bearer ";
constexpr std::size_t kIdLength = 36;

Error nobody() {
  Error error;
  error.kind = ErrorKind::kUnauthorized;
  error.message =
      "No such instance: send the token that POST /api/instances/register has given, as \"Authorization: Bearer "
      "TOKEN\", or register anew.";
  return error;
}

}  // namespace

InstanceToken new_instance_token(const std::string& id) {
  const auto secret = security::new_token();
  return {id + "." + secret, security::hex(security::sha256(secret))};
}

Task<Result<std::string>> recognize_instance(store::Database& database, const http::Request& request) {
  auto token = request.headers.get("Authorization").value_or("");
  if (!token.starts_with(kBearer)) co_return nobody();
  token.remove_prefix(kBearer.size());
  if (token.size() <= kIdLength || token.size() > 200 || token[kIdLength] != '.') co_return nobody();
  auto id = canonical_uuid(token.substr(0, kIdLength));
  const auto in_path = request.path_parameters.find("id");
  if (!id || (in_path != request.path_parameters.end() && canonical_uuid(in_path->second) != id)) co_return nobody();
  const auto shown = security::hex(security::sha256(token.substr(kIdLength + 1)));
  const auto rows = co_await database.query(kToken, store::params(*id));
  if (!rows) co_return rows.error();
  const auto kept = rows->empty() ? std::string(shown.size(), '-') : (*rows)[0].text("token_sha256");
  if (!security::equal_constant_time(kept, shown)) co_return nobody();
  co_return std::move(*id);
}

}  // namespace rapt::marketplace
