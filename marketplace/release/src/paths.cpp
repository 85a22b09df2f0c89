// SPDX-License-Identifier: AGPL-3.0-or-later
#include "paths.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "rapt/base/text.hpp"

namespace rapt::release {
namespace {

constexpr std::size_t kMaxPath = 180, kMaxPart = 90;  // with the folder's name they fit into a ustar header
constexpr std::string_view kMigrations = "migrations/core/";

}  // namespace

bool is_architecture(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

std::string_view path_fault(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > kMaxPath) return "is longer than 180 bytes";
  if (!is_utf8(path)) return "is not UTF-8";
  if (path.front() == '/') return "begins at the root of the file system";
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\'; };
  if (std::any_of(path.begin(), path.end(), control)) return "has control characters or a backslash";
  if (path == kManifestFile) return "is that of the manifest itself";
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto part = path.substr(begin, end - begin);
    if (part.empty()) return "has an empty part";
    if (part == "." || part == "..") return "has a part \".\" or \"..\"";
    if (part.size() > kMaxPart) return "has a part of more than 90 bytes";
    begin = end + 1;
  }
  return "";
}

std::string order_fault(const std::vector<File>& files) {
  std::set<std::string> folders;
  for (const auto& file : files)
    for (auto slash = file.path.find('/'); slash != std::string::npos; slash = file.path.find('/', slash + 1))
      folders.insert(file.path.substr(0, slash));
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& path = files[i].path;
    if (folders.contains(path)) return "have " + printable(path) + " both as a file and as a folder";
    if (i == 0 || files[i - 1].path < path) continue;
    return files[i - 1].path == path ? "have " + printable(path) + " twice" : "are not sorted by path";
  }
  return "";
}

std::string folder_name(const Manifest& manifest) {
  return "raptscallions-" + manifest.version + "-" + manifest.architecture;
}

int count_core_migrations(const std::vector<File>& files) {
  int highest = 0;
  for (const auto& file : files) {
    if (!file.path.starts_with(kMigrations)) continue;
    const auto name = std::string_view(file.path).substr(kMigrations.size());
    int number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    if (read.ec == std::errc{} && read.ptr == name.data() + 4) highest = std::max(highest, number);
  }
  return highest;
}

}  // namespace rapt::release
