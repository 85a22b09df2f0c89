// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "rapt/bundle/bundle.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::abi {

/// A publisher with a key, who packs and signs the libraries that the build has made. Its folder goes with it.
class Author {
 public:
  Author();
  ~Author();
  Author(const Author&) = delete;
  Author& operator=(const Author&) = delete;

  struct Manifest {
    std::string name;                ///< as the library's entry says; version 1.0.0
    std::string abi;                 ///< JSON
    std::string hooks;               ///< JSON
    std::string permissions = "[]";  ///< JSON
    std::string more = "";           ///< further members: ,"routes":[…]
  };
  host::InstalledModule pack(const std::filesystem::path& library, const Manifest& manifest);
  [[nodiscard]] const bundle::TrustStore& trust() const { return trust_; }

 private:
  std::filesystem::path folder_;
  security::PrivateKey key_;
  bundle::TrustStore trust_;
};

}  // namespace rapt::abi
