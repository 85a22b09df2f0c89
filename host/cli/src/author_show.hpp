// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/author/trial_host.hpp"
#include "rapt/author/workbench.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::cli {

/// What is told of every question to a module, beside its answer.
struct AuthorTale {
  const std::vector<author::ServiceCall>& calls;
  const std::vector<host::MetricStatus>& figures;
  const std::vector<host::ModuleLine>& lines;
  std::chrono::microseconds start_took;
  std::optional<std::size_t> memory_kib;
  const std::vector<author::WorldChange>& changes;
};

double milliseconds(std::chrono::microseconds time);
/// A name and a text, made printable.
void show_line(std::ostream& out, std::string name, const std::string& text);
/// "0.38 ms of 500 ms".
std::string time_text(const author::Asked& asked);
/// What it asked its host, changed of the world, counted and logged, and its memory.
void show_tale(std::ostream& out, const bundle::Manifest& manifest, const AuthorTale& tale);
nlohmann::json tale_json(const bundle::Manifest& manifest, const AuthorTale& tale);

}  // namespace rapt::cli
