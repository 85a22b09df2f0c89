// SPDX-License-Identifier: AGPL-3.0-or-later
#include <openssl/crypto.h>

#include <algorithm>

#include "openssl.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::security {
namespace {

constexpr std::size_t kSignatureSize = 64;

std::string_view view(const std::array<std::uint8_t, 32>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<std::array<std::uint8_t, 32>> key_bytes(std::string_view text, const char* what) {
  auto decoded = from_base64url(text);
  if (!decoded || decoded->size() != 32) {
    if (decoded) OPENSSL_cleanse(decoded->data(), decoded->size());
    return Error::invalid("", std::string("The ") + what + " is not 32 bytes in base64url (43 characters).");
  }
  std::array<std::uint8_t, 32> bytes{};
  std::copy(decoded->begin(), decoded->end(), bytes.begin());
  OPENSSL_cleanse(decoded->data(), decoded->size());
  return bytes;
}

Pkey private_pkey(const std::array<std::uint8_t, 32>& seed) {
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  if (!key) give_up("ed25519 private key");
  return key;
}

}  // namespace

std::string PublicKey::key_id() const {
  return hex(sha256(view(bytes))).substr(0, 16);
}

std::string PublicKey::to_text() const {
  return to_base64url(view(bytes));
}

Result<PublicKey> PublicKey::from_text(std::string_view text) {
  auto bytes = key_bytes(text, "public key");
  if (!bytes) return bytes.error();
  PublicKey key;
  key.bytes = *bytes;
  return key;
}

PrivateKey PrivateKey::generate() {
  std::string seed = random_bytes(32);
  PrivateKey key;
  std::copy(seed.begin(), seed.end(), key.seed_.begin());
  OPENSSL_cleanse(seed.data(), seed.size());
  return key;
}

Result<PrivateKey> PrivateKey::from_text(std::string_view text) {
  auto seed = key_bytes(text, "private key");
  if (!seed) return seed.error();
  PrivateKey key;
  key.seed_ = *seed;
  OPENSSL_cleanse(seed->data(), seed->size());
  return key;
}

PrivateKey::PrivateKey(PrivateKey&& other) noexcept : seed_(other.seed_) {
  OPENSSL_cleanse(other.seed_.data(), other.seed_.size());
}

PrivateKey& PrivateKey::operator=(PrivateKey&& other) noexcept {
  if (this != &other) {
    seed_ = other.seed_;
    OPENSSL_cleanse(other.seed_.data(), other.seed_.size());
  }
  return *this;
}

PrivateKey::~PrivateKey() {
  OPENSSL_cleanse(seed_.data(), seed_.size());
}

std::string PrivateKey::to_text() const {
  return to_base64url(view(seed_));
}

PublicKey PrivateKey::public_key() const {
  const Pkey pkey = private_pkey(seed_);
  PublicKey key;
  std::size_t size = key.bytes.size();
  if (EVP_PKEY_get_raw_public_key(pkey.get(), key.bytes.data(), &size) != 1 || size != key.bytes.size()) {
    give_up("ed25519 public key");
  }
  return key;
}

std::string PrivateKey::sign(std::string_view message) const {
  const Pkey pkey = private_pkey(seed_);
  const DigestContext context(EVP_MD_CTX_new());
  std::string signature(kSignatureSize, '\0');
  std::size_t size = signature.size();
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) != 1 ||
      EVP_DigestSign(context.get(), out, &size, bytes(message), message.size()) != 1 || size != kSignatureSize) {
    give_up("ed25519 sign");
  }
  return signature;
}

bool verify(const PublicKey& key, std::string_view message, std::string_view signature) {
  if (signature.size() != kSignatureSize) return false;
  const Pkey pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()));
  const DigestContext context(EVP_MD_CTX_new());
  if (!pkey || !context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) != 1)
    return false;
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
}

}  // namespace rapt::security
