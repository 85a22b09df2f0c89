// SPDX-License-Identifier: AGPL-3.0-or-later
#include "signer.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <vector>

#include "rapt/security/crypto.hpp"

namespace rapt::tuf::testing {

using nlohmann::json;

struct Signer::Secret {
  explicit Secret(EVP_PKEY* key, std::string_view how) : pkey(key), scheme(how) {
    if (pkey == nullptr) throw std::runtime_error("OpenSSL makes no key for " + scheme);
  }
  ~Secret() { EVP_PKEY_free(pkey); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  EVP_PKEY* pkey;
  std::string scheme;
};

namespace {

EVP_PKEY* new_key(std::string_view scheme) {
  if (scheme == "ed25519") return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (scheme == "ecdsa-sha2-nistp256") return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
}

std::string public_text(EVP_PKEY* key, std::string_view scheme) {
  if (scheme == "ed25519") {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size);
    return security::to_hex(raw);
  }
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

}  // namespace

Signer Signer::make(std::string_view scheme) {
  Signer out;
  out.secret_ = std::make_shared<Secret>(new_key(scheme), scheme);
  out.key_ = {{"keytype", std::string(scheme.substr(0, scheme == "ed25519"           ? 7
                                                       : scheme.starts_with("ecdsa") ? 5
                                                                                     : 3))},
              {"scheme", std::string(scheme)},
              {"keyval", {{"public", public_text(out.secret_->pkey, scheme)}}}};
  out.id_ = security::hex(security::sha256(canonical_text(out.key_)));
  return out;
}

Signer Signer::with(std::string_view field, json value) const {
  auto out = *this;
  out.key_[std::string(field)] = std::move(value);
  out.id_ = security::hex(security::sha256(canonical_text(out.key_)));
  return out;
}

std::string Signer::sign(std::string_view message) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* parameters = nullptr;
  const bool edwards = secret_->scheme == "ed25519";
  EVP_DigestSignInit(context, &parameters, edwards ? nullptr : EVP_sha256(), nullptr, secret_->pkey);
  if (secret_->scheme == "rsassa-pss-sha256") {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes, message.size());
  std::vector<unsigned char> signature(size);
  const bool made = EVP_DigestSign(context, signature.data(), &size, bytes, message.size()) == 1;
  EVP_MD_CTX_free(context);
  if (!made) throw std::runtime_error("OpenSSL does not sign by " + secret_->scheme);
  return security::to_hex({reinterpret_cast<const char*>(signature.data()), size});
}

std::string canonical_text(const json& value) {
  if (value.is_string()) {
    std::string out = "\"";
    for (const char c : value.get_ref<const std::string&>()) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out + "\"";
  }
  if (!value.is_structured()) return value.dump();
  std::string out;
  for (const auto& [name, member] : value.items()) {
    if (!out.empty()) out += ',';
    if (value.is_object()) out += canonical_text(name) + ":";
    out += canonical_text(member);
  }
  return value.is_object() ? "{" + out + "}" : "[" + out + "]";
}

}  // namespace rapt::tuf::testing
