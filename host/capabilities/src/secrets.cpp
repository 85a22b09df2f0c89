// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/secrets.hpp"

#include <openssl/crypto.h>
#include <rapt/secrets.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "asked.hpp"
#include "http_text.hpp"
#include "json_asked.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/hmac.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using sandbox::SecretsMethod;
using security::HmacAlgorithm;

constexpr std::size_t kMostSecretName = 128, kMostSignature = 128;

struct SignAsked {
  std::string name, data, signature;
  HmacAlgorithm algorithm{};
};

Result<HmacAlgorithm> algorithm_of(const json& asked) {
  const auto name = text_of(asked, "algorithm", 32);
  if (name && *name == "hmac-sha256") return HmacAlgorithm::kSha256;
  if (name && *name == "hmac-sha1") return HmacAlgorithm::kSha1;
  return Error::invalid("algorithm", "It must be \"hmac-sha256\" or \"hmac-sha1\".");
}

Result<std::string> data_of(const json& asked) {
  const auto found = asked.find("data");
  if (found == asked.end() || !found->is_string()) return Error::invalid("data", "It must be a text.");
  return found->get<std::string>();
}

Result<SignAsked> parse(const ServiceRequest& request, bool verify) {
  const auto asked = verify ? json_asked(request, {"name", "algorithm", "data", "signature"}, 2)
                            : json_asked(request, {"name", "algorithm", "data"}, 2);
  if (!asked) return asked.error();
  auto name = text_of(*asked, "name", kMostSecretName);
  if (!name) return name.error();
  const auto algorithm = algorithm_of(*asked);
  if (!algorithm) return algorithm.error();
  auto data = data_of(*asked);
  if (!data) return data.error();
  auto signature = verify ? text_of(*asked, "signature", kMostSignature) : Result<std::string>(std::string());
  if (!signature) return signature.error();
  return SignAsked{std::move(*name), std::move(*data), std::move(*signature), *algorithm};
}

std::string lower_hex(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

/// Hexadecimal text of either case, or base64; both comparisons are made.
bool matches(const std::string& mac, const std::string& signature) {
  const bool hex = security::equal_constant_time(security::to_hex(mac), lower_hex(signature));
  const bool in_base64 = security::equal_constant_time(base64(mac), signature);
  return hex || in_base64;
}

ServiceAnswer unreadable(const ServiceRequest& request, const Error& error) {
  log::warn("module.secrets_not_read", {{"module", request.module}, {"detail", error.log_detail}});
  return json_refused(RAPT_E_UNAVAILABLE, {{"message", "The module's secrets cannot be read now."}});
}

}  // namespace

Task<ServiceAnswer> SecretsCapability::list(const ServiceRequest& request) {
  const auto asked = json_asked(request, {}, 1);
  if (!asked) co_return json_invalid(asked.error());
  const auto names = co_await names_(request.module, request.scope);
  if (!names) co_return unreadable(request, names.error());
  json out = json::object();
  for (const auto& [name, set] : *names) out[name] = set;
  const json answer{{"names", std::move(out)}};
  co_return json_answered(answer);
}

Task<ServiceAnswer> SecretsCapability::sign(const ServiceRequest& request, bool verify) {
  const auto asked = parse(request, verify);
  if (!asked) co_return json_invalid(asked.error());
  if (asked->data.size() > RAPT_SECRETS_MAX_DATA_BYTES) co_return refused(RAPT_E_TOO_LARGE);
  auto secret = co_await secrets_(request.module, asked->name, request.scope);
  if (!secret) co_return unreadable(request, secret.error());
  if (!*secret || (*secret)->empty()) {
    const auto unset = Error::invalid("name", "The secret \"" + printable(asked->name, 80) + "\" is not set here.");
    co_return json_invalid(unset);
  }
  const std::string mac = security::hmac(asked->algorithm, **secret, asked->data);
  OPENSSL_cleanse((*secret)->data(), (*secret)->size());
  json answer = json::object();
  if (verify) {
    answer["valid"] = matches(mac, asked->signature);
  } else {
    answer = {{"hex", security::to_hex(mac)}, {"base64", base64(mac)}};
  }
  co_return json_answered(answer);
}

Task<ServiceAnswer> SecretsCapability::call(ServiceRequest request) {
  switch (static_cast<SecretsMethod>(request.method)) {
    case SecretsMethod::kList:
      co_return co_await list(request);
    case SecretsMethod::kSign:
      co_return co_await sign(request, false);
    case SecretsMethod::kVerify:
      co_return co_await sign(request, true);
  }
  co_return refused(RAPT_E_INVALID);
}

}  // namespace rapt::host
