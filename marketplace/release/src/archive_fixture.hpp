// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "rapt/release/archive.hpp"

namespace rapt::release::testing {

/// A folder of its own for a test, gone afterwards.
class Scratch {
 public:
  Scratch() {
    auto name = (std::filesystem::temp_directory_path() / "rapt-release-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void write(const std::filesystem::path& path, const std::string& bytes, bool executable = false) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
  const auto mode = std::filesystem::perms(executable ? 0755 : 0644);
  std::filesystem::permissions(path, mode);
}

inline std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// All that a release needs, small.
inline void fill(const std::filesystem::path& stage) {
  for (const std::string program : {"rapt", "rapt-runner", "rapt-marketplace"})
    write(stage / "bin" / program, "#!/bin/sh\necho " + program + "\n", true);
  write(stage / "LICENSE", "words\n");
  write(stage / "CHANGELOG.md", "# 1.2.0\n");
  write(stage / "sbom.json", "{}\n");
  write(stage / "migrations/core/0001_first.sql", "select 1;\n");
  write(stage / "migrations/core/0012_last.sql", "select 12;\n");
  write(stage / "migrations/marketplace/0020_other.sql", "select 20;\n");
  write(stage / "web/index.html", std::string(300'000, 'x'));
  write(stage / "web/empty.txt", "");
}

inline Manifest sample_manifest() {
  Manifest out;
  out.version = "1.2.0";
  out.architecture = "x86_64-linux-gnu";
  out.built_at = *parse_time("2026-01-02T10:11:12.345Z");
  out.commit = "73ffa52";
  out.min_from = "1.0.0";
  return out;
}

}  // namespace rapt::release::testing
