// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "rapt/base/result.hpp"
#include "rapt/bundle/bundle.hpp"

namespace rapt::author {

/// A module that is tried out: read, its library checked as an installation would. Whoever signed it does not matter
/// here, because it runs in its sandbox and touches nothing of this machine's.
struct Subject {
  bundle::Bundle bundle;
  std::string archive;  ///< the same files, unsigned
};

/// From a bundle (a file) or from a folder as `rapt pack` takes it. kInvalid with what is wrong with it.
Result<Subject> read_subject(const std::filesystem::path& path);

}  // namespace rapt::author
