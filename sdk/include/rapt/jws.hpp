// SPDX-License-Identifier: Apache-2.0
// Signed tokens (JWS in compact form, RFC 7515) by a set of public keys (JWK Set, RFC 7517): RS256 and ES256, nothing else.
// Link OpenSSL's libcrypto (3.0 or newer) into the module, statically: the host offers the libraries of C and C++ alone.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <rapt/encoding.hpp>
#include <rapt/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rapt::jws {

/// Why a token is not believed.
enum class Fault {
  kNone,
  kShape,       ///< it is no signed token with a JSON object in it, or makes demands ("crit") that are not known here
  kAlgorithm,   ///< another algorithm than RS256 and ES256; "none" above all
  kUnknownKey,  ///< the set has no usable key for it: other keys are published, or a weak one
  kSignature    ///< the key is there, and has not made this
};
struct Checked {
  Fault fault = Fault::kShape;
  json::Value claims;  ///< what was signed; empty unless fault is kNone
};

namespace detail {

inline constexpr std::size_t kMostKeys = 64, kCoordinate = 32;
inline constexpr int kLeastRsaBits = 2048, kMostRsaBits = 8192;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* value) const { Free(value); }
};
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Verifier = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

inline const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

inline Key made(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return nullptr;
  return Key(key);
}

inline Number number_of(const json::Value& text) {
  const auto raw = encoding::from_base64url(text.text());
  if (!raw || raw->empty() || raw->size() > kMostRsaBits / 8) return nullptr;
  return Number(BN_bin2bn(bytes(*raw), static_cast<int>(raw->size()), nullptr));
}

inline Key rsa_key(const json::Value& key) {
  const Number n = number_of(key.get("n")), e = number_of(key.get("e"));
  if (!n || !e || BN_num_bits(n.get()) < kLeastRsaBits || BN_num_bits(e.get()) > 64) return nullptr;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return made("RSA", builder.get());
}

inline Key ec_key(const json::Value& key) {
  const auto x = encoding::from_base64url(key.get("x").text()), y = encoding::from_base64url(key.get("y").text());
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
inline std::string as_der(const std::string& raw) {
  if (raw.size() != 2 * kCoordinate) return {};
  const std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>> pair(ECDSA_SIG_new());
  Number r(BN_bin2bn(bytes(raw), kCoordinate, nullptr)), s(BN_bin2bn(bytes(raw) + kCoordinate, kCoordinate, nullptr));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release()), static_cast<void>(s.release());  // they are the pair's now
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  std::string out = size > 0 ? std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)) : std::string();
  OPENSSL_free(der);
  return out;
}

inline bool is_right(EVP_PKEY* key, bool rsa, std::string_view said, const std::string& signature) {
  const auto value = rsa ? signature : as_der(signature);
  const Verifier verifier(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  if (value.empty() || !verifier || EVP_DigestVerifyInit(verifier.get(), &context, EVP_sha256(), nullptr, key) != 1) return false;
  if (rsa && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) return false;
  return EVP_DigestVerify(verifier.get(), bytes(value), value.size(), bytes(said), said.size()) == 1;
}

/// The key when it may have made a token with that header; null when it is another one, or not to be trusted.
inline Key usable(const json::Value& key, const json::Value& header) {
  const bool rsa = header.get("alg").text() == "RS256";
  if (key.get("kty").text() != (rsa ? "RSA" : "EC")) return nullptr;
  if (!header.get("kid").text().empty() && key.get("kid").text() != header.get("kid").text()) return nullptr;
  if (key.has("use") && key.get("use").text() != "sig") return nullptr;
  if (key.has("alg") && key.get("alg").text() != header.get("alg").text()) return nullptr;
  return rsa ? rsa_key(key) : ec_key(key);
}

}  // namespace detail

/// The token's claims when one of the keys has made it: the one that it names, or any when it names none.
inline Checked checked(std::string_view token, const json::Value& key_set) {
  const auto first = token.find('.'), last = token.rfind('.');
  if (first == token.npos || token.find('.', first + 1) != last || last == first) return {};
  const auto part = [&](std::size_t from, std::size_t size) { return encoding::from_base64url(token.substr(from, size)); };
  const auto head = part(0, first), body = part(first + 1, last - first - 1), signature = part(last + 1, token.npos);
  const auto header = head ? json::parse(*head) : std::nullopt;
  auto claims = body ? json::parse(*body) : std::nullopt;
  if (!header || !claims || !claims->is(json::Value::Kind::kObject) || !signature || header->has("crit")) return {};
  const auto algorithm = header->get("alg").text();
  if (algorithm != "RS256" && algorithm != "ES256") return {Fault::kAlgorithm, {}};
  Fault fault = Fault::kUnknownKey;
  const auto& keys = key_set.get("keys").list();
  for (std::size_t i = 0; i < keys.size() && i < detail::kMostKeys; ++i) {
    const auto key = detail::usable(keys[i], *header);
    if (!key) continue;
    if (detail::is_right(key.get(), algorithm == "RS256", token.substr(0, last), *signature)) return {Fault::kNone, std::move(*claims)};
    fault = Fault::kSignature;
  }
  return {fault, {}};
}

/// Whether the claims are meant for that audience: alone, or among several with it as the authorized party (`azp`).
inline bool is_for(const json::Value& claims, std::string_view audience) {
  const auto& said = claims.get("aud");
  if (said.is(json::Value::Kind::kText)) return said.text() == audience;
  const auto& list = said.list();
  const bool among = std::any_of(list.begin(), list.end(), [&](const json::Value& one) { return one.text() == audience; });
  return among && (list.size() == 1 || claims.get("azp").text() == audience);
}

}  // namespace rapt::jws
