// SPDX-License-Identifier: AGPL-3.0-or-later
#include "author_subject.hpp"

#include "rapt/author/builder.hpp"
#include "rapt/author/hook_case.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"

namespace rapt::cli {

Result<author::Sdk> sdk_of(const Console& console, const Arguments& arguments) {
  return author::find_sdk(arguments.value("sdk", console.environment("RAPT_SDK").value_or("")));
}

Result<author::Subject> subject_of(const Console& console, const Arguments& arguments, const std::string& path) {
  if (!author::is_source_folder(path)) return author::read_subject(path);
  const auto sdk = sdk_of(console, arguments);
  if (!sdk) return sdk.error();
  const auto built = author::build_module({path, {}, *sdk, false}, console.environment);
  if (!built) return built.error();
  return author::read_subject(built->stage);
}

Result<author::Workbench::Settings> workbench_settings(const Console& console) {
  const auto settings = local_settings_of(console);
  if (!settings) return settings.error();
  return author::Workbench::Settings{settings->runner};
}

void hush() {
  log::set_level(static_cast<log::Level>(static_cast<int>(log::Level::kError) + 1));
}

Error in_file(const std::string& file, Error error) {
  error.message = file + ": " + error.message;
  for (const auto& field : error.fields) error.message += "\n  " + field.path + " " + field.message;
  return error;
}

Result<std::string> config_of_file(const std::string& file) {
  const auto text = read_file(file, author::kMaxCaseBytes);
  if (!text) return text.error();
  auto config = author::read_config(*text);
  if (!config) return in_file(file, config.error());
  return config;
}

}  // namespace rapt::cli
