// SPDX-License-Identifier: AGPL-3.0-or-later
#include "signature.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <memory>

#include "encoding.hpp"

namespace oidc {
namespace {

using rapt::json::Value;

constexpr std::size_t kMaxKeys = 64, kCoordinate = 32;
constexpr int kLeastRsaBits = 2048, kMostRsaBits = 8192;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_sha256(), nullptr) != 1) return {};
  return {reinterpret_cast<const char*>(out.data()), size};
}

Key made(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return nullptr;
  return Key(key);
}

Number number_of(const Value& text) {
  const auto raw = from_base64url(text.text());
  if (!raw || raw->empty() || raw->size() > kMostRsaBits / 8) return nullptr;
  return Number(BN_bin2bn(bytes(*raw), static_cast<int>(raw->size()), nullptr));
}

Key rsa_key(const Value& key) {
  const Number n = number_of(key.get("n")), e = number_of(key.get("e"));
  if (!n || !e || BN_num_bits(n.get()) < kLeastRsaBits || BN_num_bits(e.get()) > 64) return nullptr;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return made("RSA", builder.get());
}

Key ec_key(const Value& key) {
  const auto x = from_base64url(key.get("x").text()), y = from_base64url(key.get("y").text());
  const bool fits = key.get("crv").text() == "P-256" && x && y && x->size() == kCoordinate && y->size() == kCoordinate;
  if (!fits) return nullptr;
  const std::string point = '\x04' + *x + *y;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return nullptr;
  return made("EC", builder.get());
}

/// ES256 writes two numbers one after the other (RFC 7518, 3.4); OpenSSL takes DER. "" when it is none.
std::string as_der(const std::string& raw) {
  if (raw.size() != 2 * kCoordinate) return {};
  const std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>> pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes(raw), kCoordinate, nullptr);
  BIGNUM* s = BN_bin2bn(bytes(raw) + kCoordinate, kCoordinate, nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) return {};
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  const std::unique_ptr<unsigned char, decltype([](unsigned char* text) { OPENSSL_free(text); })> owner(der);
  return size > 0 ? std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)) : std::string();
}

bool is_right(EVP_PKEY* key, bool rsa, const Signature& signature) {
  const auto value = rsa ? signature.bytes : as_der(signature.bytes);
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  if (value.empty() || !context || EVP_PKEY_verify_init(context.get()) != 1) return false;
  if (rsa && EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) return false;
  if (EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1) return false;
  return EVP_PKEY_verify(context.get(), bytes(value), value.size(), bytes(signature.digest), signature.digest.size()) ==
         1;
}

bool made_it(const Value& key, const Signature& signature) {
  const bool rsa = signature.algorithm == "RS256";
  if (key.get("kty").text() != (rsa ? "RSA" : "EC")) return false;
  if (!signature.key_id.empty() && key.get("kid").text() != signature.key_id) return false;
  if (key.has("use") && key.get("use").text() != "sig") return false;
  if (key.has("alg") && key.get("alg").text() != signature.algorithm) return false;
  const Key built = rsa ? rsa_key(key) : ec_key(key);
  return built && is_right(built.get(), rsa, signature);
}

}  // namespace

std::optional<Signature> signature_of(std::string_view token) {
  const auto first = token.find('.'), last = token.rfind('.');
  if (first == token.npos || token.find('.', first + 1) != last || last == first) return std::nullopt;
  const auto head = from_base64url(token.substr(0, first)), value = from_base64url(token.substr(last + 1));
  const auto header = head ? rapt::json::parse(*head) : std::nullopt;
  if (!header || !value || header->has("crit")) return std::nullopt;
  Signature out;
  out.algorithm = header->get("alg").text();
  if (out.algorithm != "RS256" && out.algorithm != "ES256") return std::nullopt;
  out.key_id = header->get("kid").text();
  out.digest = sha256(token.substr(0, last));
  out.bytes = *value;
  if (out.bytes.size() > kMostRsaBits / 8 || out.digest.empty()) return std::nullopt;
  return out;
}

bool is_made_by(const Signature& signature, const Value& key_set) {
  const auto& keys = key_set.get("keys").list();
  if (keys.size() > kMaxKeys) return false;
  return std::any_of(keys.begin(), keys.end(), [&](const Value& key) { return made_it(key, signature); });
}

}  // namespace oidc
