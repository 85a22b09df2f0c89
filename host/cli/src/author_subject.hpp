// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "command.hpp"
#include "rapt/author/subject.hpp"
#include "rapt/author/workbench.hpp"

namespace rapt::cli {

/// The module that an author's word is about: a bundle, a staged folder, or a source folder, which is built first.
Result<author::Subject> subject_of(const Console& console, const std::string& path);
Result<author::Workbench::Settings> workbench_settings(const Console& console);

}  // namespace rapt::cli
