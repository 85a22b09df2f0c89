// SPDX-License-Identifier: AGPL-3.0-or-later
#include "migrations.hpp"

#include <algorithm>

#include "names.hpp"
#include "rapt/base/text.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kMaxSqlBytes = 1u << 20;
constexpr std::string_view kUp = ".sql", kDown = ".down.sql";

/// 0001_create_notes.sql
bool is_numbered(std::string_view name) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name.size() < 10 || !name.ends_with(".sql") || name[4] != '_') return false;
  const auto words = name.substr(5, name.size() - 9);
  return std::all_of(name.begin(), name.begin() + 4, digit) && std::all_of(words.begin(), words.end(), [&](char c) {
           return digit(c) || (c >= 'a' && c <= 'z') || c == '_';
         });
}

Error refuse_file(const std::string& path, const std::string& why) {
  return refuse("The migration " + path + " is refused: " + why + ".");
}

Result<void> check_file(const std::string& path, const std::string& bytes) {
  if (bytes.size() > kMaxSqlBytes) return refuse_file(path, "it is larger than 1 MiB");
  if (bytes.find_first_not_of(" \t\r\n") == std::string::npos) return refuse_file(path, "it is empty");
  if (!is_utf8(bytes) || bytes.find('\0') != std::string::npos) return refuse_file(path, "it is no text");
  return {};
}

std::vector<std::string> files_of(const Bundle& bundle) {
  std::vector<std::string> out;
  if (bundle.manifest.migrations_path.empty()) return out;
  const auto folder = bundle.manifest.migrations_path + "/";
  for (const auto& [path, file] : bundle.files) {
    if (path.starts_with(folder)) out.push_back(path);
  }
  return out;
}

std::string up_of(const std::string& down) {
  return down.substr(0, down.size() - kDown.size()).append(kUp);
}

}  // namespace

std::vector<std::string> migrations_of(const Bundle& bundle) {
  auto out = files_of(bundle);
  std::erase_if(out, [](const std::string& path) { return path.ends_with(kDown); });
  return out;
}

const File* undo_of(const Bundle& bundle, const std::string& migration) {
  const auto found = bundle.files.find(migration.substr(0, migration.size() - kUp.size()).append(kDown));
  return found == bundle.files.end() ? nullptr : &found->second;
}

Result<void> check_migrations(const Bundle& bundle) {
  const auto& folder = bundle.manifest.migrations_path;
  if (folder.empty()) return {};
  const auto paths = migrations_of(bundle);
  if (paths.empty())
    return refuse("The manifest names " + folder + " as its migrations, but the bundle has no file there.");
  std::size_t expected = 1;
  for (const auto& path : paths) {
    const auto name = std::string_view(path).substr(folder.size() + 1);
    if (!is_numbered(name)) return refuse_file(path, "name it like 0001_create_notes.sql");
    if (static_cast<std::size_t>(std::stoi(std::string(name.substr(0, 4)))) != expected)
      return refuse_file(path, "the numbers must go 0001, 0002, 0003, without a gap or a repetition");
    ++expected;
    RAPT_TRY(check_file(path, bundle.files.at(path).bytes));
  }
  for (const auto& path : files_of(bundle)) {
    if (!path.ends_with(kDown)) continue;
    if (!bundle.files.contains(up_of(path)))
      return refuse_file(path, "there is no " + up_of(path) + " that it could undo");
    RAPT_TRY(check_file(path, bundle.files.at(path).bytes));
  }
  return {};
}

}  // namespace rapt::bundle
