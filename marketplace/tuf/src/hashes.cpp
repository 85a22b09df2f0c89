// SPDX-License-Identifier: AGPL-3.0-or-later
#include "hashes.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "rapt/security/crypto.hpp"

namespace rapt::tuf {

struct Hashes::One {
  explicit One(const EVP_MD* algorithm) {
    if (context == nullptr || EVP_DigestInit_ex(context, algorithm, nullptr) != 1)
      throw std::runtime_error("OpenSSL cannot begin a digest");
  }
  ~One() { EVP_MD_CTX_free(context); }
  One(const One&) = delete;
  One& operator=(const One&) = delete;
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Hashes::Hashes(const std::map<std::string, std::string>& expected) {
  for (const auto& [algorithm, hex] : expected) {
    if (algorithm == "sha256") known_.emplace(hex, std::make_unique<One>(EVP_sha256()));
    if (algorithm == "sha512") known_.emplace(hex, std::make_unique<One>(EVP_sha512()));
  }
}

Hashes::~Hashes() = default;

void Hashes::add(std::string_view piece) {
  for (const auto& [hex, one] : known_)
    if (EVP_DigestUpdate(one->context, piece.data(), piece.size()) != 1)
      throw std::runtime_error("OpenSSL cannot go on with a digest");
}

bool Hashes::fit() {
  bool all = !known_.empty();
  for (const auto& [hex, one] : known_) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const bool made = EVP_DigestFinal_ex(one->context, digest.data(), &size) == 1;
    all = all && made && security::to_hex({reinterpret_cast<const char*>(digest.data()), size}) == hex;
  }
  return all;
}

}  // namespace rapt::tuf
