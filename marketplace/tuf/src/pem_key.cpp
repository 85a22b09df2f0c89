// SPDX-License-Identifier: AGPL-3.0-or-later
#include "pem_key.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>

namespace rapt::tuf {
namespace {

constexpr std::size_t kMaxPemBytes = 16 * 1024;
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;  // a larger one only costs time

template <class T, void (*release)(T*)>
struct Releases {
  void operator()(T* what) const { release(what); }
};
void free_bio(BIO* bio) {
  BIO_free(bio);
}
using Bio = std::unique_ptr<BIO, Releases<BIO, free_bio>>;
using Pkey = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY, EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX, EVP_MD_CTX_free>>;

/// One way of signing that is understood.
struct Scheme {
  std::string_view name;
  std::array<std::string_view, 2> types;  ///< of keys
  int pkey;
  const EVP_MD* (*digest)();
  int padding;             ///< of RSA
  std::string_view group;  ///< of elliptic curves
};

constexpr std::array<Scheme, 6> kSchemes{{
    {"ecdsa-sha2-nistp256", {"ecdsa", "ecdsa-sha2-nistp256"}, EVP_PKEY_EC, EVP_sha256, 0, "prime256v1"},
    {"ecdsa-sha2-nistp384", {"ecdsa", "ecdsa-sha2-nistp384"}, EVP_PKEY_EC, EVP_sha384, 0, "secp384r1"},
    {"rsassa-pss-sha256", {"rsa", "rsa"}, EVP_PKEY_RSA, EVP_sha256, RSA_PKCS1_PSS_PADDING, ""},
    {"rsassa-pss-sha512", {"rsa", "rsa"}, EVP_PKEY_RSA, EVP_sha512, RSA_PKCS1_PSS_PADDING, ""},
    {"rsa-pkcs1v15-sha256", {"rsa", "rsa"}, EVP_PKEY_RSA, EVP_sha256, RSA_PKCS1_PADDING, ""},
    {"rsa-pkcs1v15-sha512", {"rsa", "rsa"}, EVP_PKEY_RSA, EVP_sha512, RSA_PKCS1_PADDING, ""},
}};

const Scheme* scheme_of(const Key& key) {
  const auto found = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const Scheme& scheme) {
    return scheme.name == key.scheme && (scheme.types[0] == key.type || scheme.types[1] == key.type);
  });
  return found == kSchemes.end() ? nullptr : &*found;
}

/// A PEM that says it is encrypted must not have OpenSSL ask at the terminal.
int no_password(char*, int, int, void*) {
  return 0;
}

Pkey read_pem(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return nullptr;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return bio ? Pkey(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr)) : nullptr;
}

bool suits(EVP_PKEY* key, const Scheme& scheme) {
  if (EVP_PKEY_get_base_id(key) != scheme.pkey) return false;
  if (scheme.pkey == EVP_PKEY_RSA)
    return EVP_PKEY_get_bits(key) >= kLeastRsaBits && EVP_PKEY_get_bits(key) <= kMostRsaBits;
  std::array<char, 64> group{};
  std::size_t length = 0;
  return EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1 &&
         std::string_view(group.data(), length) == scheme.group;
}

bool set_padding(EVP_PKEY_CTX* context, const Scheme& scheme) {
  if (scheme.pkey != EVP_PKEY_RSA) return true;
  if (EVP_PKEY_CTX_set_rsa_padding(context, scheme.padding) != 1) return false;
  return scheme.padding != RSA_PKCS1_PSS_PADDING ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_AUTO) == 1;
}

}  // namespace

bool pem_key_verifies(const Key& key, std::string_view message, std::string_view signature) {
  const auto* scheme = scheme_of(key);
  if (scheme == nullptr) return false;
  const auto pkey = read_pem(key.value);
  if (!pkey || !suits(pkey.get(), *scheme)) return false;
  const Context context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  if (!context || EVP_DigestVerifyInit(context.get(), &parameters, scheme->digest(), nullptr, pkey.get()) != 1 ||
      !set_padding(parameters, *scheme))
    return false;
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
}

std::string identity_of(const Key& key) {
  if (key.type == "ed25519") {
    auto hex = key.value;
    std::transform(hex.begin(), hex.end(), hex.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
    return hex;
  }
  const auto pkey = read_pem(key.value);
  if (!pkey) return key.value;
  unsigned char* der = nullptr;
  const auto length = i2d_PUBKEY(pkey.get(), &der);
  if (length <= 0) return key.value;
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

}  // namespace rapt::tuf
