// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/bundle/bundle.hpp"

namespace rapt::install {

/// Everything that can be said of a bundle without asking the database: form, signature, libraries, ABI, architecture.
Result<bundle::Bundle> read_believed_bundle(const std::string& archive, const bundle::TrustStore& trust,
                                            bundle::SignaturePolicy policy);

}  // namespace rapt::install
