// SPDX-License-Identifier: AGPL-3.0-or-later
#include "author_subject.hpp"

namespace rapt::cli {

Result<author::Subject> subject_of(const Console&, const std::string& path) {
  return author::read_subject(path);
}

Result<author::Workbench::Settings> workbench_settings(const Console& console) {
  const auto settings = local_settings_of(console);
  if (!settings) return settings.error();
  return author::Workbench::Settings{settings->runner};
}

}  // namespace rapt::cli
