// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "rapt/http/message.hpp"

namespace rapt::http {

/// Serves a folder of built pages, read into memory at start: ETag, Cache-Control (immutable for /assets/, no-cache
/// for the rest), pre-compressed answers, and index.html for paths of the pages' own router.
class StaticFiles {
 public:
  /// `headers` go on every answer (Content-Security-Policy and its like).
  static std::optional<StaticFiles> load(const std::filesystem::path& root, Headers headers, std::string& fault);
  /// nullopt when the path is none of ours (an unknown file with an extension).
  [[nodiscard]] std::optional<Response> answer(const Request& request) const;
  ~StaticFiles();
  StaticFiles(StaticFiles&&) noexcept;
  StaticFiles& operator=(StaticFiles&&) noexcept;

 private:
  StaticFiles();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::http
