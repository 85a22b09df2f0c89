// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "command.hpp"
#include "rapt/author/sdk.hpp"
#include "rapt/author/subject.hpp"
#include "rapt/author/workbench.hpp"

namespace rapt::cli {

/// --sdk, RAPT_SDK, or the one that is found.
Result<author::Sdk> sdk_of(const Console& console, const Arguments& arguments);
/// The module that an author's word is about: a bundle, a staged folder, or a source folder, which is built first.
Result<author::Subject> subject_of(const Console& console, const Arguments& arguments, const std::string& path);
Result<author::Workbench::Settings> workbench_settings(const Console& console);
/// What the module logs is told with the rest, or is beside the point: not among the lines of a host.
void hush();
/// A file's faults: the file's name in front, and each with its path on a line of its own.
Error in_file(const std::string& file, Error error);
/// The configuration in a file, a JSON object.
Result<std::string> config_of_file(const std::string& file);

}  // namespace rapt::cli
