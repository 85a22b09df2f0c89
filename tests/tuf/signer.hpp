// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace rapt::tuf::testing {

/// A key of one of the kinds that the specification names, made by OpenSSL. Copies share it.
class Signer {
 public:
  /// "ed25519", "ecdsa-sha2-nistp256", "rsassa-pss-sha256" or "rsa-pkcs1v15-sha256".
  static Signer make(std::string_view scheme = "ed25519");
  [[nodiscard]] const nlohmann::json& key() const { return key_; }
  /// With fields that nobody knows, and so another id.
  [[nodiscard]] Signer with(std::string_view field, nlohmann::json value) const;
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] std::string sign(std::string_view message) const;  ///< hexadecimal

 private:
  struct Secret;
  std::shared_ptr<Secret> secret_;
  nlohmann::json key_;
  std::string id_;
};

/// Canonical JSON, written once more: the tests do not take the client's word for it.
std::string canonical_text(const nlohmann::json& value);

}  // namespace rapt::tuf::testing
