// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "chain.hpp"

namespace rapt::marketplace {

/// Whose signatures a document of a ceremony needs, and has.
struct SignatureState {
  std::string by;  ///< "root 1", "itself"
  int threshold = 1;
  std::vector<std::string> signed_by, missing;  ///< ids of keys
  [[nodiscard]] bool enough() const { return signed_by.size() >= static_cast<std::size_t>(threshold); }
};

/// A document of a ceremony in plain words, for whoever is to sign it.
struct Review {
  std::string role;
  std::int64_t version = 0;
  TimePoint expires{};
  std::vector<SignatureState> signatures;
  std::vector<std::string> contents;  ///< "root: 2 of 3 keys: …", "lake: 1 of 1 keys: …"
  std::vector<std::string> changes;   ///< beside the version before it: "root: the key … goes"
  std::string before;                 ///< "root 1"; "" when there is none to compare with
  std::string fault;                  ///< why a registry would not take it in; "" when it would
};

/// Reads the file, and beside it in its folder the root (or targets) that it has to fit and the version before it.
/// kInvalid when it cannot be read.
Result<Review> review(const std::filesystem::path& file, TimePoint now);

}  // namespace rapt::marketplace
