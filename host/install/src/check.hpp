// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "site.hpp"

namespace rapt::install {

/// Everything that can be said of a bundle without asking the database: form, signature, libraries, ABI, architecture.
Result<bundle::Bundle> read_believed_bundle(const std::string& archive, const bundle::TrustStore& trust,
                                            bundle::SignaturePolicy policy);

/// The same, by the keys of `site` and those that the table trusted_publishers adds.
Result<bundle::Bundle> read_believed_bundle(store::Transaction& tx, const std::string& archive, const Site& site);

}  // namespace rapt::install
